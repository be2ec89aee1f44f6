"""Reading passes and codes strictly: one text for one value, and :class:`CodeFault` for everything else.

The objects keep the bytes and cut fields out when asked, because the gate needs few of them.
"""

from ankang.core import base45
from ankang.core.codes.faults import CodeFault
from ankang.core.codes.layout import (
    COLOUR_BITS,
    HEADER_FIXED,
    KIND_DYNAMIC,
    MAC_BYTES,
    NAME_LENGTH_AT,
    NAME_MOST,
    PREFIX,
    PROOF_BYTES,
    RESERVED_BITS,
    SIGNATURE_BYTES,
    TEXT_MOST,
    UNSEEN,
)
from ankang.core.colours import Colour
from ankang.core.epochs import STEPS, epoch_of
from ankang.core.verdicts import Reason


class DayPass:
    """A pass as the gate signed it: ``raw`` is header ‖ signature, ``header`` what both proofs cover."""

    __slots__ = ("header", "raw")

    def __init__(self, raw: bytes, header: bytes) -> None:
        self.raw = raw
        self.header = header

    @property
    def kid(self) -> int:
        """The key id of the signature."""
        return self.header[1]

    @property
    def index(self) -> int:
        """The code index of the person in this epoch, 30 bits."""
        return int.from_bytes(self.header[2:6], "big")

    @property
    def issued_at(self) -> int:
        """Unix seconds; its epoch is the pass's epoch."""
        return int.from_bytes(self.header[6:10], "big")

    @property
    def epoch(self) -> int:
        """The only epoch in which the pass is valid."""
        return epoch_of(self.issued_at)

    @property
    def colour(self) -> Colour:
        """The colour when the pass was issued; a gate asks for the colour now instead."""
        return Colour(self.header[10] & COLOUR_BITS)

    @property
    def anchor(self) -> bytes:
        """The last link of the phone's chain, 16 bytes."""
        return self.header[11:NAME_LENGTH_AT]

    @property
    def name(self) -> str:
        """The masked name."""
        return self.header[HEADER_FIXED:].decode()

    @property
    def signature(self) -> bytes:
        """SM2 r ‖ s over the header, 64 bytes."""
        end = len(self.header)
        return self.raw[end : end + SIGNATURE_BYTES]


class DynamicCode(DayPass):
    """A code as shown: a pass and one minute's proof. ``raw`` is all its bytes."""

    __slots__ = ("step",)

    def __init__(self, raw: bytes, header: bytes, step: int) -> None:
        self.raw = raw
        self.header = header
        self.step = step

    @property
    def preimage(self) -> bytes:
        """Link 1,440 − step of the phone's chain, 16 bytes."""
        return self.raw[-24:-MAC_BYTES]

    @property
    def proof(self) -> bytes:
        """What the gate MAC covers: step ‖ preimage, 18 bytes."""
        return self.raw[-PROOF_BYTES:-MAC_BYTES]

    @property
    def mac(self) -> bytes:
        """The gate MAC, 8 bytes."""
        return self.raw[-MAC_BYTES:]

    @property
    def minute(self) -> int:
        """The absolute minute the code is for: epoch · 1,440 + step."""
        return self.epoch * STEPS + self.step


def split_pass(pass_: bytes) -> DayPass:
    """The parts of a pass; :class:`CodeFault` when its form is wrong. The signature is not checked."""
    return DayPass(pass_, _header_of(pass_, SIGNATURE_BYTES))


def parse(text: str) -> DynamicCode:
    """The code behind a scanned ``text``; :class:`CodeFault` (INVALID) when its form is wrong.

    Needs no key.
    """
    raw = bytes_of(text, TEXT_MOST)
    header = _header_of(raw, SIGNATURE_BYTES + PROOF_BYTES)
    step = int.from_bytes(raw[-PROOF_BYTES:-24], "big")
    if step >= STEPS:
        raise CodeFault(Reason.INVALID, "bad_step")
    return DynamicCode(raw, header, step)


def bytes_of(text: str, most: int) -> bytes:
    """The bytes behind a text of at most ``most`` characters; :class:`CodeFault` when it is none of ours."""
    if not text.startswith(PREFIX):
        raise CodeFault(Reason.INVALID, "not_ankang")
    if len(text) > most:
        raise CodeFault(Reason.INVALID, "oversized")
    try:
        return base45.decode(text[len(PREFIX) :])
    except ValueError:
        raise CodeFault(Reason.INVALID, "not_base45") from None


def _header_of(raw: bytes, rest: int) -> bytes:
    """The checked header of ``raw``, after which exactly ``rest`` bytes must follow."""
    if raw[:1] not in (b"", _KIND):
        raise CodeFault(Reason.INVALID, "bad_kind")
    if len(raw) < HEADER_FIXED + rest:
        raise CodeFault(Reason.INVALID, "truncated")
    end = HEADER_FIXED + raw[NAME_LENGTH_AT]
    if end > HEADER_FIXED + NAME_MOST:
        raise CodeFault(Reason.INVALID, "bad_name")
    if len(raw) != end + rest:
        raise CodeFault(Reason.INVALID, "truncated" if len(raw) < end + rest else "oversized")
    if raw[2] > 0x3F:
        raise CodeFault(Reason.INVALID, "bad_index")
    if raw[10] & RESERVED_BITS:
        raise CodeFault(Reason.INVALID, "bad_flags")
    check_name(raw[HEADER_FIXED:end])
    return raw[:end]


_KIND = bytes((KIND_DYNAMIC,))


def check_name(name: bytes) -> None:
    """Refuse a masked name that is not UTF-8 or does not show."""
    try:
        visible = UNSEEN.search(name.decode()) is None
    except UnicodeDecodeError:
        visible = False
    if not visible:
        raise CodeFault(Reason.INVALID, "bad_name")
