"""CSV: quoted newlines, CRLF, comma, tab or semicolon; UTF-8 with or without its mark, or GB18030."""

import csv
import io
from collections.abc import Container, Iterator
from typing import BinaryIO

from .columns import simple
from .faults import FileFault
from .writing import alive

LONGEST_LINE = 1 << 20


def text_rows(file: BinaryIO, encoding: str, known: Container[str]) -> Iterator[list[str]]:
    """Header and rows as lists of cells; ``known``: the simplified headers, by which the separator is told."""
    text = io.TextIOWrapper(file, "utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    try:
        first = text.readline(LONGEST_LINE)
        text.seek(0)
        for row in csv.reader(_lines(text), delimiter=_delimiter(first, known)):
            yield [alive(cell) for cell in row] if "'" in "".join(row) else row
    except csv.Error:
        raise FileFault("broken_file") from None
    except UnicodeDecodeError:
        raise FileFault("bad_encoding") from None
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise FileFault("line_too_long")
        yield line


def _delimiter(line: str, known: Container[str]) -> str:
    """The sign that makes the most known headers of the first line."""

    def found(sign: str) -> int:
        return sum(simple(title.strip('"')) in known for title in line.split(sign))

    return max(",\t;", key=found)
