"""HTTP of merges: two records of one person become one, by two people of the staff, and can be undone for a month (A1)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Reason, ReasonIn, Short
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import requires, staff_only

from .desk_api import PersonOut, person_out
from .models import Merge
from .services import merging

router = Router(tags=["people"])


class MergeIn(Given):
    """The two records by their documents: ``absorbed`` ends, ``survivor`` goes on."""

    absorbed: Short
    survivor: Short
    reason: Reason


class MergeOut(Schema):
    """A merge; a second person decides it (see approvals)."""

    number: int
    state: str
    absorbed: PersonOut
    survivor: PersonOut
    why: str
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    undone_at: datetime | None


@router.get("merges", response=Page[MergeOut])
@staff_only
def list_merges(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The merges of my towns, newest first."""
    return page_of(merging.merges_in_reach(request.user), ("-asked_at", "-pk"), wanted, _merge, "merges")


@router.post("merges", response={201: MergeOut})
@requires("people.merge")
def post_merge(request: HttpRequest, body: MergeIn) -> Any:
    """Ask that two records become one. Errors: merge_impossible, already_decided."""
    sides = {name: merging.records_with(request.user, getattr(body, name)) for name in ("absorbed", "survivor")}
    faults = {name: "nobody" for name, found in sides.items() if len(found) != 1}
    if faults:
        raise BadInput(details={"fields": faults})
    numbers = sides["absorbed"][0].pk, sides["survivor"][0].pk
    return 201, _merge(merging.ask_merge(request.user, *numbers, body.reason, timezone.now()))


@router.post("merges/{number}/undo", response=MergeOut)
@staff_only
def post_undo(request: HttpRequest, number: Number, body: ReasonIn) -> Any:
    """They were two people after all. Errors: undo_too_late, merge_impossible."""
    if not merging.merges_in_reach(request.user).filter(pk=number).exists():
        raise NotFound()
    merging.undo_merge(request.user, number, body.reason, timezone.now())
    return _merge(merging.merges_in_reach(request.user).get(pk=number))


def _merge(row: Merge) -> dict[str, Any]:
    return {
        "number": row.pk,
        "state": row.state,
        "absorbed": person_out(row.absorbed),
        "survivor": person_out(row.survivor),
        "why": row.why,
        "asked_by": row.asked_by_name,
        "asked_at": row.asked_at,
        "done_at": row.done_at,
        "undone_at": row.undone_at,
    }
