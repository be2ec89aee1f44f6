"""The signed facts in front of every list and delta (docs/list-format.md §3); integers are big-endian."""

import struct
from dataclasses import dataclass, replace
from enum import IntEnum

from ankang.core.lists.faults import ListFault

MAGIC = b"AKL"
KIND_LIST = 0x31
KIND_DELTA = 0x32
SIZE_MOST = 1 << 30
SIGNATURE_BYTES = 64
BYTES_MOST = 8 << 20
"""No list has more bytes; 60 million people with 5 % not green need 2.4 MB."""

_FIXED = struct.Struct(">3sBBBIIIIIII32s")
_BASE = struct.Struct(">I32s")


class Indices(IntEnum):
    """Which indices a list is about."""

    DAY = 1
    """Those in dynamic codes; they mean something in one epoch only."""
    PAPER = 2
    """The permanent ones on printed sheets."""
    WITHDRAWN_PASSES = 3
    """Those in dynamic codes whose passes were withdrawn, with the second of the epoch from which passes count again."""
    WITHDRAWN_SHEETS = 4
    """The permanent ones whose sheets were withdrawn, with the highest generation that is void."""

    @property
    def is_withdrawals(self) -> bool:
        """Whether entries have numbers instead of colours."""
        return self >= Indices.WITHDRAWN_PASSES

    @property
    def withdrawals(self) -> "Indices":
        """The list that says which codes with these indices were withdrawn."""
        return Indices.WITHDRAWN_PASSES if self in (Indices.DAY, Indices.WITHDRAWN_PASSES) else Indices.WITHDRAWN_SHEETS

    @property
    def value_bytes(self) -> int:
        """How many bytes the number of an entry takes in the file; 0 for colours."""
        return {Indices.WITHDRAWN_PASSES: 3, Indices.WITHDRAWN_SHEETS: 1}.get(self, 0)

    @property
    def value_most(self) -> int:
        """The highest number that an entry may have."""
        return {Indices.WITHDRAWN_PASSES: 86_400, Indices.WITHDRAWN_SHEETS: 255}.get(self, 3)


@dataclass(frozen=True, slots=True)
class Header:
    """What a list or delta says of itself.

    ``issuer``: GB/T 2260 code of six digits as a number. Moments in unix seconds. ``size``: indices are below it.
    ``digest``: of the content that is held after taking this (:func:`~ankang.core.lists.entries.digest_of`).
    ``base_sequence``, ``base_digest``: of the list that a delta applies to; 0 and empty in a full list.
    """

    kid: int
    indices: Indices
    issuer: int
    epoch: int
    sequence: int
    not_before: int
    next_update: int
    size: int
    count: int = 0
    digest: bytes = b""
    base_sequence: int = 0
    base_digest: bytes = b""

    @property
    def is_delta(self) -> bool:
        """Whether it changes a list rather than being one."""
        return self.base_sequence > 0

    def with_content(self, count: int, digest: bytes) -> "Header":
        """The same with the number of entries that follow and the digest of what will be held."""
        return replace(self, count=count, digest=digest)


def pack(header: Header) -> bytes:
    """The bytes of a header; ``ValueError`` when it contradicts itself."""
    require_sound(header)
    fixed = _FIXED.pack(
        MAGIC,
        KIND_DELTA if header.is_delta else KIND_LIST,
        header.kid,
        header.indices,
        header.issuer,
        header.epoch,
        header.sequence,
        header.not_before,
        header.next_update,
        header.size,
        header.count,
        header.digest,
    )
    return fixed + (_BASE.pack(header.base_sequence, header.base_digest) if header.is_delta else b"")


def require_sound(header: Header) -> None:
    """``ValueError`` for a header that every reader would refuse."""
    if not _sound(header):
        raise ValueError("this header would be refused by every reader")


def header_bytes(kind: int) -> int:
    """How long the header of a list or a delta is: 66 or 102."""
    return _FIXED.size + (_BASE.size if kind == KIND_DELTA else 0)


def unpack(data: bytes) -> Header:
    """The header at the start of ``data``; :class:`ListFault` when it has no sound form. Needs no key."""
    if data[:3] != MAGIC:
        raise ListFault("not_a_list")
    if len(data) < 4:
        raise ListFault("truncated")
    kind = data[3]
    if kind not in (KIND_LIST, KIND_DELTA):
        raise ListFault("bad_version")
    if len(data) > BYTES_MOST:
        raise ListFault("oversized")
    if len(data) < header_bytes(kind) + SIGNATURE_BYTES:
        raise ListFault("truncated")
    return _unpacked(data, kind)


def _unpacked(data: bytes, kind: int) -> Header:
    _, _, kid, indices, *rest = _FIXED.unpack_from(data)
    base = _BASE.unpack_from(data, _FIXED.size) if kind == KIND_DELTA else ()
    if indices not in iter(Indices):
        raise ListFault("bad_header")
    header = Header(kid, Indices(indices), *rest, *base)
    if not _sound(header) or header.is_delta != (kind == KIND_DELTA):
        raise ListFault("bad_header")
    return header


def _sound(header: Header) -> bool:
    return (
        100_000 <= header.issuer <= 999_999
        and 0 <= header.kid < 256
        and min(header.epoch, header.not_before, header.base_sequence) >= 0
        and max(header.epoch, header.sequence, header.next_update) < 1 << 32
        and header.base_sequence < header.sequence
        and header.not_before < header.next_update
        and 0 < header.size <= SIZE_MOST
        and 0 <= header.count <= header.size
    )
