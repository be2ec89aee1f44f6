"""代查 by name and birth date, for who has no number at hand. As by document: on record, bounded, narrowed, masked (A6, G3).

One hit is shown like a document's. Of several each is a line without colour, and a read that its person sees; whoever asked
opens the right one. The log keeps a blind index of what was typed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.models import AccessRecord
from ankang.base.permissions import regions_where
from ankang.base.services import duty_that_gives, record_read, region_codes_below
from ankang.core.names import NameFault, check_name
from ankang.people.models import Person
from ankang.people.rules import check_born, name_key
from ankang.people.services.desk import person_at_desk, put_on_record
from ankang.people.services.finding import people_named

from ..rules import LONGEST_PURPOSE
from .looking_up import FIELDS, HOUR, PERMISSION, Found, check_hour, found_of, note_look_up

MOST_NAMESAKES = 5
LINE = "search"
"""The field on record for a line of a list."""


@dataclass(frozen=True)
class Named:
    """Who has this name and birth date: the one, or a list to choose from. ``more``: there are others than these."""

    one: Found | None = None
    several: tuple[Person, ...] = ()
    more: bool = False


def look_up_by_name(user: Any, name: str, born: str, purpose: str, now: datetime) -> Named:
    """The people of the reader's region with this whole name and birth date (ISO day); nobody when they live elsewhere.

    Raises BadInput (details.fields: name, born; nothing goes on record), TooManyLookUps, NotAllowed.
    """
    duty = duty_that_gives(user, PERMISSION)
    if duty is None:
        raise NotAllowed(details={"permission": PERMISSION})
    name, day = _checked(name, born, now)
    check_hour(user, now)
    named = Person.objects.filter(people_named(name, day))
    there = named.exists()
    mine = named.filter(town__in=region_codes_below(regions_where(user, PERMISSION))).select_related("town").order_by("pk")
    people = list(mine[: MOST_NAMESAKES + 1])
    one = people[0] if len(people) == 1 else None
    outcome = "found" if people else "outside" if there else "nobody"
    note_look_up(user, duty, f"{day.isoformat()}:{name_key(name)}", purpose, outcome, one, now, "name")
    for person in people[:MOST_NAMESAKES]:
        record_read(user, person.pk, PERMISSION, purpose[:LONGEST_PURPOSE], FIELDS if one else (LINE,), now)
    if one:
        return Named(one=found_of(one, now))
    return Named(several=tuple(people[:MOST_NAMESAKES]), more=len(people) > MOST_NAMESAKES)


def open_namesake(user: Any, person: int, now: datetime) -> Found:
    """One of the lines that ``user`` got within the hour, with colour and reasons; a read of its own, for the same purpose.

    Raises NotFound for everybody else.
    """
    towns = region_codes_below(regions_where(user, PERMISSION))
    purpose = _purpose(user, person, [LINE], now)
    found = Person.objects.filter(pk=person, town__in=towns).select_related("town").first()
    if found is None:
        raise NotFound()
    record_read(user, person, PERMISSION, purpose, FIELDS, now)
    return found_of(found, now)


def serve_found(user: Any, person: int, now: datetime) -> str:
    """Go on at the service window with somebody looked up within the hour: on record as there, for the purpose returned.

    Raises NotFound, also for who is not in reach of that duty.
    """
    purpose = _purpose(user, person, sorted(FIELDS), now)
    person_at_desk(user, person)
    put_on_record(user, person, purpose, ("name", "document", "phone"), now)
    return purpose


def _purpose(user: Any, person: int, fields: list[str], now: datetime) -> str:
    """Why ``user`` looked at these fields of ``person`` within the hour. Raises NotFound when they did not."""
    rows = AccessRecord.objects.filter(
        person=person, reader=user.pk, duty=PERMISSION, fields=fields, at__gt=now - HOUR, at__lte=now
    )
    read = rows.order_by("-at").first()
    if read is None:
        raise NotFound()
    return read.purpose


def _checked(name: str, born: str, now: datetime) -> tuple[str, date]:
    """Name and day in their one spelling. Raises BadInput."""
    faults: dict[str, str] = {}
    try:
        name = check_name(name)
    except NameFault as fault:
        faults["name"] = fault.code
    day, born_faults = check_born(born.strip(), timezone.localdate(now))
    faults |= born_faults or ({} if day else {"born": "bad_date"})
    if faults or day is None:
        raise BadInput(details={"fields": faults})
    return name, day
