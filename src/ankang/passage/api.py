"""HTTP of groups: those I am in and lead, and those that staff make. Verifications at doors: visits_api."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of, page_of_sequence
from ankang.base.api.shapes import Given, Number, Reason, Short
from ankang.base.errors import NotFound
from ankang.base.permissions import for_resident, requires
from ankang.core.verdicts import Direction
from ankang.people.credentials import require_resident

from .groups import services
from .groups.attendance import Attendance, attendance
from .groups.models import Group
from .groups.rules import pasted
from .visits_api import router as visits_router

router = Router(tags=["groups"])
router.add_router("", visits_router)


class GroupOut(Schema):
    """A group; ``open_until``: until when doors check it in."""

    number: int
    name: str
    purpose: str
    organisation: int
    open_until: datetime | None


class MyGroupOut(GroupOut):
    """A group that I am in; ``leads``: my phone shows it at doors."""

    leads: bool


class JoinIn(Given):
    """The group's code; joining is the agreement to its purpose."""

    code: Short = Field(examples=["K7QX2M"])


class OpenIn(Given):
    """For how many hours doors check it in; 0 closes it."""

    hours: Literal[0, 1, 4, 12]


class CodeOut(Schema):
    """What the leader's phone shows at a door, good for ten minutes."""

    code: str
    open_until: datetime | None


class AttendanceOut(Schema):
    """A member today; ``at``: the last check-in since 04:00. ``led_by``: who showed the group's code (masked), "" when none was read."""

    member: int
    name: str
    at: datetime | None
    direction: str | None
    led_by: str
    door: str
    device: str


class GroupIn(Given):
    """A group of an organisation, and what it is for: its members read that."""

    organisation: Number
    name: Short
    purpose: Reason


class GroupMembersIn(Given):
    """People to put in: one a line, document number and name."""

    lines: Annotated[str, Field(max_length=40_000)]


class AddedOut(Schema):
    """How many are members now, and the lines that were refused."""

    joined: int
    refused: list[int]


class LeaderIn(Given):
    """The member (its number in the attendance) whose phone shows the group."""

    member: Number


@router.get("me/groups", response=Page[MyGroupOut])
@for_resident
def list_my_groups(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The groups I am in, by name."""
    person = require_resident(request).person
    rows = services.groups_with(person)
    return page_of_sequence(rows, wanted, lambda row: {**_group(row), "leads": row.leader == person}, "me.groups")


@router.post("me/groups", response={201: GroupOut})
@for_resident
def post_join(request: HttpRequest, body: JoinIn) -> Any:
    """Join by the group's code. Errors: join_code_unknown, group_full."""
    return 201, _group(services.join_group(body.code, require_resident(request).person, timezone.now()))


@router.delete("me/groups/{number}", response={204: None})
@for_resident
def delete_my_group(request: HttpRequest, number: Number) -> Any:
    """Leave a group; again: nothing changes."""
    services.leave_group(number, require_resident(request).person, timezone.now())
    return 204, None


@router.put("me/groups/{number}/open", response=GroupOut)
@for_resident
def put_my_open(request: HttpRequest, number: Number, body: OpenIn) -> Any:
    """I lead it: open it for check-in, or close it."""
    group = services.led_group(number, require_resident(request).person)
    services.open_group(group, body.hours, timezone.now())
    return _group(services.led_group(number, require_resident(request).person))


@router.get("me/groups/{number}/code", response=CodeOut)
@for_resident
def get_code(request: HttpRequest, number: Number) -> Any:
    """I lead it: what I show at the door."""
    group = services.led_group(number, require_resident(request).person)
    return {"code": services.code_of(group, timezone.now()), "open_until": group.open_until}


@router.get("groups", response=Page[GroupOut])
@requires("groups.edit")
def list_groups(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The groups of my organisations."""
    return page_of(services.groups_of(request.user), ("pk",), wanted, _group, "groups")


@router.post("groups", response={201: GroupOut})
@requires("groups.edit")
def post_group(request: HttpRequest, body: GroupIn) -> Any:
    """Make a group. Errors: group_name_taken, not_found."""
    return 201, _group(services.make_group(body.organisation, body.name, body.purpose, request.user, timezone.now()))


@router.get("groups/{number}/attendance", response=Page[AttendanceOut])
@requires("groups.edit")
def list_attendance(request: HttpRequest, number: Number, wanted: Query[PageIn]) -> Any:
    """Who came today."""
    rows = attendance(services.fetch_group(number, request.user), timezone.now())
    return page_of_sequence(rows, wanted, _attendance, f"groups.{number}")


@router.post("groups/{number}/members", response=AddedOut)
@requires("groups.edit")
def post_members(request: HttpRequest, number: Number, body: GroupMembersIn) -> Any:
    """Put people in; each look-up is on record, and each is told. Errors: table_not_readable, group_full."""
    group = services.fetch_group(number, request.user)
    done = services.add_members(group, pasted(body.lines), "members.csv", request.user, timezone.now())
    return {"joined": done.joined, "refused": [row.row for row in done.refused]}


@router.delete("groups/{number}/members/{member}", response={204: None})
@requires("groups.edit")
def delete_member(request: HttpRequest, number: Number, member: Number) -> Any:
    """Take somebody out."""
    row = services.fetch_group(number, request.user).members.filter(pk=member, left_at=None).first()
    if row is None:
        raise NotFound()
    services.leave_group(number, row.person, timezone.now(), "organiser")
    return 204, None


@router.put("groups/{number}/leader", response={204: None})
@requires("groups.edit")
def put_leader(request: HttpRequest, number: Number, body: LeaderIn) -> Any:
    """Choose the leader."""
    services.choose_leader(services.fetch_group(number, request.user), body.member)
    return 204, None


@router.put("groups/{number}/open", response=GroupOut)
@requires("groups.edit")
def put_open(request: HttpRequest, number: Number, body: OpenIn) -> Any:
    """Open it for check-in, or close it."""
    services.open_group(services.fetch_group(number, request.user), body.hours, timezone.now())
    return _group(services.fetch_group(number, request.user))


@router.delete("groups/{number}", response={204: None})
@requires("groups.edit")
def delete_group(request: HttpRequest, number: Number) -> Any:
    """End a group."""
    services.end_group(services.fetch_group(number, request.user), timezone.now())
    return 204, None


def _group(row: Group) -> dict[str, Any]:
    names = ("name", "purpose", "open_until")
    return {"number": row.pk, "organisation": row.organisation_id, **{name: getattr(row, name) for name in names}}


def _attendance(row: Attendance) -> dict[str, Any]:
    direction = Direction(row.direction).slug if row.at else None
    told = {name: getattr(row, name) for name in ("name", "at", "led_by", "door", "device")}
    return {"member": row.member.pk, "direction": direction, **told}
