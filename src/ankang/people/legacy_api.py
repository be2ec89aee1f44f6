"""HTTP of lists of old registration codes: hand one in, look, take it, undo it, throw it away (A1)."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import regions_where, requires

from .models import LegacyCode, LegacyImport
from .services import legacy

router = Router(tags=["people"])
LARGEST = 1_400_000


class LegacyListIn(Given):
    """The system the codes are of; the file (CSV or XLSX) in base64; the region when I have several."""

    system: Literal["return_to_work", "compound", "bus", "taxi", "school", "other"]
    file_name: Annotated[str, Field(min_length=1, max_length=200, examples=["codes.csv"])]
    content: Annotated[str, Field(min_length=1, max_length=LARGEST * 4 // 3 + 4, description="base64")]
    region: Short = ""


class LegacyListOut(Schema):
    """A list; ``findings``: counts, and faults by row, without contents."""

    number: int
    system: str
    file_name: str
    region: str
    state: str
    findings: dict[str, Any]
    by: str
    at: datetime
    taken_at: datetime | None
    undone_at: datetime | None


class LegacyListWholeOut(LegacyListOut):
    """The same; ``held``: codes on file out of it, ``unclaimed``: those whose person has not applied."""

    held: int
    unclaimed: int


@router.get("legacy-lists", response=Page[LegacyListOut])
@requires(legacy.DUTY)
def list_legacy(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The lists of my regions, newest first."""
    return page_of(legacy.imports_in_reach(request.user).defer("content"), ("-at", "-pk"), wanted, _list, "legacy-lists")


@router.post("legacy-lists", response={201: LegacyListWholeOut})
@requires(legacy.DUTY)
def post_legacy(request: HttpRequest, body: LegacyListIn) -> Any:
    """Hand a list in and have it checked; nothing is taken yet. The same list again is the same import."""
    region = body.region or regions_where(request.user, legacy.DUTY)[0]  # type: ignore[arg-type]
    try:
        content = b64decode(body.content, validate=True)
    except ValueError:
        raise BadInput(details={"fields": {"content": "base64"}}) from None
    return 201, _whole(legacy.check_list(request.user, body.system, region, body.file_name, content, timezone.now()))


@router.get("legacy-lists/{number}", response=LegacyListWholeOut)
@requires(legacy.DUTY)
def get_legacy(request: HttpRequest, number: Number) -> Any:
    """One list: what would become of its rows, or what did."""
    return _whole(_found(request, number))


@router.post("legacy-lists/{number}/{act}", response=LegacyListWholeOut)
@requires(legacy.DUTY)
def act_on_legacy(request: HttpRequest, number: Number, act: Literal["take", "undo", "drop"]) -> Any:
    """Take its good rows, undo that, or throw it away. Errors: already_reviewed."""
    by, now = request.user, timezone.now()
    if act == "take":
        legacy.take_list(by, number, now)
    elif act == "undo":
        legacy.undo_list(by, number, now)
    else:
        legacy.drop_list(by, number)
    return _whole(_found(request, number))


def _found(request: HttpRequest, number: int) -> LegacyImport:
    row = legacy.imports_in_reach(request.user).filter(pk=number).first()
    if row is None:
        raise NotFound()
    return row


def _list(row: LegacyImport) -> dict[str, Any]:
    names = ("system", "file_name", "state", "findings", "at", "taken_at", "undone_at")
    return {"number": row.pk, "region": row.region_id, "by": row.by_name, **{name: getattr(row, name) for name in names}}


def _whole(row: LegacyImport) -> dict[str, Any]:
    live = LegacyCode.objects.filter(source=row)
    return {**_list(row), "held": live.count(), "unclaimed": live.filter(person=None).count()}
