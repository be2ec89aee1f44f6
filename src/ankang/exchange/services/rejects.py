"""Refused rows, as they came, with a first column that says why: mended, they can be sent again."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db.models import QuerySet

from ankang.trust.keyring import keyring

from ..faults import sentence
from ..kinds import WHY, simple
from ..models import Batch, Row
from .senders import SEND, batch_of
from .taking import ROW_LABEL

log = structlog.get_logger()


def rejects_of(batch: Batch) -> "QuerySet[Row]":
    """The refused rows in their order; their contents stay sealed."""
    return Row.objects.filter(batch=batch).order_by("row")


def rejects_csv(batch: Batch, by: Any, lang: str, now: datetime) -> Iterator[bytes]:
    """The refused rows as CSV (UTF-8 with the mark that spreadsheets look for), piece by piece.

    In clear, so only for those who may send there: raises NotFound.
    """
    _on_record(batch, by)
    return _csv(batch, lang)


def rejects_xlsx(batch: Batch, by: Any, lang: str, now: datetime) -> bytes:
    """The same as a workbook; every cell is text. Raises NotFound."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    _on_record(batch, by)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(text: str) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=_printable(text))
        made.data_type = "s"  # never a formula
        made.number_format = "@"
        return made

    for row in _table(batch, lang):
        sheet.append([cell(text) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _csv(batch: Batch, lang: str) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    yield b"\xef\xbb\xbf"
    for row in _table(batch, lang):
        writer.writerow(row)
        if text.tell() > 65_536:
            yield _drained(text)
    yield _drained(text)


def _table(batch: Batch, lang: str) -> Iterator[list[str]]:
    header = list(batch.findings.get("header", []))
    first = 1 if header and simple(header[0]) in WHY else 0
    yield [WHY[0] if lang.startswith("zh") else WHY[1], *header[first:]]
    for row in rejects_of(batch).iterator(chunk_size=2_000):
        cells = msgspec.json.decode(keyring().unseal("exchange", bytes(row.sealed), ROW_LABEL), type=list[str])
        yield [_why(row, lang), *cells[first:]]


def _why(row: Row, lang: str) -> str:
    said = sentence(row.code, lang)
    if not row.column:
        return said
    return f"{row.column}：{said}" if lang.startswith("zh") else f"{row.column}: {said}"


def _on_record(batch: Batch, by: Any) -> None:
    batch_of(by, batch.pk, SEND)
    log.info("refused rows fetched", batch=batch.pk, by=by.pk)


def _drained(text: io.StringIO) -> bytes:
    said = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return said


def _printable(text: str) -> str:
    """A workbook cannot hold control characters, nor more than 32,767 characters in a cell."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")[:32_767]
