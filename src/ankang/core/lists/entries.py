"""The content of a list: which indices are not green, and what they are instead."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ankang.core.colours import Colour
from ankang.core.lists import golomb
from ankang.core.lists.faults import ListFault
from ankang.core.lists.golomb import Positions
from ankang.core.lists.header import Header
from ankang.core.sm import sm3

Colours = npt.NDArray[np.uint8]

LISTED = (Colour.GREY, Colour.YELLOW, Colour.RED)
"""The runs of a full list, in this order."""
TOUCHED = (Colour.GREY, Colour.GREEN, Colour.YELLOW, Colour.RED)
"""The runs of a delta; green takes an index off the list."""


class Entries:
    """Indices in strictly ascending order, each with its colour; of a list or of the changes between two lists.

    ``positions`` (uint32) and ``colours`` (uint8, numbers of :class:`Colour`) have the same length. Never changed.
    """

    __slots__ = ("colours", "positions", "size")

    def __init__(self, positions: Positions, colours: Colours, size: int) -> None:
        """Entries in any order; ``ValueError`` when an index comes twice or is not below ``size``."""
        if len(positions) and not np.all(positions[1:] > positions[:-1]):
            order = np.argsort(positions, kind="stable")
            positions, colours = positions[order], colours[order]
            if np.any(positions[1:] == positions[:-1]):
                raise ValueError("an index comes twice")
        if len(positions) and int(positions[-1]) >= size:
            raise ValueError("an index lies outside the index space")
        self.positions, self.colours, self.size = positions.astype(np.uint32), colours.astype(np.uint8), size

    def __len__(self) -> int:
        return len(self.positions)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Entries)
            and self.size == other.size
            and np.array_equal(self.positions, other.positions)
            and np.array_equal(self.colours, other.colours)
        )

    __hash__ = None  # type: ignore[assignment]

    def of(self, colour: Colour) -> Positions:
        """The indices of one colour, ascending."""
        chosen: Positions = self.positions[self.colours == colour]
        return chosen

    def look_up(self, indices: npt.ArrayLike) -> Colours:
        """The colour number of each index: green where it is not listed; ``outside`` for one of another space."""
        wanted = np.asarray(indices)
        if wanted.size and (int(wanted.min()) < 0 or int(wanted.max()) >= self.size):
            raise ListFault("outside")
        if not len(self.positions):
            return np.full(wanted.shape, Colour.GREEN, np.uint8)
        wanted = wanted.astype(np.uint32, copy=False)
        at = np.minimum(np.searchsorted(self.positions, wanted), len(self.positions) - 1)
        found = self.positions[at] == wanted
        return np.where(found, self.colours[at], np.uint8(Colour.GREEN))

    def colour_of(self, index: int) -> Colour:
        """The colour of one index; as :meth:`look_up`, in a tenth of the time."""
        if not 0 <= index < self.size:
            raise ListFault("outside")
        at = int(self.positions.searchsorted(np.uint32(index)))
        if at < len(self.positions) and self.positions[at] == index:
            return Colour(int(self.colours[at]))
        return Colour.GREEN

    def changes_to(self, later: "Entries") -> "Entries":
        """What a delta from here to ``later`` says: each index that differs, with its later colour."""
        now = later.look_up(self.positions)
        differs, new = now != self.colours, self.look_up(later.positions) == Colour.GREEN
        return Entries(
            np.concatenate((self.positions[differs], later.positions[new])),
            np.concatenate((now[differs], later.colours[new])),
            self.size,
        )

    def changed_by(self, changes: "Entries") -> "Entries":
        """The entries after ``changes``; ``bad_content`` when one of them changes nothing."""
        if np.any(self.look_up(changes.positions) == changes.colours):
            raise ListFault("bad_content")
        kept = ~np.isin(self.positions, changes.positions, assume_unique=True)
        listed = changes.colours != Colour.GREEN
        return Entries(
            np.concatenate((self.positions[kept], changes.positions[listed])),
            np.concatenate((self.colours[kept], changes.colours[listed])),
            self.size,
        )


def entries(pairs: Iterable[tuple[int, Colour]], size: int) -> Entries:
    """Entries from (index, colour); ``ValueError`` when an index comes twice or is outside."""
    rows = np.array([(index, colour) for index, colour in pairs], np.int64).reshape(-1, 2)
    if len(rows) and not 0 <= int(rows[:, 0].min()) <= int(rows[:, 0].max()) < size:
        raise ValueError("an index lies outside the index space")
    return Entries(rows[:, 0].astype(np.uint32), rows[:, 1].astype(np.uint8), size)


def encode_body(content: Entries, runs: tuple[Colour, ...]) -> bytes:
    """One Golomb run a colour, in the order of ``runs``; ``ValueError`` for a colour that has no run."""
    if not np.all(np.isin(content.colours, runs)):
        raise ValueError("green is not listed")
    return b"".join(golomb.encode(content.of(colour), content.size) for colour in runs)


def decode_body(data: memoryview, runs: tuple[Colour, ...], size: int) -> Entries:
    """The inverse of :func:`encode_body`; ``truncated``, ``oversized`` or ``bad_content`` when it is not sound."""
    parts, colours = [], []
    for colour in runs:
        positions, data = golomb.decode(data, size)
        parts.append(positions)
        colours.append(np.full(len(positions), colour, np.uint8))
    if len(data):
        raise ListFault("oversized")
    try:
        return Entries(np.concatenate(parts), np.concatenate(colours), size)
    except ValueError:
        raise ListFault("bad_content") from None


def digest_of(content: Entries, header: Header) -> bytes:
    """What identifies the content of a list (docs/list-format.md §5), however it was come by; 32 bytes of SM3."""
    parts = [b"AKL", bytes((header.indices,))]
    parts += [number.to_bytes(4, "big") for number in (header.issuer, header.epoch, header.size)]
    for colour in LISTED:
        positions = content.of(colour)
        parts += [len(positions).to_bytes(4, "big"), positions.astype(">u4").tobytes()]
    return sm3(b"".join(parts))
