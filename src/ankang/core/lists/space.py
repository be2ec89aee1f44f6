"""An index space just large enough for the people of a province, and the keyed permutation of it.

A list costs log2(space ÷ listed) + 1.44 bits an entry, so 30-bit indices make it half as large again
(docs/decisions/0011-offline-list.md). An index below ``size`` fills the four bytes of the code as before.
"""

import math
from array import array
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ankang.core.colours import Colour
from ankang.core.lists.entries import Entries
from ankang.core.lists.header import SIZE_MOST
from ankang.core.sm import sm4_ctr_keystream

ROUNDS = 10
STEP = 1 << 16
CHUNK = 1 << 22

_Numbers = npt.NDArray[np.int64]
Indices = Callable[[_Numbers], _Numbers]


def space_for(people: int) -> int:
    """The size of the space for so many people: room for newcomers and decoys, and only roughly their number.

    1/64 more, at least 65,536 more, rounded up to a multiple of 65,536; at most 2³⁰.
    """
    wanted = people + max(people // 64, STEP)
    return min(-(-wanted // STEP) * STEP, SIZE_MOST)


def decoy_numbers(people: int, size: int, count: int) -> _Numbers:
    """``count`` person numbers that will not be given to anybody in this epoch: the highest ones.

    The lower half of the reserve is for newcomers; ``ValueError`` when the upper half is too small.
    """
    if count > (size - people) // 2:
        raise ValueError("the index space has too little room for decoys")
    return np.arange(size - count, size, dtype=np.int64)


class SpacePermutation:
    """A permutation of 0 … size − 1 under a 32-byte key: SM4 key (16 bytes) and first counter block (16 bytes).

    A Feistel network of ten rounds on two digits of base a, the least a with a² ≥ size. The few numbers that land
    at ``size`` or above are sent through again until they do not.
    """

    __slots__ = ("_base", "_tables", "size")

    def __init__(self, key: bytes, size: int) -> None:
        if len(key) != 32 or not 1 <= size <= SIZE_MOST:
            raise ValueError("the permutation's key has 32 bytes, its space 1 to 2^30 numbers")
        base = math.isqrt(size - 1) + 1
        stream = sm4_ctr_keystream(key[:16], key[16:], ROUNDS * base * 4)
        words = np.frombuffer(stream, ">u4").astype(np.int64) % base
        self._tables = tuple(array("H", row.astype(np.uint16).tobytes()) for row in words.reshape(ROUNDS, base))
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
            for table in reversed(self._tables):
                left, right = (right - table[left]) % base, left
            value = left * base + right
        return value

    def indices(self, persons: _Numbers) -> _Numbers:
        """The code indices of many person numbers at once, in their order."""
        if len(persons) and (int(persons.min()) < 0 or int(persons.max()) >= self.size):
            raise ValueError("outside the index space")
        values = self._once(persons)
        while len(again := np.flatnonzero(values >= self.size)):
            values[again] = self._once(values[again])
        return values

    def _once(self, values: _Numbers) -> _Numbers:
        left, right = np.divmod(values, self._base)
        for table in self._tables:
            left, right = right, (left + np.frombuffer(table, np.uint16)[right]) % self._base
        return left * self._base + right


def entries_from_colours(colours: memoryview | bytes, indices: Indices, size: int) -> Entries:
    """The entries of everybody who is not green.

    ``colours``: one byte a person number, of which the two low bits are the colour (the gate's colour file without
    its header, cut after the last person). ``indices``: person numbers → code indices.
    """
    found = [_not_green(colours, at) for at in range(0, len(colours), CHUNK)]
    persons = np.concatenate([numbers for numbers, _ in found] or [np.empty(0, np.int64)])
    listed = np.concatenate([seen for _, seen in found] or [np.empty(0, np.uint8)])
    return Entries(indices(persons).astype(np.uint32), listed, size)


def _not_green(colours: memoryview | bytes, at: int) -> tuple[_Numbers, npt.NDArray[np.uint8]]:
    chunk = np.frombuffer(colours, np.uint8, min(CHUNK, len(colours) - at), at) & 3
    numbers = np.flatnonzero(chunk != Colour.GREEN).astype(np.int64)
    return numbers + at, chunk[numbers].astype(np.uint8)
