"""The content of a list: which indices are not green, and what they are instead; or which were withdrawn, and how far."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ankang.core.colours import Colour
from ankang.core.lists.faults import ListFault
from ankang.core.lists.golomb import Positions

Colours = npt.NDArray[np.uint8 | np.uint32]

LISTED = (Colour.GREY, Colour.YELLOW, Colour.RED)
"""The runs of a full list, in this order."""
TOUCHED = (Colour.GREY, Colour.GREEN, Colour.YELLOW, Colour.RED)
"""The runs of a delta; green takes an index off the list."""
NOT_WITHDRAWN = 0
"""The value of whoever is in no list of withdrawals."""


class Entries:
    """Indices in strictly ascending order, each with its colour; of a list or of the changes between two lists.

    ``positions`` (uint32) and ``colours`` (uint8, numbers of :class:`Colour`) have the same length. ``rest`` is what an
    index has that is not listed. In a list of withdrawals that is ``NOT_WITHDRAWN``, and ``colours`` are the numbers that
    say how far an index was withdrawn (uint32). Never changed.
    """

    __slots__ = ("colours", "positions", "rest", "size")

    def __init__(self, positions: Positions, colours: Colours, size: int, rest: int = Colour.GREEN) -> None:
        """Entries in any order; ``ValueError`` when an index comes twice or is not below ``size``."""
        if len(positions) and not np.all(positions[1:] > positions[:-1]):
            order = np.argsort(positions, kind="stable")
            positions, colours = positions[order], colours[order]
            if np.any(positions[1:] == positions[:-1]):
                raise ValueError("an index comes twice")
        if len(positions) and int(positions[-1]) >= size:
            raise ValueError("an index lies outside the index space")
        self.positions, self.size, self.rest = positions.astype(np.uint32), size, rest
        self.colours: Colours = colours.astype(np.uint8 if rest == Colour.GREEN else np.uint32)

    def __len__(self) -> int:
        return len(self.positions)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Entries)
            and (self.size, self.rest) == (other.size, other.rest)
            and np.array_equal(self.positions, other.positions)
            and np.array_equal(self.colours, other.colours)
        )

    __hash__ = None  # type: ignore[assignment]

    def of(self, colour: Colour) -> Positions:
        """The indices of one colour, ascending."""
        chosen: Positions = self.positions[self.colours == colour]
        return chosen

    def look_up(self, indices: npt.ArrayLike) -> Colours:
        """The colour number of each index, ``rest`` where it is not listed; ``outside`` for one of another space."""
        wanted = np.asarray(indices)
        if wanted.size and (int(wanted.min()) < 0 or int(wanted.max()) >= self.size):
            raise ListFault("outside")
        if not len(self.positions):
            return np.full(wanted.shape, self.rest, self.colours.dtype)
        wanted = wanted.astype(np.uint32, copy=False)
        at = np.minimum(np.searchsorted(self.positions, wanted), len(self.positions) - 1)
        found = self.positions[at] == wanted
        return np.where(found, self.colours[at], self.colours.dtype.type(self.rest))

    def value_of(self, index: int) -> int:
        """The number of one index; as :meth:`look_up`, in a tenth of the time."""
        if not 0 <= index < self.size:
            raise ListFault("outside")
        at = int(self.positions.searchsorted(np.uint32(index)))
        if at < len(self.positions) and self.positions[at] == index:
            return int(self.colours[at])
        return self.rest

    def changes_to(self, later: "Entries") -> "Entries":
        """What a delta from here to ``later`` says: each index that differs, with its later colour."""
        now = later.look_up(self.positions)
        differs, new = now != self.colours, self.look_up(later.positions) == self.rest
        return Entries(
            np.concatenate((self.positions[differs], later.positions[new])),
            np.concatenate((now[differs], later.colours[new])),
            self.size,
            self.rest,
        )

    def changed_by(self, changes: "Entries") -> "Entries":
        """The entries after ``changes``; ``bad_content`` when one of them changes nothing."""
        if np.any(self.look_up(changes.positions) == changes.colours):
            raise ListFault("bad_content")
        kept = ~np.isin(self.positions, changes.positions, assume_unique=True)
        listed = changes.colours != self.rest
        return Entries(
            np.concatenate((self.positions[kept], changes.positions[listed])),
            np.concatenate((self.colours[kept], changes.colours[listed])),
            self.size,
            self.rest,
        )


def entries(pairs: Iterable[tuple[int, int]], size: int, rest: int = Colour.GREEN) -> Entries:
    """Entries from (index, colour or number); ``ValueError`` when an index comes twice or is outside."""
    rows = np.array([(index, int(colour)) for index, colour in pairs], np.int64).reshape(-1, 2)
    if len(rows) and not 0 <= int(rows[:, 0].min()) <= int(rows[:, 0].max()) < size:
        raise ValueError("an index lies outside the index space")
    return Entries(rows[:, 0].astype(np.uint32), rows[:, 1].astype(np.uint32), size, rest)
