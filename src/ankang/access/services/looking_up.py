"""代查: staff look somebody up by document, purpose first. Each try is on record, also one that finds nobody (A6, G3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ankang.base.errors import NotAllowed
from ankang.base.permissions import regions_where
from ankang.base.services import duty_that_gives, record_read, region_codes_below
from ankang.health.services import ColourView, colour_of
from ankang.people.models import Credential, Person
from ankang.people.services import MaskedPerson, masked
from ankang.people.services.finding import blinds_matching, people_with
from ankang.trust.keyring import keyring

from ..errors import TooManyLookUps
from ..models import LookUp
from ..rules import LONGEST_PURPOSE, look_ups_an_hour

PERMISSION = "people.look_up"
FIELDS = ("colour", "state")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """What a look-up shows: the masked person, the state of the record, whether a phone shows the code, the colour."""

    person: int
    who: MaskedPerson
    state: str
    on_a_phone: bool
    colour: ColourView


def look_up(user: Any, number: str, purpose: str, now: datetime) -> Found | None:
    """The one person of the reader's region with this document; None when there is none (or lives elsewhere).

    Raises TooManyLookUps, NotAllowed.
    """
    duty = duty_that_gives(user, PERMISSION)
    if duty is None:
        raise NotAllowed(details={"permission": PERMISSION})
    _check_hour(user, now)
    documents, _phones = blinds_matching(number)
    people = list(Person.objects.filter(people_with(number), document_blind__in=documents).select_related("town")[:2])
    inside = [person for person in people if person.town_id in set(region_codes_below(regions_where(user, PERMISSION)))]
    person = inside[0] if len(inside) == 1 else None
    outcome = "found" if person else "outside" if people else "nobody" if documents else "no_number"
    LookUp.objects.create(
        at=now,
        by=user.pk,
        by_name=user.get_full_name() or user.username,
        role=duty.role,
        region_id=duty.region_id,
        office=duty.office,
        purpose=purpose[:LONGEST_PURPOSE],
        number_blind=keyring().blind("look_up", number.strip().upper()[:60]),
        outcome=outcome,
        person=person.pk if person else None,
    )
    if person is None:
        return None
    record_read(user, person.pk, PERMISSION, purpose[:LONGEST_PURPOSE], FIELDS, now)
    return found_of(person, now)


def found_of(person: Person, now: datetime) -> Found:
    """What may be shown of ``person`` at a look-up."""
    live = Credential.objects.filter(person=person, revoked_at=None, expires_at__gt=now, guardianship=None)
    return Found(person.pk, masked(person), person.state, live.exists(), colour_of(person.pk))


def left_this_hour(user: Any, now: datetime) -> int:
    """How many look-ups the reader still has."""
    used = LookUp.objects.filter(by=user.pk, at__gt=now - HOUR).count()
    return max(0, _limit(user) - used)


def _limit(user: Any) -> int:
    return look_ups_an_hour(duty.role for duty in user.duties.all())


def _check_hour(user: Any, now: datetime) -> None:
    """Two tabs of one reader count one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('access_lookup'), %s)", [user.pk % 2**31])
    tries = list(LookUp.objects.filter(by=user.pk, at__gt=now - HOUR).order_by("at").values_list("at", flat=True))
    limit = _limit(user)
    if len(tries) >= limit:
        wait = int((tries[-limit] + HOUR - now).total_seconds()) + 1
        raise TooManyLookUps(details={"limit": limit, "retry_after": wait})
