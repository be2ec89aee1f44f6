"""Duties are given and taken; who administers never changes their own. In force with the person's next request."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Duty, Region
from ankang.base.organisations import organisation_tree
from ankang.base.permissions import ADMINISTRATORS, ROLES
from ankang.base.services import region_codes_below

from ..errors import AdministratorsAreSeparate, DutyHeldAlready
from ..models import Member
from .reach import check_reach, fetch_to_change
from .trail import duty_row, note


def check_duty(role: str, region: str, organisation: int | None = None, employer: int | None = None) -> None:
    """Whether such a duty can exist at all. Raises BadInput (unknown role, region, organisation; outside the region)."""
    faults = {}
    if role not in ROLES:
        faults["role"] = "unknown"
    if not Region.objects.filter(code=region).exists():
        faults["region"] = "unknown"
    elif organisation is not None:
        home = organisation_tree().region_of(organisation)
        if home is None:
            faults["organisation"] = "unknown"
        elif home not in region_codes_below([region]):
            faults["organisation"] = "outside_region"
    if employer is not None and organisation_tree().region_of(employer) is None:
        faults["employer"] = "unknown"
    if faults:
        raise BadInput(details={"fields": faults})


def give_duty(
    user: User, role: str, region: str, organisation: int | None = None, employer: int | None = None
) -> Duty:
    """Write a duty of ``user``, unseen by permissions: for callers that have checked ``by`` already.

    Raises BadInput, AdministratorsAreSeparate, DutyHeldAlready; the database settles two who give at once.
    """
    check_duty(role, region, organisation, employer)
    others = {duty.role for duty in user.duties.all()} & set(ADMINISTRATORS)  # type: ignore[attr-defined]
    if role in ADMINISTRATORS and others:
        raise DutyHeldAlready() if others == {role} else AdministratorsAreSeparate(details={"holds": sorted(others)})
    try:
        with transaction.atomic():
            return Duty.objects.create(
                user=user, role=role, region_id=region, organisation=organisation, employer=employer
            )
    except IntegrityError as error:
        if "base_duty_one_administrator" in str(error):
            raise AdministratorsAreSeparate() from None
        raise DutyHeldAlready() from None


def add_duty(
    user: int,
    role: str,
    region: str,
    by: Any,
    now: datetime,
    *,
    organisation: int | None = None,
    employer: int | None = None,
    reason: str,
) -> Duty:
    """Give a member of staff a duty within the reach of ``by``.

    Raises NotFound, NotOneself, OutsideReach, BadInput, AdministratorsAreSeparate, DutyHeldAlready.
    """
    _check_reason(reason)
    whom = fetch_to_change(user, by)
    check_duty(role, region, organisation, employer)
    check_reach(by, region, organisation)
    made = give_duty(whom, role, region, organisation, employer)
    note("duty_added", by, now, whom=whom, region=region, after={**duty_row(made), "reason": reason.strip()})
    return made


def remove_duty(duty: int, by: Any, now: datetime, *, reason: str) -> None:
    """Take a duty away. Raises NotFound, NotOneself, OutsideReach, BadInput (no reason)."""
    _check_reason(reason)
    found = Duty.objects.filter(pk=duty).first()
    if found is None:
        raise NotFound()
    whom = fetch_to_change(found.user_id, by)
    note(
        "duty_removed",
        by,
        now,
        whom=whom,
        region=found.region_id,
        before=duty_row(found),
        after={"reason": reason.strip()},
    )
    home = {"region_id": found.region_id, "organisation": found.organisation, "joined_at": whom.date_joined}
    Member.objects.get_or_create(user=whom, defaults=home)  # whose last duty goes still has a home, and an administrator
    found.delete()


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(details={"fields": {"reason": "required"}})
