"""HTTP of the two-person rule: what waits for me, deciding, taking back (I2)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ..approvals import approvals_for, confirm_alarm, decide, may_decide, waiting_for, withdraw_approval
from ..errors import NotFound
from ..models import Approval, Decision
from ..permissions import sensitive, staff_only
from .paging import Page, PageIn, page_of
from .shapes import Given, Hex, Number, Words

router = Router(tags=["approvals"])


class ApprovalsIn(PageIn):
    """``waiting``: only what waits for my decision."""

    show: Literal["waiting", "all"] = "all"


class DecisionOut(Schema):
    """One person's yes or no."""

    by: str
    yes: bool
    reason: str
    at: datetime


class ApprovalOut(Schema):
    """A request; ``digest`` (SM3, hex) is of what is to be decided. ``alarm``: what raised one; it then needs two people."""

    number: int
    subject: str
    reference: str
    summary: Words
    region: str
    permission: str
    state: str
    needed: int
    alarm: dict[str, Any] | None
    digest: str
    asked_by: str
    asked_at: datetime
    note: str
    decisions: list[DecisionOut]
    may_decide: bool


class DecideIn(Given):
    """``digest``: of what was read; ``people``: with an alarm and a yes, the number it names, typed."""

    yes: bool
    digest: Hex = Field(examples=["0f" * 32])
    reason: Annotated[str, Field(max_length=2000)] = ""
    people: Annotated[str, Field(max_length=40)] = ""


@router.get("approvals", response=Page[ApprovalOut])
@staff_only
def list_approvals(request: HttpRequest, wanted: Query[ApprovalsIn]) -> Any:
    """What I may decide or asked for, newest first."""
    rows = waiting_for(request.user) if wanted.show == "waiting" else approvals_for(request.user)
    rows = rows.prefetch_related(Prefetch("decisions", Decision.objects.order_by("at")))
    return page_of(rows, ("-asked_at", "-pk"), wanted, lambda row: _told(row, request), "approvals")


@router.get("approvals/{number}", response=ApprovalOut)
@staff_only
def get_approval(request: HttpRequest, number: Number) -> Any:
    """One request."""
    return _told(_found(request, number), request)


@router.post("approvals/{number}/decision", response=ApprovalOut)
@staff_only
@sensitive
def post_decision(request: HttpRequest, number: Number, body: DecideIn) -> Any:
    """Say yes or no. The last yes that is needed, or the first no, closes it.

    Errors: maker_cannot_decide, same_organisation, content_changed, already_decided, alarm_not_read, reason_needed,
    merge_impossible, not_in_this_state.
    """
    if body.yes:
        confirm_alarm(number, body.people)
    return _told(decide(number, request.user, body.yes, bytes.fromhex(body.digest), timezone.now(), body.reason), request)


@router.post("approvals/{number}/withdraw", response=ApprovalOut)
@staff_only
def post_withdraw(request: HttpRequest, number: Number) -> Any:
    """Take my own request back. Errors: already_decided."""
    return _told(withdraw_approval(number, request.user, timezone.now()), request)


def _found(request: HttpRequest, number: int) -> Approval:
    row = approvals_for(request.user).filter(pk=number).first()
    if row is None:
        raise NotFound()
    return row


def _told(row: Approval, request: HttpRequest) -> dict[str, Any]:
    return {
        "number": row.pk,
        "subject": row.subject,
        "reference": row.reference,
        "summary": row.summary,
        "region": row.region_id,
        "permission": row.permission,
        "state": row.state,
        "needed": row.needed,
        "alarm": row.alarm,
        "digest": bytes(row.digest).hex(),
        "asked_by": row.asked_by_name,
        "asked_at": row.asked_at,
        "note": row.note,
        "decisions": [{"by": one.by_name, "yes": one.yes, "reason": one.reason, "at": one.at} for one in row.decisions.all()],
        "may_decide": may_decide(row, request.user),
    }
