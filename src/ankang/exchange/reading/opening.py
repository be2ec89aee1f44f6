"""A file as a table: its header, checked against the feed, and its rows, one after the other."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from ..faults import FileFault
from ..kinds import FeedKind
from ..rows import RowReader
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
    """An open file: ``header``, ``reader`` for its rows, and the rows by iteration."""

    def __init__(self, header: list[str], reader: RowReader, rows: Iterator[list[str] | str], first: int) -> None:
        self.header, self.reader, self._rows, self._first = header, reader, rows, first

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


def open_table(file: BinaryIO, format: str, kind: FeedKind, now: int) -> Table:
    """Open ``file`` (seekable) as a table of ``kind``. Raises FileFault: what is wrong with the file or its header."""
    name, _, encoding = format.partition(":")
    if name == "csv":
        rows, first = text_rows(file, encoding, kind), 2
    elif name == "xlsx":
        rows, first = sheet_rows(file), 2
    else:
        return _lines(file, kind, now)
    header = next(rows, None)
    if header is None or not any(cell.strip() for cell in header):
        raise FileFault("empty_file")
    while not header[-1].strip():
        header.pop()
    return Table(header, RowReader(kind, header, now), rows, first)


def _lines(file: BinaryIO, kind: FeedKind, now: int) -> Table:
    """NDJSON names its columns in every line: the header is the feed's own, and further names are left out."""
    header, strangers, rows = json_rows(file, kind)
    reader = RowReader(kind, header, now)
    reader.ignored = strangers
    return Table(header, reader, rows, 1)
