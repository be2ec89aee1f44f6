"""Reading a dynamic code on the hot path.

``core.codes`` is the authority on what a code is. Nearly every code at a door is good, and for those this module does the
same checks in one function, without objects in between (8 µs instead of 12). Whatever is not plainly good goes to
``core.codes``, which finds the exact fault. ``tests/gate/test_reading.py`` holds the two to the same answers.
"""

from hmac import compare_digest

import msgspec

from ankang.core.base45 import decode
from ankang.core.codes import CodeFault, DynamicCode, check_as_gate, gate_key, parse
from ankang.core.codes.layout import (
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
)
from ankang.core.epochs import STEPS, epoch_of, minute_of, step_of
from ankang.core.sm import hmac_sm3
from ankang.core.verdicts import Reason
from ankang.gate.keys import Keys

AUTHENTIC_FAULTS = frozenset(("expired_step", "future_step", "future_issue"))
"""Faults that check_as_gate finds only after the MAC held: then we know whose code it was."""

_AFTER_HEADER = SIGNATURE_BYTES + PROOF_BYTES
_PREFIX_LENGTH = len(PREFIX)
_STEP_END = 2 - PROOF_BYTES
_OK = int(Reason.OK)


class Seen(msgspec.Struct, gc=False):
    """A code as it was read.

    ``reason``: OK or why it does not hold. ``authentic``: whether we know whose it is; only then the others count:
    person number, code index, absolute minute, masked name (UTF-8), the colour's number when the pass was issued, and
    when that was (unix seconds).
    """

    reason: int
    authentic: bool = False
    person: int = 0
    index: int = -1
    minute: int = 0
    name: bytes = b""
    colour: int = 0
    issued_at: int = 0


def read_good(keys: Keys, text: str, now: float) -> Seen | None:
    """The code when all is well with it, else None."""
    if text[:_PREFIX_LENGTH] != PREFIX or len(text) > TEXT_MOST:
        return None
    try:
        raw = decode(text[_PREFIX_LENGTH:])
        end = HEADER_FIXED + raw[NAME_LENGTH_AT]
        kind, kid, top = raw[0], raw[1], raw[2]
    except (ValueError, IndexError):
        return None
    if len(raw) != end + _AFTER_HEADER or end > HEADER_FIXED + NAME_MOST:
        return None
    if kind != KIND_DYNAMIC or top > 0x3F or raw[10] & RESERVED_BITS or kid not in keys.public:
        return None
    issued_at, step = int.from_bytes(raw[6:10], "big"), int.from_bytes(raw[-PROOF_BYTES:_STEP_END], "big")
    epoch = epoch_of(issued_at)
    minute = epoch * STEPS + step
    if not -1 <= minute - minute_of(now) <= 1 or step >= STEPS or step < step_of(issued_at) - 1:
        return None
    epoch_keys = keys.epoch(epoch)
    if epoch_keys is None:
        return None
    key = gate_key(epoch_keys.day_mac, raw[:end])
    if not compare_digest(hmac_sm3(key, raw[-PROOF_BYTES:-MAC_BYTES])[:MAC_BYTES], raw[-MAC_BYTES:]):
        return None
    index = int.from_bytes(raw[2:6], "big")
    person = epoch_keys.permutation.person(index)
    return Seen(_OK, True, person, index, minute, raw[HEADER_FIXED:end], raw[10], issued_at)


def read_any(keys: Keys, text: str, now: float) -> Seen:
    """The code with its exact fault, by ``core.codes``."""
    code: DynamicCode | None = None
    reason = _OK
    try:
        code = parse(text)
        check_as_gate(code, keys.day_mac, now)
    except CodeFault as fault:
        reason = int(fault.reason)
        if code is None or fault.detail not in AUTHENTIC_FAULTS:
            return Seen(reason)
    epoch_keys = keys.epoch(code.epoch)
    if epoch_keys is None:
        return Seen(Reason.INVALID)
    person = epoch_keys.permutation.person(code.index)
    return Seen(reason, True, person, code.index, code.minute, code.name.encode(), int(code.colour), code.issued_at)
