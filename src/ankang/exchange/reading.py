"""A file of a feed as a table: its header checked against the feed, and its rows."""

from collections.abc import Iterator
from typing import BinaryIO

from ankang.base.reading import RawRow
from ankang.base.reading import open_table as open_any

from .kinds import FeedKind
from .rows import RowReader


class Table:
    """An open file: ``header``, ``reader`` for its rows, and the rows by iteration."""

    def __init__(self, file: BinaryIO, format: str, kind: FeedKind, now: int) -> None:
        table = open_any(file, format, kind.columns)
        self.header, self._table = table.header, table
        self.reader = RowReader(kind, table.header, now)
        if table.strangers:
            self.reader.ignored = table.strangers

    def rows(self, after: int = 0) -> Iterator[RawRow]:
        """The rows after the first ``after``. Raises FileFault: broken_file, line_too_long, too_many_rows."""
        return self._table.rows(after)


def open_table(file: BinaryIO, format: str, kind: FeedKind, now: int) -> Table:
    """Open ``file`` (seekable) as a table of ``kind``. Raises FileFault: what is wrong with the file or its header."""
    return Table(file, format, kind, now)
