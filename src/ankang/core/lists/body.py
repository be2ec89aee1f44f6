"""What follows the header of a list or a delta: the entries (docs/list-format.md §4), and the digest of what is held (§5)."""

import numpy as np

from ankang.core.lists import golomb
from ankang.core.lists.entries import LISTED, NOT_WITHDRAWN, TOUCHED, Colours, Entries
from ankang.core.lists.faults import ListFault
from ankang.core.lists.header import Header
from ankang.core.sm import sm3


def encode_body(content: Entries, header: Header) -> bytes:
    """The entries of a list or the changes of a delta, as ``header`` says; ``ValueError`` for a value that has no place."""
    if header.indices.is_withdrawals:
        return _encode_withdrawals(content, header)
    runs = TOUCHED if header.is_delta else LISTED
    if not np.all(np.isin(content.colours, runs)):
        raise ValueError("green is not listed")
    return b"".join(golomb.encode(content.of(colour), content.size) for colour in runs)


def decode_body(data: memoryview, header: Header) -> Entries:
    """The inverse of :func:`encode_body`; ``truncated``, ``oversized`` or ``bad_content`` when it is not sound."""
    if header.indices.is_withdrawals:
        return _decode_withdrawals(data, header)
    parts, colours = [], []
    for colour in TOUCHED if header.is_delta else LISTED:
        positions, data = golomb.decode(data, header.size)
        parts.append(positions)
        colours.append(np.full(len(positions), colour, np.uint8))
    _require_end(data)
    try:
        return Entries(np.concatenate(parts), np.concatenate(colours), header.size)
    except ValueError:
        raise ListFault("bad_content") from None


def digest_of(content: Entries, header: Header) -> bytes:
    """What identifies the content of a list (docs/list-format.md §5), however it was come by; 32 bytes of SM3."""
    parts = [b"AKL", bytes((header.indices,))]
    parts += [number.to_bytes(4, "big") for number in (header.issuer, header.epoch, header.size)]
    if header.indices.is_withdrawals:
        parts += [len(content).to_bytes(4, "big"), content.positions.astype(">u4").tobytes()]
        parts.append(_values(content.colours, header.indices.value_bytes))
        return sm3(b"".join(parts))
    for colour in LISTED:
        positions = content.of(colour)
        parts += [len(positions).to_bytes(4, "big"), positions.astype(">u4").tobytes()]
    return sm3(b"".join(parts))


def _encode_withdrawals(content: Entries, header: Header) -> bytes:
    """In a delta first those that are taken off; then the indices, and after them their values."""
    kept = content.colours != NOT_WITHDRAWN
    if np.any(content.colours > header.indices.value_most) or not (header.is_delta or np.all(kept)):
        raise ValueError("a withdrawal has a value within its limits")
    off = golomb.encode(content.positions[~kept], content.size) if header.is_delta else b""
    return (
        off
        + golomb.encode(content.positions[kept], content.size)
        + _values(content.colours[kept], header.indices.value_bytes)
    )


def _decode_withdrawals(data: memoryview, header: Header) -> Entries:
    off = np.empty(0, np.uint32)
    if header.is_delta:
        off, data = golomb.decode(data, header.size)
    positions, data = golomb.decode(data, header.size)
    width = header.indices.value_bytes
    if len(data) < width * len(positions):
        raise ListFault("truncated")
    values = _read_values(data[: width * len(positions)], width)
    _require_end(data[width * len(positions) :])
    if np.any(values == NOT_WITHDRAWN) or np.any(values > header.indices.value_most):
        raise ListFault("bad_content")
    numbers = np.concatenate((np.zeros(len(off), np.uint32), values))
    try:
        return Entries(np.concatenate((off, positions)), numbers, header.size, NOT_WITHDRAWN)
    except ValueError:
        raise ListFault("bad_content") from None


def _values(values: Colours, width: int) -> bytes:
    return values.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 4 - width :].tobytes()


def _read_values(data: memoryview, width: int) -> Colours:
    columns = np.frombuffer(data, np.uint8).reshape(-1, width)
    whole = np.zeros((len(columns), 4), np.uint8)
    whole[:, 4 - width :] = columns
    return whole.view(">u4").ravel().astype(np.uint32)


def _require_end(data: memoryview) -> None:
    if len(data):
        raise ListFault("oversized")
