"""Sheets and cards: who carries what, in memory shared by the gates of the machine, fresh within a second.

Two sorted tables in one mapped file: *numbers* (the first 8 bytes of the blind index of a card or a sheet's number → person)
and *sheets* (person → present generation). The file is written by whichever gate first finds it missing or far behind;
changes since then are in a dictionary. Every change of people_carrier has the next revision of "carriers", and becomes
visible in that order, so "newer than what I hold" misses nothing.
"""

import mmap
import os
import struct
import time
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ankang.gate.link import Connection

MANY_CHANGES: Final = 10_000
"""So many changes since the file was written, and it is written anew."""

_MAGIC: Final = b"AKCARRY1"
_HEAD: Final = struct.Struct("=8sqqq")  # magic, revision, numbers, sheets
_COLUMNS: Final[tuple[Literal["Q", "I", "B"], ...]] = ("Q", "I", "I", "I", "I", "I", "I", "I", "B")
_PORTION: Final = 2000

_MOMENTS = """extract(epoch from issued_at)::bigint, coalesce(extract(epoch from voided_at), 0)::bigint,
              coalesce(extract(epoch from expires_at), 0)::bigint"""
_NUMBERS = f"""
    select distinct on (number_blind) substr(number_blind, 1, 8), person_id, {_MOMENTS}
    from people_carrier order by number_blind, revision desc"""
_SHEETS = f"""
    select distinct on (person_id) person_id, {_MOMENTS}, generation
    from people_carrier where kind = 'paper' order by person_id, generation desc"""
_CHANGES = f"""
    select revision, substr(number_blind, 1, 8), person_id, {_MOMENTS}, coalesce(generation, 0)
    from people_carrier where revision > $1 order by revision, id limit {MANY_CHANGES + 1}"""
_REVISION = "select revision from base_revision where name = 'carriers'"


class Carried(NamedTuple):
    """A card or sheet: whose, and when it was issued, voided (0: it lives) and ends (0: never); unix seconds.

    ``generation`` 0 when it was found by its number.
    """

    person: int
    issued: int
    voided: int
    expires: int
    generation: int = 0


class Carriers:
    """The carriers as of :attr:`revision`; -1 before anything was loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _File | None = None
        self._numbers: dict[int, Carried] = {}
        self._sheets: dict[int, Carried] = {}
        self.revision = -1

    def by_number(self, blind: bytes) -> Carried | None:
        """What has this blind index (32 bytes, or its first 8)."""
        key = int.from_bytes(blind[:8], "big")
        return self._numbers.get(key) or (self._file.by_number(key) if self._file else None)

    def sheet_of(self, person: int) -> Carried | None:
        """The person's newest sheet, also when it is void."""
        return self._sheets.get(person) or (self._file.sheet_of(person) if self._file else None)

    def begin(self) -> None:
        """Take what the disk remembers."""
        file = _opened(self._path)
        if file is not None:
            self._take(file)

    async def look(self, connection: Connection, wanted: int) -> None:
        """Come up to revision ``wanted`` (0 when nobody ever carried anything)."""
        base, behind = self._file, self.revision > wanted  # more than there is: a file of another database
        if base is not None and self.revision < wanted:
            changes = await connection.fetch(_CHANGES, self.revision)
            behind = len(changes) > MANY_CHANGES
            self._apply(changes)
        if base is None or behind or len(self._numbers) > MANY_CHANGES:
            file = _opened(self._path)
            if file is None or file.revision > wanted or (base is not None and file.revision <= base.revision):
                file = await _written(self._path, connection)
            if file is not None:
                self._take(file)

    def _apply(self, changes: list[Any]) -> None:
        for revision, blind, person, issued, voided, expires, generation in changes:
            self._numbers[int.from_bytes(blind, "big")] = Carried(person, issued, voided, expires)
            known = self.sheet_of(person) if generation else None
            if generation and (known is None or generation >= known.generation):
                self._sheets[person] = Carried(person, issued, voided, expires, generation)
            self.revision = revision

    def _take(self, file: "_File") -> None:
        """From this file on; what came after it is fetched again."""
        self._file, self._numbers, self._sheets, self.revision = file, {}, {}, file.revision


class _File:
    """The mapped tables, column by column; 24 bytes a number and 17 a sheet."""

    def __init__(self, view: memoryview) -> None:
        magic, self.revision, numbers, sheets = _HEAD.unpack_from(view)
        sizes = [numbers] * 5 + [sheets] * 4
        widths = [struct.calcsize(code) for code in _COLUMNS]
        if magic != _MAGIC or len(view) != _HEAD.size + sum(n * width for n, width in zip(sizes, widths, strict=True)):
            raise ValueError("not a file of carriers")
        columns, at = [], _HEAD.size
        for code, size, width in zip(_COLUMNS, sizes, widths, strict=True):
            columns.append(view[at : at + size * width].cast(code))
            at += size * width
        self._blinds, *self._of_numbers = columns[:5]
        self._persons, *self._of_sheets = columns[5:]

    def by_number(self, key: int) -> Carried | None:
        at = bisect_left(self._blinds, key)
        if at == len(self._blinds) or self._blinds[at] != key:
            return None
        return Carried(*(column[at] for column in self._of_numbers))

    def sheet_of(self, person: int) -> Carried | None:
        at = bisect_left(self._persons, person)
        if at == len(self._persons) or self._persons[at] != person:
            return None
        issued, voided, generation = (column[at] for column in self._of_sheets)
        return Carried(person, issued, voided, 0, generation)


def _opened(path: Path) -> _File | None:
    try:
        with path.open("rb") as file:
            return _File(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, ValueError, struct.error):
        return None


async def _written(path: Path, connection: Connection) -> _File | None:
    """Write the file from the database; None while another gate does."""
    with path.with_suffix(".lock").open("wb") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return None
        numbers, sheets = _arrays("QIIII"), _arrays("IIIB")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            revision = await connection.fetchval(_REVISION) or 0
            async for blind, *rest in _rows(connection, _NUMBERS):
                _append(numbers, int.from_bytes(blind, "big"), *rest)
            async for person, issued, voided, _, generation in _rows(connection, _SHEETS):
                _append(sheets, person, issued, voided, generation)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        with draft.open("wb") as file:
            file.write(_HEAD.pack(_MAGIC, revision, len(numbers[0]), len(sheets[0])))
            for column in (*numbers, *sheets):
                column.tofile(file)
        os.replace(draft, path)
        return _opened(path)


async def _rows(connection: Connection, query: str) -> AsyncIterator[Any]:
    """Rows in portions, so that doors are served in between."""
    cursor = await connection.cursor(query)
    while rows := await cursor.fetch(_PORTION):
        for row in rows:
            yield row


def _arrays(codes: str) -> list["array[int]"]:
    return [array(code) for code in codes]


def _append(columns: list["array[int]"], *values: int) -> None:
    for column, value in zip(columns, values, strict=True):
        column.append(value)
