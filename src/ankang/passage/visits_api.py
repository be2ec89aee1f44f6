"""HTTP of verifications at a door: when, which way, what was answered; never who."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Number
from ankang.base.errors import BadInput
from ankang.base.permissions import requires
from ankang.core.verdicts import Direction, Reason, Verdict, VisitKind
from ankang.places.services import fetch_checkpoint

from .models import Visit
from .services import visits_at

router = Router(tags=["places"])
LONGEST = timedelta(days=1)


class VisitsIn(PageIn):
    """From when to when, a day at most; left out: the last hour."""

    since: datetime | None = None
    until: datetime | None = None


class VisitOut(Schema):
    """One verification. Nobody can tell from it who it was."""

    visit: str
    at: datetime
    direction: str
    verdict: str
    reason: str
    kind: str


@router.get("places/{number}/visits", response=Page[VisitOut])
@requires("visits.view")
def list_visits(request: HttpRequest, number: Number, wanted: Query[VisitsIn]) -> Any:
    """The verifications at a checkpoint of mine, newest first."""
    door = fetch_checkpoint(number, request.user, "visits.view")
    start, end = _span(wanted, timezone.now())
    rows = visits_at(door.pk, start, end).order_by()
    return page_of(rows, ("-at", "-visit"), wanted, _visit, f"visits.{door.pk}")


def _span(wanted: VisitsIn, now: datetime) -> tuple[datetime, datetime]:
    end = wanted.until or now
    start = wanted.since or end - timedelta(hours=1)
    if start.tzinfo is None or end.tzinfo is None:
        raise BadInput(details={"fields": {"since": "timezone_missing"}})
    if not timedelta(0) <= end - start <= LONGEST or not 1970 < start.year < 9000:
        raise BadInput(details={"fields": {"since": "out_of_range"}})
    return start, end


def _visit(row: Visit) -> dict[str, Any]:
    return {
        "visit": str(row.visit),
        "at": row.at,
        "direction": Direction(row.direction).slug,
        "verdict": Verdict(row.verdict).slug,
        "reason": Reason(row.reason).slug,
        "kind": VisitKind(row.kind).name.lower(),
    }
