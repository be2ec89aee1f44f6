"""代查: staff look somebody up by document, purpose first. Each try is on record, also one that finds nobody (A6, G3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ankang.base.errors import NotAllowed
from ankang.base.models import Duty
from ankang.base.permissions import regions_where
from ankang.base.reach import province_wide
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
SEARCH = "people.view"
MOST_FOUND = 8
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
    check_hour(user, now)
    documents, _phones = blinds_matching(number)
    people = list(Person.objects.filter(people_with(number), document_blind__in=documents).select_related("town")[:2])
    inside = [person for person in people if person.town_id in set(region_codes_below(regions_where(user, PERMISSION)))]
    person = inside[0] if len(inside) == 1 else None
    outcome = "found" if person else "outside" if people else "nobody" if documents else "no_number"
    note_look_up(user, duty, number, purpose, outcome, person, now)
    if person is None:
        return None
    record_read(user, person.pk, PERMISSION, purpose[:LONGEST_PURPOSE], FIELDS, now)
    return found_of(person, now)


def search_persons(user: Any, number: str, purpose: str, now: datetime) -> list[Person]:
    """The console's search box: the persons of the reader's regions with this document or phone, each a read on record.

    The same log and the same hour as :func:`look_up`. Raises TooManyLookUps, NotAllowed.
    """
    duty = duty_that_gives(user, SEARCH)
    if duty is None:
        raise NotAllowed(details={"permission": SEARCH})
    check_hour(user, now)
    people = list(Person.objects.filter(people_with(number)).select_related("town").order_by("pk")[:MOST_FOUND])
    towns = set(region_codes_below(regions_where(user, SEARCH)))
    inside = [person for person in people if person.town_id in towns]
    outcome = "found" if inside else "outside" if people else "nobody"
    note_look_up(user, duty, number, purpose, outcome, inside[0] if len(inside) == 1 else None, now)
    for person in inside:
        record_read(user, person.pk, SEARCH, purpose[:LONGEST_PURPOSE], ("search",), now)
    return inside


def found_of(person: Person, now: datetime) -> Found:
    """What may be shown of ``person`` at a look-up."""
    live = Credential.objects.filter(person=person, revoked_at=None, expires_at__gt=now, guardianship=None)
    return Found(person.pk, masked(person), person.state, live.exists(), colour_of(person.pk))


def left_this_hour(user: Any, now: datetime) -> int:
    """How many look-ups the reader still has."""
    used = LookUp.objects.filter(by=user.pk, at__gt=now - HOUR).count()
    return max(0, _limit(user) - used)


def note_look_up(
    user: Any,
    duty: Duty,
    typed: str,
    purpose: str,
    outcome: str,
    person: Person | None,
    now: datetime,
    sought: str = "number",
) -> None:
    """Put a look-up on record, also one that found nobody; of what was ``typed`` a blind index."""
    row = LookUp(
        at=now,
        by=user.pk,
        by_name=user.get_full_name() or user.username,
        role=duty.role,
        region_id=duty.region_id,
        office=duty.office,
        purpose=purpose[:LONGEST_PURPOSE],
        sought=sought,
        number_blind=keyring().blind("look_up" if sought == "number" else f"look_up {sought}", typed.strip().upper()[:100]),
        outcome=outcome,
        person=person.pk if person else None,
    )
    with province_wide():  # a duty that is narrowed to an organisation reaches no region, and is on record all the same
        row.save()


def _limit(user: Any) -> int:
    return look_ups_an_hour(duty.role for duty in user.duties.all())


def check_hour(user: Any, now: datetime) -> None:
    """Raises TooManyLookUps. Two tabs of one reader count one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('access_lookup'), %s)", [user.pk % 2**31])
    with province_wide():
        mine = LookUp.objects.filter(by=user.pk, at__gt=now - HOUR).order_by("at")
        tries = list(mine.values_list("at", flat=True))
    limit = _limit(user)
    if len(tries) >= limit:
        wait = int((tries[-limit] + HOUR - now).total_seconds()) + 1
        raise TooManyLookUps(details={"limit": limit, "retry_after": wait})
