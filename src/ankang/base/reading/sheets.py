"""XLSX: the first sheet, cell values only; formulas are not run, and a file that unpacks to far too much is refused."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from .faults import FileFault

MOST_UNPACKED = 2 * 1024**3
MOST_STRINGS = 256 * 1024**2
MOST_ENTRIES = 2_000
MOST_COLUMNS = 200


def sheet_rows(file: BinaryIO) -> Iterator[list[str]]:
    """Header and rows as lists of text."""
    try:
        yield from _rows(file)
    except FileFault:
        raise
    except Exception:  # whatever a broken archive makes its readers raise
        raise FileFault("broken_file") from None


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    _check_size(file)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    try:
        width = 0
        for row in sheet.iter_rows(values_only=True):
            cells = [_text(value) for value in row[:MOST_COLUMNS]]
            width = width or len(cells)
            yield cells + [""] * (width - len(cells))  # empty cells at the end of a row are not written to the file
    finally:
        book.close()


def _check_size(file: BinaryIO) -> None:
    """The archive's own directory says what it unpacks to; its reader stops there (a lie is a broken file)."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileFault("unpacks_too_large")
    if any(entry.filename.endswith("sharedStrings.xml") and entry.file_size > MOST_STRINGS for entry in entries):
        raise FileFault("unpacks_too_large")


def _text(value: Any) -> str:
    """A cell as text; a number keeps its digits, and one too large for them says so as a power of ten."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | int):
        if abs(value) >= 1e15:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if not isinstance(value, timedelta) else ""


def _moment(value: datetime) -> str:
    """To the second; midnight is written as the day alone, as the sheet shows it."""
    rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return rounded.date().isoformat() if rounded.time() == time(0) else rounded.isoformat(" ")
