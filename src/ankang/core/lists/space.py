"""An index space just large enough for the people of a province, and the keyed permutation of it.

A list costs log2(space ÷ listed) + 1.44 bits an entry, so 30-bit indices make it half as large again
(docs/decisions/0011-offline-list.md). An index below ``size`` fills the four bytes of the code as before.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ankang.core import permutation
from ankang.core.colours import Colour
from ankang.core.lists.entries import Entries
from ankang.core.permutation import space_for

__all__ = ["SpacePermutation", "decoy_numbers", "entries_from_colours", "space_for"]

CHUNK = 1 << 22

_Numbers = npt.NDArray[np.int64]
Indices = Callable[[_Numbers], _Numbers]


def decoy_numbers(people: int, size: int, count: int) -> _Numbers:
    """``count`` person numbers that will not be given to anybody in this epoch: the highest ones.

    The lower half of the reserve is for newcomers; ``ValueError`` when the upper half is too small.
    """
    if count > (size - people) // 2:
        raise ValueError("the index space has too little room for decoys")
    return np.arange(size - count, size, dtype=np.int64)


class SpacePermutation(permutation.SpacePermutation):
    """The permutation of :mod:`ankang.core.permutation`, for whole arrays as well."""

    __slots__ = ()

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
