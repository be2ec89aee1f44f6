"""Entries of nobody, so that neither a list nor two lists in a row tell how many people have which colour.

The promise (docs/list-format.md §8): in a list the number of entries of each colour, and between a list and the next
one the number of moves from each colour to each other one, is a multiple of the *grain*. The true number of moves is
less by up to two grains, and nobody moving looks like a few who do.
"""

import random
from dataclasses import dataclass

import numpy as np

from ankang.core.colours import Colour
from ankang.core.lists.entries import LISTED, TOUCHED, Entries
from ankang.core.lists.golomb import Positions

_LEAST, _MOST = 8, 16
"""Grains of decoys of each colour: enough to take part in any move, and when some are given back."""
FREE_LEAST = 3 * _MOST + 24
"""Grains of free indices that a list needs to begin with."""


@dataclass(frozen=True, slots=True)
class Padded:
    """A list as published, and what only its issuer may know: the true entries, the decoys, the indices left."""

    published: Entries
    real: Entries
    decoys: Entries
    free: Positions
    grain: int


def pad(real: Entries, free: Positions, grain: int, chance: random.Random) -> Padded:
    """The first list of an epoch. ``free``: indices that are never issued, at least ``FREE_LEAST`` · ``grain``.

    ``chance`` must not be foreseeable: ``random.SystemRandom()``.
    """
    if len(free) < FREE_LEAST * grain:
        raise ValueError(f"decoys need {FREE_LEAST * grain:,} free indices, there are {len(free):,}")
    wanted = {}
    for colour in LISTED:
        missing = -len(real.of(colour)) % grain
        wanted[colour] = missing + grain * chance.randint(_LEAST, _LEAST + 3)
    pool = _Pool(Entries(np.empty(0, np.uint32), np.empty(0, np.uint8), real.size), free)
    for colour, number in wanted.items():
        pool.move(Colour.GREEN, colour, number)
    return _padded(real, pool, grain)


def resume(published: Entries, free: Positions, grain: int) -> Padded:
    """A padded list read back from what was published; ``free``: the same indices that :func:`pad` was given."""
    nobody = np.isin(published.positions, free)
    decoys, real = (
        Entries(published.positions[chosen], published.colours[chosen], published.size) for chosen in (nobody, ~nobody)
    )
    return Padded(published, real, decoys, free[~np.isin(free, decoys.positions)], grain)


def pad_next(was: Padded, real: Entries, chance: random.Random) -> Padded:
    """The next list of the same epoch; the delta from ``was.published`` to its ``published`` keeps the promise."""
    pool, grain = _Pool(was.decoys, was.free), was.grain
    changes = was.real.changes_to(real)
    before = was.real.look_up(changes.positions)
    for source in TOUCHED:
        for goal in TOUCHED:
            if source != goal:
                moves = int(np.count_nonzero((before == source) & (changes.colours == goal)))
                grains = max(1, -(-moves // grain)) + chance.randint(0, 1)
                pool.move(source, goal, grains * grain - moves)
    for colour in LISTED:
        pool.level(colour, grain)
    return _padded(real, pool, grain)


def _padded(real: Entries, pool: "_Pool", grain: int) -> Padded:
    decoys = pool.entries(real.size)
    published = Entries(
        np.concatenate((real.positions, decoys.positions)), np.concatenate((real.colours, decoys.colours)), real.size
    )
    return Padded(published, real, decoys, pool.left[Colour.GREEN], grain)


class _Pool:
    """The decoys by colour, green being those that are not listed. A decoy moves once at most in a step."""

    def __init__(self, decoys: Entries, free: Positions) -> None:
        self.left = {colour: decoys.of(colour) for colour in LISTED} | {Colour.GREEN: free}
        self.came: dict[Colour, list[Positions]] = {colour: [] for colour in TOUCHED}

    def move(self, source: Colour, goal: Colour, number: int) -> None:
        """So many decoys of one colour take the other."""
        if number > len(self.left[source]):
            raise ValueError("too few indices are free for decoys")
        self.came[goal].append(self.left[source][:number])
        self.left[source] = self.left[source][number:]

    def level(self, colour: Colour, grain: int) -> None:
        """Bring the decoys of a colour back between their limits, by whole grains."""
        number = len(self.left[colour]) + sum(map(len, self.came[colour]))
        if number < _LEAST * grain:
            self.move(Colour.GREEN, colour, ((_LEAST * grain - number) // grain + 1) * grain)
        elif number > _MOST * grain:
            surplus = (number - _MOST * grain) // grain * grain
            self.move(colour, Colour.GREEN, min(surplus, len(self.left[colour]) // grain * grain))

    def entries(self, size: int) -> Entries:
        """What is listed, and in ``left[GREEN]`` what is free for the next step."""
        for colour in TOUCHED:
            self.left[colour] = np.concatenate((self.left[colour], *self.came[colour]))
        return Entries(
            np.concatenate([self.left[colour] for colour in LISTED]),
            np.repeat(np.array(LISTED, np.uint8), [len(self.left[colour]) for colour in LISTED]),
            size,
        )
