"""Ascending indices as Golomb-coded gaps, laid out so that whole arrays are coded at once (docs/list-format.md §4).

A gap g = q · m + r, r < m. The q are in unary in one run of bits; the r are in truncated binary, split into a run
of b bits each and a run of single bits for those that need one more. So no codeword's place depends on the one
before it, and nothing is longer than in the usual interleaved form.
"""

import struct

import numpy as np
import numpy.typing as npt

from ankang.core.lists.faults import ListFault

Positions = npt.NDArray[np.uint32]
_Numbers = npt.NDArray[np.int64]
_Bits = npt.NDArray[np.uint8]

_HEAD = struct.Struct(">III")  # count, m, bytes of unary
_LN2 = 45_426  # of 65,536


def parameter(count: int, size: int) -> int:
    """The m that writers use: ln 2 times the mean gap, at least 1. Readers take any."""
    return max(1, (size - count) * _LN2 // (count * 65_536)) if count else 1


def encode(positions: Positions, size: int) -> bytes:
    """One run of indices, strictly ascending and below ``size``."""
    m = parameter(len(positions), size)
    if not len(positions):
        return _HEAD.pack(0, m, 0)
    gaps = np.diff(positions.astype(np.int64), prepend=-1) - 1
    quotients, remainders = np.divmod(gaps, m)
    ends = np.cumsum(quotients + 1) - 1
    unary = np.zeros(int(ends[-1]) + 1, np.uint8)
    unary[ends] = 1
    width, short = _widths(m)
    long = remainders >= short
    fixed = np.where(long, (remainders + short) >> 1, remainders)
    more = ((remainders + short) & 1)[long].astype(np.uint8)
    coded = np.packbits(unary).tobytes()
    return _HEAD.pack(len(positions), m, len(coded)) + coded + _to_bits(fixed, width) + np.packbits(more).tobytes()


def decode(data: memoryview, size: int) -> tuple[Positions, memoryview]:
    """The run at the start of ``data`` and what follows it; ``truncated`` or ``bad_content`` when it is not sound."""
    if len(data) < _HEAD.size:
        raise ListFault("truncated")
    count, m, unary_bytes = _HEAD.unpack_from(data)
    if count > size or not 1 <= m <= size:
        raise ListFault("bad_content")
    quotients, rest = _read_unary(data[_HEAD.size :], unary_bytes, count)
    width, short = _widths(m)
    raw, rest = _bits(rest, count * width)
    fixed = _from_bits(raw, count, width)
    long = fixed >= short
    more, rest = _bits(rest, int(np.count_nonzero(long)))
    fixed[long] = 2 * fixed[long] + more - short
    positions = np.cumsum(quotients * m + fixed + 1) - 1
    if count and positions[-1] >= size:
        raise ListFault("bad_content")
    return positions.astype(np.uint32), rest


def _widths(m: int) -> tuple[int, int]:
    """Truncated binary for 0 … m − 1: b bits for the remainders below ``short``, one more for the others."""
    width = m.bit_length() - 1
    return width, (2 << width) - m


def _to_bits(values: _Numbers, width: int) -> bytes:
    bits = np.empty((len(values), width), np.uint8)
    for column in range(width):
        bits[:, column] = values >> (width - 1 - column) & 1
    return np.packbits(bits).tobytes()


def _from_bits(bits: _Bits, count: int, width: int) -> _Numbers:
    columns, values = bits.reshape(count, width), np.zeros(count, np.int64)
    for column in range(width):
        values = values << 1 | columns[:, column]
    return values


def _read_unary(data: memoryview, length: int, count: int) -> tuple[_Numbers, memoryview]:
    """``count`` numbers, each as so many 0 and a 1; the last 1 is in the last byte."""
    if len(data) < length:
        raise ListFault("truncated")
    ends = np.flatnonzero(np.unpackbits(np.frombuffer(data[:length], np.uint8)))
    if len(ends) != count or length != (int(ends[-1]) // 8 + 1 if count else 0):
        raise ListFault("bad_content")
    return np.diff(ends, prepend=-1) - 1, data[length:]


def _bits(data: memoryview, count: int) -> tuple[_Bits, memoryview]:
    """The first ``count`` bits, high bit first; those that fill the last byte are 0."""
    length = (count + 7) // 8
    if len(data) < length:
        raise ListFault("truncated")
    bits = np.unpackbits(np.frombuffer(data[:length], np.uint8))
    if bits[count:].any():
        raise ListFault("bad_content")
    return bits[:count], data[length:]
