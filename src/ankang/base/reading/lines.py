"""NDJSON: one object a line, the columns named in Chinese or English."""

import codecs
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from .columns import Column, headers, simple
from .faults import FileFault

LONGEST_LINE = 1 << 20
_SAMPLE = 1_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def json_rows(
    file: BinaryIO, columns: Sequence[Column]
) -> tuple[list[str], tuple[str, ...], Iterator[list[str] | str]]:
    """The header in Chinese, the strange names among the first lines, and the rows: cells, or the line that is no object."""
    names = {title: column.attribute for title, column in headers(columns).items()}
    order = {column.attribute: at for at, column in enumerate(columns)}
    strangers = _strangers(file, names)
    file.seek(0)
    return [column.zh for column in columns], strangers, _rows(file, names, order)


def cells_of(record: dict[str, Any], names: dict[str, str], order: dict[str, int]) -> list[str] | None:
    """The record's values in the order of the columns, as text; None when one of them is no plain value."""
    cells = [""] * len(order)
    for name, value in record.items():
        attribute = names.get(name) or names.get(simple(name))
        if attribute is None or value is None:
            continue
        if isinstance(value, bool):
            cells[order[attribute]] = "1" if value else "0"
        elif isinstance(value, str | int | float):
            cells[order[attribute]] = str(value)
        else:
            return None
    return cells


def _rows(file: BinaryIO, names: dict[str, str], order: dict[str, int]) -> Iterator[list[str] | str]:
    for line in _lines(file):
        if line.isspace():
            yield [""] * len(order)
            continue
        try:
            cells = cells_of(_decode(line), names, order)
        except (msgspec.DecodeError, UnicodeDecodeError):
            cells = None
        yield line.decode(errors="replace").strip() if cells is None else cells


def _lines(file: BinaryIO) -> Iterator[bytes]:
    first = True
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise FileFault("line_too_long")
        yield line.removeprefix(codecs.BOM_UTF8) if first else line
        first = False


def _strangers(file: BinaryIO, names: dict[str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for at, line in enumerate(_lines(file)):
        if at == _SAMPLE:
            break
        try:
            found |= dict.fromkeys(name for name in _decode(line) if simple(name) not in names)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return tuple(name[:60] for name in found)[:50]
