"""HTTP of files out of lists: masked at once, without masks after another person's yes, fetched once (G2, G3)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from ..export_files import FORMS
from ..exports import ask_export, export_in_sight, exports_of, fetch_export, masked_file, subject_for
from ..list_models import Export
from ..permissions import sensitive, staff_only
from .paging import Page, PageIn, page_of
from .shapes import Given, Line, Number, Short

router = Router(tags=["exports"])


class ExportIn(Given):
    """Which list, with which filters (as in the address of its page), in which form."""

    list: Short = Field(examples=["people"])
    query: Annotated[str, Field(max_length=2000)] = ""
    form: Literal["csv", "xlsx", "pdf"] = "csv"


class ClearExportIn(ExportIn):
    """The same, and why it must be without masks."""

    purpose: Line


class ExportOut(Schema):
    """An export; ``approval``: who decides, ``expires_at``: until when it can be fetched."""

    number: int
    list: str
    form: str
    masked: bool
    purpose: str
    rows: int
    state: str
    by: str
    at: datetime
    approval: int | None
    expires_at: datetime | None


@router.get("exports", response=Page[ExportOut])
@staff_only
def list_exports(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My exports, newest first; for auditors everybody's."""
    return page_of(exports_of(request.user), ("-at", "-pk"), wanted, _export, "exports")


@router.post("exports/masked")
@staff_only
def post_masked(request: HttpRequest, body: ExportIn) -> HttpResponse:
    """The file as the list shows it, at once; that it was taken is kept. Errors: not_found, export_too_large."""
    subject = subject_for(request.user, body.list)
    return _file(*masked_file(request.user, subject, body.query, body.form, _lang(), timezone.now()))


@router.post("exports", response={202: ExportOut})
@staff_only
@sensitive
def post_export(request: HttpRequest, body: ClearExportIn) -> Any:
    """Ask for the file without masks; another person decides. Errors: not_found, export_too_large, already_decided."""
    subject = subject_for(request.user, body.list)
    return 202, _export(ask_export(request.user, subject, body.query, body.form, body.purpose, _lang(), timezone.now()))


@router.get("exports/{number}", response=ExportOut)
@staff_only
def get_export(request: HttpRequest, number: Number) -> Any:
    """How it stands."""
    return _export(export_in_sight(request.user, number))


@router.post("exports/{number}/fetch")
@staff_only
@sensitive
def post_fetch(request: HttpRequest, number: Number) -> HttpResponse:
    """The file, once; each person in it is read on record. Errors: export_gone."""
    return _file(*fetch_export(request.user, number, timezone.now()))


def _export(row: Export) -> dict[str, Any]:
    names = ("form", "masked", "purpose", "rows", "state", "at", "approval", "expires_at")
    return {"number": row.pk, "list": row.subject, "by": row.by_name, **{name: getattr(row, name) for name in names}}


def _file(row: Export, body: bytes) -> HttpResponse:
    answer = HttpResponse(body, content_type=FORMS[row.form], headers={"Cache-Control": "no-store"})
    answer.headers["Content-Disposition"] = f'attachment; filename="export-{row.pk}.{row.form}"'
    return answer


def _lang() -> str:
    return "en" if (get_language() or "zh").startswith("en") else "zh"
