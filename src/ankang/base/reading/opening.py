"""A file as a table: its header and its rows, one after the other. What the cells mean is the room's affair."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from .columns import Column, headers
from .faults import FileFault
from .formats import MAX_ROWS
from .lines import json_rows
from .sheets import sheet_rows
from .tables import text_rows


class RawRow(NamedTuple):
    """A row as it came: its number as a spreadsheet counts (the first below the header is 2), its cells, or its fault."""

    number: int
    cells: list[str]
    fault: str = ""


class Table:
    """An open file: ``header`` and, by iteration, the rows. ``strangers``: names that only some lines of NDJSON hold."""

    def __init__(
        self, header: list[str], rows: Iterator[list[str] | str], first: int, strangers: tuple[str, ...] = ()
    ) -> None:
        self.header, self.strangers, self._rows, self._first = header, strangers, rows, first

    def rows(self, after: int = 0) -> Iterator[RawRow]:
        """The rows after the first ``after``. Raises FileFault: broken_file, line_too_long, too_many_rows."""
        for count, row in enumerate(islice(_without_tail(self._rows), after, None), after):
            if count >= MAX_ROWS:
                raise FileFault("too_many_rows", MAX_ROWS)
            if isinstance(row, str):
                yield RawRow(count + self._first, [row], "bad_json")
            else:
                yield RawRow(count + self._first, row)


def _without_tail(rows: Iterator[list[str] | str]) -> Iterator[list[str] | str]:
    """The rows up to the last that holds anything: spreadsheets leave many empty ones below."""
    empty: list[list[str]] = []
    for row in rows:
        if isinstance(row, str) or any(row):
            yield from empty
            empty.clear()
            yield row
        elif len(empty) > MAX_ROWS:
            raise FileFault("too_many_rows", MAX_ROWS)
        else:
            empty.append(row)


def open_table(file: BinaryIO, format: str, columns: Sequence[Column]) -> Table:
    """Open ``file`` (seekable; ``format`` as Recogniser says). Raises FileFault: what is wrong with the file."""
    name, _, encoding = format.partition(":")
    if name == "csv":
        rows = text_rows(file, encoding, headers(columns))
    elif name == "xlsx":
        rows = sheet_rows(file)
    else:  # NDJSON names its columns in every line
        header, strangers, lines = json_rows(file, columns)
        return Table(header, lines, 1, strangers)
    first = next(rows, None)
    if first is None or not any(cell.strip() for cell in first):
        raise FileFault("empty_file")
    while not first[-1].strip():
        first.pop()
    return Table(first, rows, 2)
