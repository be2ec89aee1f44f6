"""What the lists are made of, read once a run: who is not green, whose passes and whose sheets were withdrawn."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
from django.db import connection

from ankang.core.epochs import epoch_start
from ankang.core.lists import Indices

Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]
"""Person numbers, and what each has."""

_NOT_GREEN = "SELECT person, colour FROM health_colour WHERE colour <> 1"
_FEED = "SELECT coalesce(max(seq), 0) FROM health_feedhead"
_CARRIERS = "SELECT coalesce(max(revision), 0) FROM base_revision WHERE name = 'carriers'"
_VOID_SHEETS = """
    SELECT person_id, max(generation) FROM people_carrier
    WHERE kind = 'paper' AND voided_at IS NOT NULL AND expires_at > to_timestamp(%s) GROUP BY person_id"""
_VOIDINGS = """
    SELECT person_id, floor(extract(epoch FROM at))::bigint FROM people_voiding
    WHERE at >= to_timestamp(%s) AND at < to_timestamp(%s)"""


class Reading:
    """One run's reading at ``now``. Where a table stands is read before its rows: a change in between comes again."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._stands = {Indices.DAY: _number(_FEED), Indices.WITHDRAWN_SHEETS: _number(_CARRIERS)}
        self._stands[Indices.PAPER] = self._stands[Indices.DAY]

    def stands(self, kind: Indices) -> int:
        """The last change that a list of this kind made now has in it; 0 where changes are not counted."""
        return self._stands.get(kind, 0)

    def rows(self, kind: Indices, epoch: int) -> Rows:
        """Who is in a list of this kind for ``epoch``, and with what."""
        if kind is Indices.WITHDRAWN_PASSES:
            return self._withdrawn_passes(epoch)
        return self._withdrawn_sheets if kind is Indices.WITHDRAWN_SHEETS else self._colours

    @cached_property
    def _colours(self) -> Rows:
        return _arrays(_rows(_NOT_GREEN))

    @cached_property
    def _withdrawn_sheets(self) -> Rows:
        """The highest generation that is void; sheets past their last day need no list."""
        return _arrays(_rows(_VOID_SHEETS, self._now))

    def _withdrawn_passes(self, epoch: int) -> Rows:
        """The second of ``epoch`` from which passes count (core.voidings): after the last withdrawal, and one second for each
        of the day before.
        """
        start, first = epoch_start(epoch), dict[int, int]()
        for person, _ in _rows(_VOIDINGS, start - 86_400, start):
            first[person] = first.get(person, 0) + 1
        for person, moment in _rows(_VOIDINGS, start, start + 86_400):
            first[person] = max(first.get(person, 0), moment - start + 1)
        return _arrays(list(first.items()))


def _rows(query: str, *values: float) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _arrays(rows: list[tuple[int, int]]) -> Rows:
    table = np.array(rows, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1].astype(np.uint32)
