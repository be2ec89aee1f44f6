"""Code indices: a keyed permutation of the 30-bit person numbers, another one each epoch.

A balanced Feistel network of ten rounds on two halves of 15 bits. The round functions are tables of SM4
keystream, so an index costs ten look-ups. Two scanners on two days cannot link the indices they saw
(architecture.md "Codes").
"""

import sys
from array import array

from ankang.core.sm import sm4_ctr_keystream

ROUNDS = 10
SIZE = 1 << 30

_HALF = 1 << 15
_MASK = _HALF - 1


class IndexPermutation:
    """The permutation under one 32-byte key: SM4 key (16 bytes) and first counter block (16 bytes)."""

    __slots__ = ("_tables",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the permutation's key has 32 bytes")
        stream = sm4_ctr_keystream(key[:16], key[16:], ROUNDS * _HALF * 2)
        self._tables = tuple(_table(stream[at : at + 2 * _HALF]) for at in range(0, len(stream), 2 * _HALF))

    def index(self, person: int) -> int:
        """The code index of a person number; both are 0 … 2³⁰ − 1, else ``ValueError``."""
        left, right = _halves(person)
        for table in self._tables:
            left, right = right, (left ^ table[right]) & _MASK
        return left << 15 | right

    def person(self, index: int) -> int:
        """The person number behind a code index; the inverse of :meth:`index`."""
        left, right = _halves(index)
        for table in reversed(self._tables):
            left, right = (right ^ table[left]) & _MASK, left
        return left << 15 | right


def _halves(value: int) -> tuple[int, int]:
    if not 0 <= value < SIZE:
        raise ValueError("outside the 30 bits of a person number")
    return value >> 15, value & _MASK


def _table(stream: bytes) -> "array[int]":
    table = array("H", stream)
    if sys.byteorder == "little":
        table.byteswap()
    return table
