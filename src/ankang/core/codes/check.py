"""Checking a code: as a gate, with the day's key, or as a stranger, with nothing but the public keys.

Both refuse in the same order: another epoch, an unknown key, not authentic, out of its time. They cover
different bytes. The gate's MAC covers the header, the step and the preimage; a gate does not look at the
signature. A stranger checks the signature over the header and the chain over step and preimage; he cannot
look at the MAC. So nobody may take the *text* of a code as its identity: one showing of a code is (epoch,
index, step).
"""

from collections.abc import Callable, Mapping
from hmac import compare_digest

from ankang.core.chain import reveals
from ankang.core.codes.faults import CodeFault
from ankang.core.codes.layout import MAC_BYTES
from ankang.core.codes.make import gate_key
from ankang.core.codes.read import DynamicCode
from ankang.core.epochs import STEPS, epoch_of, minute_of, step_of
from ankang.core.sm import HmacSm3, hmac_sm3, sm2_verify
from ankang.core.verdicts import Reason

DayKeyOf = Callable[[int, int], HmacSm3 | None]
"""(key id of the code, epoch) → the day key of that epoch, or None when it is not held."""

TOLERANCE = 1
"""Minutes by which a phone's clock may be before or behind ours."""


def check_as_gate(code: DynamicCode, day_key_of: DayKeyOf, now: float) -> None:
    """Return when a gate accepts ``code`` at ``now`` (unix seconds); :class:`CodeFault` otherwise.

    About 5 µs: two HMACs. ``day_key_of`` is asked for the epoch of ``now``, or a neighbour in the minutes
    around 04:00.
    """
    epoch, lead = _within_reach(code, now)
    day_key = day_key_of(code.kid, epoch)
    if day_key is None:
        raise CodeFault(Reason.INVALID, "unknown_key")
    if not compare_digest(hmac_sm3(gate_key(day_key, code.header), code.proof)[:MAC_BYTES], code.mac):
        raise CodeFault(Reason.INVALID, "bad_mac")
    _check_time(code, lead)


def check_as_stranger(code: DynamicCode, public_keys: Mapping[int, bytes], now: float) -> None:
    """Return when anyone with the public keys accepts ``code`` at ``now``; :class:`CodeFault` otherwise.

    ``public_keys``: key id → uncompressed point, 65 bytes. About 1 to 2 ms: one SM2 verification and up
    to 1,439 SM3 digests.
    """
    _, lead = _within_reach(code, now)
    public = public_keys.get(code.kid)
    if public is None:
        raise CodeFault(Reason.INVALID, "unknown_key")
    if not sm2_verify(public, code.header, code.signature):
        raise CodeFault(Reason.INVALID, "bad_signature")
    if not reveals(code.preimage, code.step, code.anchor):
        raise CodeFault(Reason.INVALID, "bad_chain")
    _check_time(code, lead)


def _within_reach(code: DynamicCode, now: float) -> tuple[int, int]:
    """The code's epoch, and by how many minutes it is ahead of ``now``; refuses what another epoch made."""
    epoch = epoch_of(code.issued_at)
    lead = epoch * STEPS + code.step - minute_of(now)
    if not -TOLERANCE <= lead <= TOLERANCE and epoch != epoch_of(now):
        raise CodeFault(Reason.EXPIRED if lead < 0 else Reason.NOT_YET_VALID, "other_epoch")
    return epoch, lead


def _check_time(code: DynamicCode, lead: int) -> None:
    if code.step < step_of(code.issued_at) - TOLERANCE:
        raise CodeFault(Reason.INVALID, "future_issue")
    if lead < -TOLERANCE:
        raise CodeFault(Reason.EXPIRED, "expired_step")
    if lead > TOLERANCE:
        raise CodeFault(Reason.NOT_YET_VALID, "future_step")
