"""Shapes of the members of staff and their duties, as several operations tell them."""

from typing import Annotated, Any

from django.contrib.auth.models import User
from ninja import Schema
from pydantic import Field

from ankang.base.api.shapes import Given, Number, Short
from ankang.base.models import Duty


class DutyIn(Given):
    """A role in a region; ``organisation`` narrows it, ``employer`` is the office one works for."""

    role: Short = Field(examples=["grid_worker"])
    region: Annotated[str, Field(max_length=20, examples=["341881"])]
    organisation: Number | None = None
    employer: Number | None = None


class DutyOut(Schema):
    """A duty as it is held; ``number`` takes it away."""

    number: int
    role: str
    region: str
    organisation: int | None
    employer: int | None


class MemberOut(Schema):
    """A member of staff."""

    number: int
    username: str
    name: str
    active: bool
    duties: list[DutyOut]


def member_out(user: User | Any) -> dict[str, Any]:
    """A member of staff with the duties held."""
    return {
        "number": user.pk,
        "username": user.username,
        "name": user.get_full_name(),
        "active": user.is_active,
        "duties": [_duty(row) for row in user.duties.all()],
    }


def _duty(row: Duty) -> dict[str, Any]:
    return {"number": row.pk, "role": row.role, "region": row.region_id, "organisation": row.organisation, "employer": row.employer}
