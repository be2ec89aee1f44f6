"""Companions by guardianship (A6): a guardian brings a ward along without a code, as long as the guardianship holds.

Beside ``companions``, which knows nothing of families' services; what ends a pair from outside is connected here.
"""

from datetime import datetime

from ankang.base.errors import NotFound

from . import companions, events
from .family import Relative, live_guardianships, wards_of
from .models import Companion


def wards_to_bring(guardian: int, now: datetime) -> list[Relative]:
    """Whom the guardian looks after and could bind at once: those who are not companions yet."""
    bound = set(Companion.objects.filter(holder=guardian, ended_at=None).values_list("companion", flat=True))
    return [one for one in wards_of(guardian, now) if one.guardianship.ward_id not in bound]


def bind_ward(guardian: int, guardianship: int, now: datetime) -> Companion:
    """The pair of a guardian and a ward, at once. Raises NotFound (no live guardianship of one's own), TooManyCompanions."""
    row = live_guardianships(now).filter(pk=guardianship, guardian=guardian).first()
    if row is None:
        raise NotFound()
    return companions.bind(guardian, row.ward_id, "guardian", now)


def connect() -> None:
    """Who left, or was merged into another record, walks with nobody; custody that ended takes the ward out at once."""
    events.person_left.connect(_left)
    events.people_merged.connect(_merged)
    events.guardianship_ended.connect(_custody_ended)


def _left(person: int, now: datetime) -> None:
    companions.end_all(person, "left", now)


def _merged(absorbed: int, survivor: int, now: datetime) -> None:
    companions.end_all(absorbed, "left", now)


def _custody_ended(guardian: int, ward: int, now: datetime) -> None:
    companions.end_all(guardian, "guardianship_ended", now, companion=ward)
