"""The trail of what was changed about staff: written with every change, never changed itself."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from ankang.base.models import Duty
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below

from ..models import StaffEvent
from .reach import VIEW, home_of


def note(
    what: str,
    by: Any,
    now: datetime,
    *,
    whom: User | None = None,
    region: str | None = None,
    before: Any = None,
    after: Any = None,
) -> StaffEvent:
    """Put a change on the trail. ``by`` is None for the system and its commands."""
    return StaffEvent.objects.create(
        at=now,
        by=getattr(by, "pk", None),
        by_name=by.get_full_name() or by.username if by is not None else "system",
        what=what,
        whom=whom.pk if whom else None,
        whom_name=whom.username if whom else "",
        region_id=region or (home_of(whom) if whom else None),
        before=before,
        after=after,
    )


def trail_for(by: Any, words: str = "") -> QuerySet[StaffEvent]:
    """What ``by`` may see of the trail, newest first; ``words`` searches names and kinds."""
    found = StaffEvent.objects.select_related("region").order_by("-at", "-id")
    if by is not None:
        found = found.filter(region__in=region_codes_below(regions_where(by, VIEW)))
    for word in words.split()[:5]:
        found = found.filter(Q(by_name__icontains=word) | Q(whom_name__icontains=word) | Q(what__icontains=word))
    return found


def duty_row(duty: Duty) -> dict[str, Any]:
    """A duty as the trail keeps it."""
    return {
        "role": duty.role,
        "region": duty.region_id,
        "organisation": duty.organisation,
        "employer": duty.employer,
    }
