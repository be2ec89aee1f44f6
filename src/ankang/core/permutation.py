"""Code indices: keyed permutations of the person numbers, another one each epoch (docs/code-format.md §9).

Each is a balanced Feistel network of ten rounds. The round functions are tables of SM4 keystream, so an index costs ten
look-ups. Two scanners on two days cannot link the indices they saw (architecture.md "Codes").

:class:`IndexPermutation` works on 30 bits; :class:`SpacePermutation` on a space just large enough for the people, so that
lists for offline scanners are small; :class:`PeoplePermutation` puts the two together, so that everybody has an index.
"""

import math
import sys
from array import array

from ankang.core.sm import kdf, sm4_ctr_keystream

ROUNDS = 10
SIZE = 1 << 30
STEP = 1 << 16
DECOYS = 1 << 13
"""So many indices of a space are nobody's: lists take their decoys from them."""

_HALF = 1 << 15
_MASK = _HALF - 1
_TOP = SIZE - DECOYS


def space_for(people: int) -> int:
    """The size of the space for so many people: room for newcomers and decoys, and only roughly their number.

    1/64 more, at least 65,536 more, rounded up to a multiple of 65,536; at most 2³⁰.
    """
    wanted = people + max(people // 64, STEP)
    return min(-(-wanted // STEP) * STEP, SIZE)


class IndexPermutation:
    """The permutation under one 32-byte key: SM4 key (16 bytes) and first counter block (16 bytes)."""

    __slots__ = ("_tables",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the permutation's key has 32 bytes")
        stream = sm4_ctr_keystream(key[:16], key[16:], ROUNDS * _HALF * 2)
        self._tables = tuple(_words("H", stream[at : at + 2 * _HALF]) for at in range(0, len(stream), 2 * _HALF))

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


class SpacePermutation:
    """A permutation of 0 … size − 1 under a 32-byte key: SM4 key (16 bytes) and first counter block (16 bytes).

    A Feistel network of ten rounds on two digits of base a, the least a with a² ≥ size. The few numbers that land
    at ``size`` or above are sent through again until they do not.
    """

    __slots__ = ("_back", "_base", "_tables", "size")

    def __init__(self, key: bytes, size: int) -> None:
        if len(key) != 32 or not 1 <= size <= SIZE:
            raise ValueError("the permutation's key has 32 bytes, its space 1 to 2^30 numbers")
        base = math.isqrt(size - 1) + 1
        words = _words("I", sm4_ctr_keystream(key[:16], key[16:], ROUNDS * base * 4))
        self._tables = tuple(
            array("H", [word % base for word in words[at : at + base]]) for at in range(0, ROUNDS * base, base)
        )
        self._back = self._tables[::-1]
        self._base, self.size = base, size

    def index(self, person: int) -> int:
        """The code index of a person number; ``ValueError`` outside the space."""
        if not 0 <= person < self.size:
            raise ValueError("outside the index space")
        value, base = self.size, self._base
        left, right = divmod(person, base)
        while value >= self.size:
            for table in self._tables:
                left, right = right, (left + table[right]) % base
            value = left * base + right
        return value

    def person(self, index: int) -> int:
        """The person number behind a code index; the inverse of :meth:`index`."""
        if not 0 <= index < self.size:
            raise ValueError("outside the index space")
        value, base = self.size, self._base
        left, right = divmod(index, base)
        while value >= self.size:
            for table in self._back:
                left, right = (right - table[left]) % base, left
            value = left * base + right
        return value


class PeoplePermutation:
    """A permutation of all 2³⁰ numbers that keeps the first ``size - DECOYS`` people below ``size``.

    The last ``DECOYS`` indices below ``size`` belong to the highest person numbers of all, which nobody gets. Whoever
    comes after the reserve has an index at ``size`` or above: gates serve them, a list says "outside" of them.
    """

    __slots__ = ("_above", "_above_key", "_limit", "_space", "size")

    def __init__(self, key: bytes, above_key: bytes, size: int) -> None:
        if not DECOYS < size <= SIZE:
            raise ValueError("an index space has room for decoys and for people")
        self._space, self._above_key = SpacePermutation(key, size), above_key
        self._above: IndexPermutation | None = None
        self._limit, self.size = size - DECOYS, size

    def index(self, person: int) -> int:
        """The code index of a person number; both are 0 … 2³⁰ − 1, else ``ValueError``."""
        if not 0 <= person < SIZE:
            raise ValueError("outside the 30 bits of a person number")
        number = self._swapped(person)
        if number < self.size:
            return self._space.index(number)
        above = self._opened()
        while (number := above.index(number)) < self.size:
            pass
        return number

    def person(self, index: int) -> int:
        """The person number behind a code index; the inverse of :meth:`index`."""
        if index < self.size:
            number = self._space.person(index)
            return number if number < self._limit else self._swapped(number)
        above = self._opened()
        while (index := above.person(index)) < self.size:
            pass
        return self._swapped(index)

    def _swapped(self, number: int) -> int:
        """The decoys' numbers and the highest of all change places; done twice it changes nothing."""
        if number >= _TOP:
            return number - _TOP + self._limit
        return number - self._limit + _TOP if self._limit <= number < self.size else number

    def _opened(self) -> IndexPermutation:
        """Opened when the first one comes: most epochs have nobody above the reserve."""
        if self._above is None:
            self._above = IndexPermutation(self._above_key)
        return self._above


Permutation = IndexPermutation | PeoplePermutation


def epoch_permutation(master: bytes, epoch: int, size: int | None) -> Permutation:
    """The indices of dynamic codes in ``epoch``: below ``size``, or of 30 bits in an epoch that has no size."""
    number = epoch.to_bytes(4, "big")
    key = kdf(master, "index", number)
    return IndexPermutation(key) if size is None else PeoplePermutation(key, kdf(master, "index-above", number), size)


def permanent_key(master: bytes) -> bytes:
    """The key of the permanent indices of sheets and cards: a :class:`SpacePermutation` of 2³⁰."""
    return kdf(master, "permanent", b"")


def _halves(value: int) -> tuple[int, int]:
    if not 0 <= value < SIZE:
        raise ValueError("outside the 30 bits of a person number")
    return value >> 15, value & _MASK


def _words(kind: str, stream: bytes) -> "array[int]":
    words = array(kind, stream)
    if sys.byteorder == "little":
        words.byteswap()
    return words
