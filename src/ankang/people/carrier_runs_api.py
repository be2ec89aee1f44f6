"""HTTP of sheets and cards by the list: send a list, look, begin or stop, see how far it is, fetch the files (A5)."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.errors import BadInput
from ankang.base.permissions import requires, sensitive

from . import carriers_runs as runs
from .carriers_rows import ISSUE, OWN_FAULTS
from .models import CarrierRun

router = Router(tags=["people"])
LARGEST = 1_400_000


class CarrierListIn(Given):
    """What to do, the list (CSV or XLSX) in base64, and why: on record for each person."""

    kind: Literal["print", "bind"]
    file_name: Annotated[str, Field(min_length=1, max_length=200, examples=["sheets.csv"])]
    content: Annotated[str, Field(min_length=1, max_length=LARGEST * 4 // 3 + 4, description="base64")]
    purpose: Literal["window", "investigation", "hotline", "correction"]
    note: Short = ""


class CarrierRunOut(Schema):
    """A run; ``done`` of ``rows`` good rows; ``until``: when list and files are forgotten."""

    number: int
    kind: str
    state: str
    file_name: str
    purpose: str
    rows: int
    done: int
    refused: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    until: datetime


class RefusedRowOut(Schema):
    """A row that was refused; no content."""

    row: int
    code: str
    why: str


class CarrierFileOut(Schema):
    """A part of the print."""

    part: int
    sheets: int


class CarrierRunWholeOut(CarrierRunOut):
    """The same with its first 200 refused rows and its files."""

    faults: list[RefusedRowOut]
    files: list[CarrierFileOut]


@router.get("carrier-runs", response=Page[CarrierRunOut])
@requires(ISSUE)
def list_runs(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My runs, newest first."""
    rows = CarrierRun.objects.filter(created_by=request.user.pk).defer("sealed", "sealed_refused")
    return page_of(rows, ("-created_at", "-pk"), wanted, _run, "carrier-runs")


@router.post("carrier-runs", response={201: CarrierRunWholeOut})
@requires(ISSUE)
def post_run(request: HttpRequest, body: CarrierListIn) -> Any:
    """Send a list and have it checked; nothing is done yet. Errors: table_not_readable."""
    try:
        content = b64decode(body.content, validate=True)
    except ValueError:
        raise BadInput(details={"fields": {"content": "base64"}}) from None
    note = body.note.strip()
    purpose = f"{body.purpose}: {note}" if note else body.purpose
    return 201, _whole(runs.check_list(body.kind, content, body.file_name, purpose, request.user, timezone.now()))


@router.get("carrier-runs/{number}", response=CarrierRunWholeOut)
@requires(ISSUE)
def get_run(request: HttpRequest, number: Number) -> Any:
    """How far it is, and what came of it."""
    return _whole(runs.run_of(number, request.user))


@router.post("carrier-runs/{number}/{act}", response=CarrierRunWholeOut)
@requires(ISSUE)
def act_on_run(request: HttpRequest, number: Number, act: Literal["start", "cancel"]) -> Any:
    """Begin, in the background; or stop, and what was done stays done. Errors: carrier_run_state_wrong."""
    if act == "start":
        runs.start_run(number, request.user)
    else:
        runs.cancel_run(number, request.user, timezone.now())
    return _whole(runs.run_of(number, request.user))


@router.get("carrier-runs/{number}/files/{part}")
@requires(ISSUE)
@sensitive
def get_file(request: HttpRequest, number: Number, part: Number) -> HttpResponse:
    """A PDF of printed sheets, never cached."""
    body = runs.printed_file(number, part % 2**31, request.user)
    return HttpResponse(body, content_type="application/pdf", headers={"Cache-Control": "no-store"})


def _run(row: CarrierRun) -> dict[str, Any]:
    names = ("kind", "state", "purpose", "rows", "refused", "created_at", "started_at", "ended_at")
    more = {"file_name": row.filename, "done": row.cursor, "until": row.created_at + runs.KEPT}
    return {"number": row.pk, **more, **{name: getattr(row, name) for name in names}}


def _whole(row: CarrierRun) -> dict[str, Any]:
    lang = get_language() or "zh-hans"
    refused = runs.refused_rows(row)[1][:200]
    faults = [{"row": one.row, "code": one.code, "why": one.why(lang, OWN_FAULTS)} for one in refused]
    files = [{"part": one.part, "sheets": one.sheets} for one in row.files.defer("sealed").order_by("part")]
    return {**_run(row), "faults": faults, "files": files}
