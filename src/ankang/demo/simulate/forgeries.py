"""Bad codes that people try at doors; each has the text of a held pass made wrong in one way."""

from ankang.core.codes import show
from ankang.core.epochs import step_of
from ankang.demo.phone import HeldPass


def other_colour(held: HeldPass, now: float) -> str:
    """The pass with another colour in it: the MAC no longer fits."""
    raw = bytearray(held.day_pass.raw)
    raw[10] ^= 0x01
    return _show(held, bytes(raw), held.gate_key, now)


def own_key(held: HeldPass, now: float) -> str:
    """A copied pass without the key that belongs to it."""
    return _show(held, held.day_pass.raw, bytes(16), now)


def other_text(held: HeldPass, now: float) -> str:
    """A payment code, held out by mistake."""
    return "https://pay.example/28763"


FORGERIES = (other_colour, own_key, other_text)


def _show(held: HeldPass, raw: bytes, gate_key: bytes, now: float) -> str:
    step = step_of(now)
    return show(raw, gate_key, step, held.chain.preimage(step))
