"""Refused rows, as they came, with a first column that says why: mended, they can be sent again."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db.models import QuerySet

from ankang.base.reading import WHY, as_csv, as_xlsx, refused_table, simple
from ankang.trust.keyring import keyring

from ..faults import OWN_FAULTS, Refusal
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
    return as_csv(_table(batch, lang))


def rejects_xlsx(batch: Batch, by: Any, lang: str, now: datetime) -> bytes:
    """The same as a workbook; every cell is text. Raises NotFound."""
    _on_record(batch, by)
    return as_xlsx(_table(batch, lang))


def _table(batch: Batch, lang: str) -> Iterator[list[str]]:
    header = list(batch.findings.get("header", []))
    first = 1 if header and simple(header[0]) in WHY else 0
    return refused_table(header[first:], _refusals(batch, first), lang, OWN_FAULTS)


def _refusals(batch: Batch, first: int) -> Iterator[Refusal]:
    for row in rejects_of(batch).iterator(chunk_size=2_000):
        cells = msgspec.json.decode(keyring().unseal("exchange", bytes(row.sealed), ROW_LABEL), type=list[str])
        yield Refusal(row.row, row.code, row.column, cells[first:])


def _on_record(batch: Batch, by: Any) -> None:
    batch_of(by, batch.pk, SEND)
    log.info("refused rows fetched", batch=batch.pk, by=by.pk)
