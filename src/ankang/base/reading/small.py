"""A small table in one go (bulk entry by staff): every row read by its columns, good ones and refused ones apart.

At most ``most`` rows, so the whole may be kept in memory. A document number is given as ``kind:number``.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import cells
from .columns import WHY, Column, headers, simple
from .faults import FileFault, Refusal, RowFault
from .formats import Recogniser
from .opening import RawRow, open_table

MOST_SMALL = 100_000
_OF_ROW = ("document", "document_kind")


class GoodRow(NamedTuple):
    """A row that can be read: its number, attribute → value of the cells that are not empty, and the cells as they came."""

    number: int
    values: dict[str, Any]
    cells: list[str]


@dataclass
class Reading:
    """A file that was read: its header, the rows, the refused ones, and the headers that nobody asked for."""

    header: list[str]
    good: list[GoodRow] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ignored: tuple[str, ...] = ()


def read_table(body: bytes, filename: str, columns: Sequence[Column], most: int = MOST_SMALL) -> Reading:
    """The rows of a file in one of our formats. Raises FileFault: what is wrong with the file or its header.

    The file of refused rows may be sent again as it is: its first column (WHY) is passed over.
    """
    recogniser = Recogniser(filename)
    recogniser.show(body)
    table = open_table(io.BytesIO(body), recogniser.result(), columns)
    first = 1 if simple(table.header[0]) in WHY else 0
    places, ignored = _places(columns, table.header, first)
    read, reading = _reader(columns, places, len(table.header)), Reading(table.header[first:], [], [], ignored)
    for raw in table.rows():
        if not any(raw.cells):
            continue
        if len(reading.good) + len(reading.refused) >= most:
            raise FileFault("too_many_at_once", most)
        _take(raw, first, read, reading)
    if not reading.good and not reading.refused:
        raise FileFault("no_rows")
    return reading


def _take(raw: RawRow, first: int, read: Callable[[Sequence[str]], dict[str, Any]], into: Reading) -> None:
    own = raw.cells[first:]
    try:
        if raw.fault:
            raise RowFault(raw.fault)
        into.good.append(GoodRow(raw.number, read(raw.cells), own))
    except RowFault as fault:
        into.refused.append(Refusal(raw.number, fault.code, fault.column, own))


def _reader(columns: Sequence[Column], places: dict[str, int], width: int) -> Callable[[Sequence[str]], dict[str, Any]]:
    present = [column for column in columns if column.attribute in places]
    kind_at = next((places[column.attribute] for column in present if column.type == "document_kind"), None)
    readers = [(places[column.attribute], column, _cell(column)) for column in present if column.type not in _OF_ROW]
    documents = [(places[column.attribute], column) for column in present if column.type == "document"]

    def read(row: Sequence[str]) -> dict[str, Any]:
        if len(row) > width and any(cell.strip() for cell in row[width:]) or len(row) < width:
            raise RowFault("ragged")
        if "\0" in "".join(row):
            raise RowFault("nul_bytes")
        values: dict[str, Any] = {}
        for at, column, reader in readers:
            _put(values, column, row[at].strip(), reader)
        for at, column in documents:
            _put(values, column, row[at].strip(), _document(row[kind_at].strip() if kind_at is not None else ""))
        return values

    return read


def _put(values: dict[str, Any], column: Column, text: str, reader: Callable[[str], Any]) -> None:
    """An empty cell is left out; a required one must be filled."""
    if not text:
        if column.required:
            raise RowFault("missing", column.zh)
        return
    if len(text) > 500:
        raise RowFault("too_long", column.zh)
    try:
        values[column.attribute] = reader(text)
    except RowFault as fault:
        raise RowFault(fault.code, column.zh) from None


def _cell(column: Column) -> Callable[[str], Any]:
    return cells.phone if column.type == "phone" else cells.reader_of(column)


def _document(kind: str) -> Callable[[str], str]:
    """Reads a document number by the kind in the same row; without one it is a resident ID."""

    def read(text: str) -> str:
        name = cells.document_kind(kind)
        return f"{name}:{cells.document(name, text)}"

    return read


def _places(columns: Sequence[Column], header: Sequence[str], first: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the headers that are nobody's."""
    known, places, ignored = headers(columns), dict[str, int](), []
    for at, title in enumerate(header):
        column = known.get(simple(title))
        if column is None:
            if at >= first and title.strip():
                ignored.append(title.strip()[:60])
        elif column.attribute in places:
            raise FileFault("columns_twice", 0, (column.zh,))
        else:
            places[column.attribute] = at
    missing = tuple(column.zh for column in columns if column.required and column.attribute not in places)
    if missing:
        raise FileFault("missing_columns", 0, missing)
    return places, tuple(ignored)
