"""A visit as the gate holds it, and its three forms: COPY row, compact record, answer (issue 2, item 6)."""

import json
import struct
from mmap import mmap
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes

from ankang.core.colours import Colour
from ankang.core.verdicts import Reason, Verdict, VisitKind, sentence

NOBODY = bytes(16)
"""The trace of a visit whose code was not authentic: nobody is known."""

COLUMNS = (
    "visit", "trace", "day", "at", "received_at", "checkpoint", "device",
    "direction", "temperature", "verdict", "reason", "colour", "kind", "led_by",
)  # fmt: skip
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"

_DAY = 86_400_000_000
_EPOCH_SHIFT = 14_400_000_000
_PG_MOMENT = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000-01-01
_PG_DAY = 10_957


class Visit(msgspec.Struct, gc=False):
    """One verification, admitted or not.

    ``visit`` and ``trace`` are 16 bytes each; ``at`` and ``received_at`` unix microseconds; ``device`` 0 when there was none;
    ``temperature`` tenths of a degree, 0 when not taken; ``name`` the masked name in UTF-8 (≤ 9 bytes), for the answer only.
    ``index`` and ``minute`` say which showing of which code it was, for as long as the replay window needs it; -1 when
    there was no authentic code. ``company``: came along with the visit before; when that one's code had been used, so was this.
    ``led_by``: the trace of whoever led the group in (16 bytes), empty when no leader's code was read.
    """

    visit: bytes
    trace: bytes
    at: int
    received_at: int
    checkpoint: int
    device: int
    direction: int
    temperature: int
    verdict: int
    reason: int
    colour: int
    kind: int
    name: bytes = b""
    index: int = -1
    minute: int = 0
    company: bool = False
    led_by: bytes = b""

    @property
    def epoch(self) -> int:
        """The code epoch of ``at``; its day is the partition."""
        return (self.at + _EPOCH_SHIFT) // _DAY


def _begun(kind: str) -> hashes.Hash:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"visit" + kind.encode())
    return digest


_BEGUN = {kind: _begun(kind) for kind in ("device", "person", "resident")}


def visit_id(kind: str, subject: int, nonce: UUID) -> bytes:
    """The id of the visit that a caller (``device`` or ``resident``, its number) makes with a nonce; 16 bytes.

    SM3("visit" ‖ kind ‖ subject 8 ‖ nonce 16)[:16], so that a retry is the same row wherever it arrives.
    """
    digest = _BEGUN[kind].copy()
    digest.update(subject.to_bytes(8, "big") + nonce.bytes)
    return digest.finalize()[:16]


def visit_of_id(visit: bytes, person: int) -> bytes:
    """The id of the visit of one person among several in one request, from the request's; 16 bytes.

    SM3("visit" ‖ "person" ‖ visit 16 ‖ person 8)[:16]: a retry is the same row for each.
    """
    digest = _BEGUN["person"].copy()
    digest.update(visit + person.to_bytes(8, "big"))
    return digest.finalize()[:16]


_FIXED = "h i16s i16s ii iq iq iq"
_FULL = struct.Struct(f">{_FIXED} iq ih ih ih ih ih ih i".replace(" ", ""))
_NO_DEVICE = struct.Struct(f">{_FIXED} i ih ih ih ih ih ih i".replace(" ", ""))
_NO_TEMPERATURE = struct.Struct(f">{_FIXED} iq ih i ih ih ih ih i".replace(" ", ""))
_NEITHER = struct.Struct(f">{_FIXED} i ih i ih ih ih ih i".replace(" ", ""))
_LED = struct.Struct(">i16s")
_NULL = struct.calcsize(">i")


def copy_row(v: Visit) -> bytes:
    """The row of a binary COPY in the order of :data:`COLUMNS` (PostgreSQL "Binary Format")."""
    return _row(v)[:-_NULL] + _LED.pack(16, v.led_by) if v.led_by else _row(v)


def _row(v: Visit) -> bytes:
    """The row of a visit that nobody led in; it ends with that null."""
    day = (v.at + _EPOCH_SHIFT) // _DAY - _PG_DAY
    at, received = v.at - _PG_MOMENT, v.received_at - _PG_MOMENT
    head = (14, 16, v.visit, 16, v.trace, 4, day, 8, at, 8, received, 8, v.checkpoint)
    tail = (2, v.verdict, 2, v.reason, 2, v.colour, 2, v.kind, -1)
    if v.device and not v.temperature:
        return _NO_TEMPERATURE.pack(*head, 8, v.device, 2, v.direction, -1, *tail)
    if v.device:
        return _FULL.pack(*head, 8, v.device, 2, v.direction, 2, v.temperature, *tail)
    if v.temperature:
        return _NO_DEVICE.pack(*head, -1, 2, v.direction, 2, v.temperature, *tail)
    return _NEITHER.pack(*head, -1, 2, v.direction, -1, *tail)


_RECORD = struct.Struct("<16s16sqqqqhBBBBBB9s16s")
RECORD_SIZE = _RECORD.size


def pack_record(v: Visit) -> bytes:
    """The compact form (:data:`RECORD_SIZE` bytes) that the window and the spool keep."""
    record = bytearray(RECORD_SIZE)
    write_record(record, 0, v)
    return bytes(record)


def write_record(buffer: bytearray | mmap, at: int, v: Visit) -> None:
    """The compact form, straight into ``buffer``."""
    _RECORD.pack_into(
        buffer, at, v.visit, v.trace, v.at, v.received_at, v.checkpoint, v.device, v.temperature,
        v.direction, v.verdict, v.reason, v.colour, v.kind, len(v.name), v.name, v.led_by,
    )  # fmt: skip


def unpack_record(data: bytes) -> Visit:
    """The inverse of :func:`pack_record`; a record that an older gate spooled ends before ``led_by``."""
    (visit, trace, at, received, checkpoint, device, temperature,
     direction, verdict, reason, colour, kind, length, name, led_by) = _RECORD.unpack(data.ljust(RECORD_SIZE, b"\0"))  # fmt: skip
    return Visit(
        visit,
        trace,
        at,
        received,
        checkpoint,
        device,
        direction,
        temperature,
        verdict,
        reason,
        colour,
        kind,
        name[:length],
        led_by=led_by if led_by != NOBODY else b"",
    )


_HEADS = tuple(
    f'{{"verdict":"{verdict.slug}","reason":"{reason.slug}","colour":"{colour.slug}","name":"'
    for verdict in Verdict
    for reason in Reason
    for colour in Colour
)
_MESSAGES = {
    (lang, int(kind), int(verdict), int(reason)): (
        ""
        if verdict == Verdict.ADMIT
        else f',"message":{json.dumps(sentence(reason, lang, kind, verdict), ensure_ascii=False)}'
    )
    for lang in ("zh", "en")
    for kind in VisitKind
    for verdict in Verdict
    for reason in Reason
}
_ADMIT, _REASONS, _COLOURS = int(Verdict.ADMIT), len(Reason), len(Colour)


def uuid_text(value: bytes) -> str:
    """16 bytes as the text of a UUID."""
    h = value.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def answer(v: Visit, lang: str = "zh") -> bytes:
    """The JSON a door gets; a refusal or referral also says why in ``lang`` (``zh`` or ``en``)."""
    head = _HEADS[((v.verdict - 1) * _REASONS + v.reason - 1) * _COLOURS + v.colour]
    tail = "" if v.verdict == _ADMIT else _MESSAGES[lang, v.kind, v.verdict, v.reason]
    h = v.visit.hex()
    return (
        f'{head}{_plain(v.name)}","visit":"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}",'
        f'"at":{v.at // 1_000_000}{tail}}}'
    ).encode()


def _plain(name: bytes) -> str:
    """A name fit to stand between quotes in JSON. Codes carry printable names only; quotes and backslashes are dropped."""
    return name.translate(None, b'"\\').decode("utf-8", "ignore")
