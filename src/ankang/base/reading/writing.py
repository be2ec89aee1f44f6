"""Tables that the house hands out: templates to fill in, and refused rows to mend. Every cell is text, never a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from .columns import WHY, Column
from .faults import Refusal, Words

_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d .,-]*")
_DEFUSED = re.compile(r"'[\s]*[=+\-@＝＋－＠\t\r\n]")


def inert(text: str) -> str:
    """``text`` as no spreadsheet takes it for a formula: an apostrophe goes in front. Numbers, also of phones, stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def alive(text: str) -> str:
    """The text that :func:`inert` was given, when a file of ours comes back."""
    return text[1:] if _DEFUSED.match(text) else text


def as_csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """CSV in UTF-8 with the mark that spreadsheets look for, piece by piece; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
        if text.tell() > 65_536:
            yield _drained(text)
    yield _drained(text)


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook whose cells are text, so that no number loses its last digits."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def cell(text: str) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=_printable(text))
        made.data_type = "s"  # never a formula
        made.number_format = "@"
        return made

    for row in rows:
        sheet.append([cell(text) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def template_table(columns: Iterable[Column], lang: str) -> list[list[str]]:
    """Header and one example row."""
    known = list(columns)
    return [[column.word(lang) for column in known], [column.example for column in known]]


def refused_table(
    header: Sequence[str], refused: Iterable[Refusal], lang: str, own: Words | None = None
) -> Iterator[list[str]]:
    """Refused rows as they came, behind a first column that says why; mended, the file can be sent again."""
    yield [WHY[0] if lang.startswith("zh") else WHY[1], *header]
    for refusal in refused:
        yield [refusal.why(lang, own), *refusal.cells]


def _drained(text: io.StringIO) -> bytes:
    said = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return said


def _printable(text: str) -> str:
    """A workbook cannot hold control characters, nor more than 32,767 characters in a cell."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")[:32_767]
