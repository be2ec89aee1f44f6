"""HTTP of staff: who works here, duties, invitations and the trail (G3)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Reason, ReasonIn, Short
from ankang.base.permissions import requires, sensitive

from .factors_api import router as factors_router
from .members_api import DutyIn, MemberOut, member_out
from .models import Invitation, StaffEvent
from .own_api import EndedOut
from .own_api import router as own_router
from .providers_api import router as providers_router
from .services import (
    add_duty,
    ask_reset,
    deactivate,
    end_sessions_of,
    fetch_staff,
    invitations_for,
    invite,
    remove_duty,
    revoke_invitation,
    staff_for,
    trail_for,
)

router = Router(tags=["staff"])
router.add_router("", own_router)
router.add_router("", factors_router)
router.add_router("", providers_router)


class GiveIn(DutyIn):
    """A duty, and why it is given."""

    reason: Reason


class MembersIn(PageIn):
    """``q`` searches names; ``state``: those who work here, or those who left."""

    q: Short = ""
    role: Short = ""
    state: Literal["active", "left", ""] = ""


class InviteIn(Given):
    """Whom to invite, by e-mail or phone, and to which duties."""

    name: Short = Field(examples=["李明"])
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    duties: Annotated[list[DutyIn], Field(min_length=1, max_length=10)]


class InvitationOut(Schema):
    """An invitation; ``link`` only in the answer that makes it."""

    number: int
    name: str
    region: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    link: str | None = None


class EventOut(Schema):
    """One change about a member of staff."""

    at: datetime
    by: str
    what: str
    whom: str
    before: Any = None
    after: Any = None


class TrailIn(PageIn):
    """``q`` searches names and kinds."""

    q: Short = ""


@router.get("staff/members", response=Page[MemberOut])
@requires("staff.view")
def list_members(request: HttpRequest, wanted: Query[MembersIn]) -> Any:
    """Who works in my reach, by name."""
    found = staff_for(request.user)
    for word in wanted.q.split()[:4]:
        found = found.filter(Q(username__icontains=word) | Q(first_name__icontains=word))
    if wanted.role:
        found = found.filter(duties__role=wanted.role)
    if wanted.state:
        found = found.filter(is_active=wanted.state == "active")
    return page_of(found, ("username", "pk"), wanted, member_out, "staff.members")


@router.get("staff/members/{number}", response=MemberOut)
@requires("staff.view")
def getmember_out(request: HttpRequest, number: Number) -> Any:
    """One member of staff."""
    return member_out(fetch_staff(number, request.user))


@router.post("staff/members/{number}/duties", response={201: MemberOut})
@requires("staff.edit")
@sensitive
def post_duty(request: HttpRequest, number: Number, body: GiveIn) -> Any:
    """Give a duty; in force with the person's next request.

    Errors: outside_reach, not_oneself, administrators_are_separate, duty_held_already.
    """
    add_duty(
        number,
        body.role,
        body.region,
        request.user,
        timezone.now(),
        reason=body.reason,
        organisation=body.organisation,
        employer=body.employer,
    )
    return 201, member_out(fetch_staff(number, request.user))


@router.post("staff/duties/{number}/take", response={204: None})
@requires("staff.edit")
@sensitive
def take_duty(request: HttpRequest, number: Number, body: ReasonIn) -> Any:
    """Take a duty away, at once. Errors: outside_reach, not_oneself."""
    remove_duty(number, request.user, timezone.now(), reason=body.reason)
    return 204, None


@router.post("staff/members/{number}/leave", response=MemberOut)
@requires("staff.edit")
@sensitive
def post_leave(request: HttpRequest, number: Number, body: ReasonIn) -> Any:
    """Somebody leaves: account, sessions, factors, links, tokens and duties end now. Errors: outside_reach, not_oneself."""
    return member_out(deactivate(number, request.user, timezone.now(), reason=body.reason))


@router.post("staff/members/{number}/sessions/end", response=EndedOut)
@requires("staff.edit")
@sensitive
def post_end_sessions(request: HttpRequest, number: Number) -> Any:
    """End all sessions of somebody. Errors: outside_reach, not_oneself."""
    return {"sessions": end_sessions_of(number, request.user, timezone.now())}


@router.post("staff/members/{number}/factors/reset", response={202: MemberOut})
@requires("staff.edit")
@sensitive
def post_reset(request: HttpRequest, number: Number, body: ReasonIn) -> Any:
    """Ask a second administrator to reset the factors. Errors: outside_reach, not_oneself, already_decided."""
    ask_reset(number, request.user, timezone.now(), reason=body.reason)
    return 202, member_out(fetch_staff(number, request.user))


@router.get("staff/invitations", response=Page[InvitationOut])
@requires("staff.view")
def list_invitations(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The invitations of my reach, newest first."""
    rows = invitations_for(request.user, "staff.view")
    return page_of(rows, ("-invited_at", "-pk"), wanted, _invitation, "staff.invitations")


@router.post("staff/invitations", response={201: InvitationOut})
@requires("staff.edit")
@sensitive
def post_invitation(request: HttpRequest, body: InviteIn) -> Any:
    """Invite somebody; the link goes out by message and is in this answer only.

    Errors: outside_reach, administrators_are_separate.
    """
    duties = [duty.dict() for duty in body.duties]
    address = settings.ANKANG_PUBLIC_URL
    made = invite(body.name, duties, request.user, timezone.now(), email=body.email, phone=body.phone, public_url=address)
    return 201, {**_invitation(made.invitation), "link": made.address(address)}


@router.delete("staff/invitations/{number}", response={204: None})
@requires("staff.edit")
@sensitive
def delete_invitation(request: HttpRequest, number: Number) -> Any:
    """Take an invitation back. Errors: invitation_used."""
    revoke_invitation(number, request.user, timezone.now())
    return 204, None


@router.get("staff/trail", response=Page[EventOut])
@requires("staff.view")
def list_trail(request: HttpRequest, wanted: Query[TrailIn]) -> Any:
    """What was changed about staff, newest first."""
    return page_of(trail_for(request.user, wanted.q), ("-at", "-id"), wanted, _event, "staff.trail")


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "number": row.pk,
        "name": row.name,
        "region": row.region_id,
        "invited_by": row.invited_by_name,
        "invited_at": row.invited_at,
        "expires_at": row.expires_at,
        "used_at": row.used_at,
        "revoked_at": row.revoked_at,
    }


def _event(row: StaffEvent) -> dict[str, Any]:
    return {"at": row.at, "by": row.by_name, "what": row.what, "whom": row.whom_name, "before": row.before, "after": row.after}
