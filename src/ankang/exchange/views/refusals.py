"""Refused rows: on the page masked, with the wrong cell marked; as a file in clear, for those who may send there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ankang.base.errors import NotFound
from ankang.base.permissions import requires
from ankang.base.reading import Column, headers, simple
from ankang.core.masking import mask_document, mask_name, mask_phone
from ankang.trust.keyring import keyring

from ..faults import sentence
from ..models import Batch, Row
from ..services import batch_of, feed_kind, rejects_csv, rejects_of, rejects_xlsx
from ..services.taking import ROW_LABEL
from .feeds import XLSX, download_of

A_PAGE = 50
_LONGEST = 80
_NUMBER = re.compile(r"[0-9A-Za-z]*\d{6,}[0-9A-Za-z]*")
"""Six digits in a row may be part of a document or a phone number, whatever column they stand in."""

_PACKED_MOMENT = re.compile(r"20\d{6}(\d{4}(\d\d)?)?")
_SHIFTED = ("ragged", "bad_json")
"""With these faults nobody knows which cell belongs to which column."""
_HIDDEN = "•••"
_OPEN = frozenset(
    ("moment", "end", "number", "integer", "choice", "code", "region", "country", "flag", "document_kind")
)


@dataclass(frozen=True)
class Refused:
    """One refused row: which, what is wrong where, and its cells, masked, each with whether it is the wrong one."""

    row: int
    column: str
    word: str
    cells: list[tuple[str, bool]]


@requires("feeds.send")
@require_safe
def rejects(request: HttpRequest, number: int, form: str) -> HttpResponse | StreamingHttpResponse:
    """The refused rows as they came, ``csv`` or ``xlsx``, to be mended and sent again."""
    found = batch_of(request.user, number, "feeds.send")
    lang, now = get_language() or "zh-hans", timezone.now()
    if form == "csv":
        pieces = rejects_csv(found, request.user, lang, now)
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="refused-{found.pk}.csv"'
        return response
    if form == "xlsx":
        return download_of(rejects_xlsx(found, request.user, lang, now), XLSX, f"refused-{found.pk}.xlsx")
    raise NotFound()


def refusals_of(request: HttpRequest, batch: Batch, lang: str) -> dict[str, Any]:
    """A page of the refused rows, masked; ``?rows=51`` begins with the 51st."""
    asked = request.GET.get("rows", "")
    first = max(int(asked) - 1, 0) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    rows, total = rejects_of(batch), rejects_of(batch).count()
    columns = _columns(batch)
    return {
        "refused_total": total,
        "refused_header": [column.word(lang) if column else title for title, column in columns],
        "refused_lines": [_line(row, columns, lang) for row in rows[first : first + A_PAGE]],
        "refused_newer": max(first - A_PAGE, 0) + 1 if first else None,
        "refused_older": first + A_PAGE + 1 if first + A_PAGE < total else None,
    }


def _columns(batch: Batch) -> list[tuple[str, Column | None]]:
    """The header of the file: each title with the column it stands for, if any."""
    known = headers(feed_kind(batch.feed).columns)
    return [(title, known.get(simple(title))) for title in (batch.findings or {}).get("header", [])]


def _line(row: Row, columns: Sequence[tuple[str, Column | None]], lang: str) -> Refused:
    cells: list[str] = msgspec.json.decode(keyring().unseal("exchange", bytes(row.sealed), ROW_LABEL), type=list[str])
    titles = {column.zh: column.word(lang) for _title, column in columns if column}
    if row.code in _SHIFTED:
        columns = [(title, None) for title, _column in columns]
    shown = [
        (masked_cell(cell, column), bool(column and column.zh == row.column))
        for cell, (_t, column) in _pairs(cells, columns)
    ]
    return Refused(row.row, titles.get(row.column, row.column), sentence(row.code, lang), shown)


def _pairs(
    cells: Sequence[str], columns: Sequence[tuple[str, Column | None]]
) -> list[tuple[str, tuple[str, Column | None]]]:
    """Cells with their columns; a row may have fewer cells than the header, those beyond it are not shown."""
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return list(zip(padded, columns, strict=False))


def masked_cell(cell: str, column: Column | None) -> str:
    """What a table may show of a cell: names, documents and phones masked, wherever they stand.

    Without a column, when nobody knows what it holds, nothing is shown but that there is something.
    """
    text = cell.strip()
    match column.type if column else None:
        case "name":
            return mask_name(text) if text else ""
        case "document":
            return mask_document(text)
        case "phone":
            return mask_phone(text)
        case kind if kind in _OPEN and not _NUMBER.search(text):
            return _short(text)
        case "moment" | "end" if _PACKED_MOMENT.fullmatch(text):
            return text
        case "region" if len(text) in (6, 9, 12):
            return text
        case None:
            return _HIDDEN if text else ""
    return _short(_NUMBER.sub(lambda found: mask_document(found.group()), text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
