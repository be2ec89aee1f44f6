"""Guardians and wards: who applies, shows and manages for whom (requirement A6).

The only door for other rooms, like ``services``. A guardianship of a minor ends at 18 by itself: it is not *live* any more,
and the credentials made under it carry that moment, so gates need not be told. No chains: who has a guardian guards nobody.
``events.guardianship_ended`` tells rooms that keep something of the pair.
"""

from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ankang.base.errors import NotFound
from ankang.base.services import record_read

from .credentials import Issued, Resident, issue_credential
from .errors import BirthDateNeeded, ChainOfProxies, NotOfAge, OfAge, OwnCodeOnly
from .known_by import born_on
from .models import Credential, Guardianship, Person
from .rules import adult_on
from .services.masked import MaskedPerson, masked
from .services.standing import end_row

DUTY = "people.assist"


class Relative(NamedTuple):
    """The other side of a guardianship, masked."""

    guardianship: Guardianship
    person: MaskedPerson


def start_guardianship(guardian: int, ward: int, kind: str, basis: str, now: datetime) -> Guardianship:
    """``guardian`` looks after ``ward`` from now on; again: the one there is.

    The caller has the consent or the documents (``basis``: consent, documents, desk). Raises NotFound, NotOfAge, OfAge,
    BirthDateNeeded, ChainOfProxies.
    """
    people = _lock(guardian, ward)
    there = live_guardianships(now).filter(guardian=guardian, ward=ward).first()
    if there is not None:
        return there
    _check_ages(people[guardian], people[ward], kind, timezone.localdate(now))
    _refuse_chains(guardian, ward, now)
    Guardianship.objects.filter(guardian=guardian, ward=ward, ended_at=None).update(ended_at=now, ended_why="of_age")
    try:
        with transaction.atomic():
            return Guardianship.objects.create(
                guardian_id=guardian,
                ward_id=ward,
                kind=kind,
                basis=basis,
                started_at=now,
                ends_at=_adult_from(people[ward]) if kind == "minor" else None,
            )
    except IntegrityError:
        raise ChainOfProxies() from None


def end_guardianship(
    guardianship: int, by_person: int | None, by: Any, why: str, now: datetime, purpose: str = ""
) -> None:
    """End it at once: the ward's code leaves the guardian's phones. By either of the two (an adult ward), or by staff.

    ``why``: a word of the house, or the document staff saw. Raises NotFound, also for what is not theirs.
    """
    row = Guardianship.objects.select_for_update().filter(pk=guardianship, ended_at=None).first()
    if row is None or (by is None and by_person not in (row.guardian_id, row.ward_id)):
        raise NotFound()
    if by is not None:
        for person in (row.ward_id, row.guardian_id):
            record_read(by, person, DUTY, purpose, ("guardians",), now)
    end_row(row, by, why, now)


def live_guardianships(now: datetime) -> "QuerySet[Guardianship]":
    """Those that hold at ``now``: not ended, and the ward not of age."""
    return Guardianship.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), ended_at=None, started_at__lte=now)


def may_show_for(guardian: int, ward: int, now: datetime) -> bool:
    """Whether ``guardian`` may show the code of ``ward`` at ``now``."""
    return live_guardianships(now).filter(guardian=guardian, ward=ward, ward__state="active").exists()


def wards_of(guardian: int, now: datetime) -> list[Relative]:
    """Whom this person looks after, in the order they began."""
    rows = live_guardianships(now).filter(guardian=guardian, ward__state="active")
    return [Relative(row, masked(row.ward)) for row in rows.select_related("ward", "ward__town").order_by("pk")]


def guardians_of(ward: int, now: datetime) -> list[Relative]:
    """Who looks after this person."""
    rows = live_guardianships(now).filter(ward=ward)
    return [Relative(row, masked(row.guardian)) for row in rows.select_related("guardian", "guardian__town").order_by("pk")]


def open_ward(resident: Resident, guardianship: int, device: str, now: datetime) -> Issued:
    """A credential of the ward for the guardian's phone; an earlier one of this phone ends. It lasts as long as the
    guardianship and the guardian's own credential there. Raises OwnCodeOnly, NotFound.
    """
    if resident.guardianship is not None:
        raise OwnCodeOnly()
    rows = live_guardianships(now).filter(pk=guardianship, guardian=resident.person, ward__state="active")
    row = rows.select_related("ward").first()
    if row is None:
        raise NotFound()
    earlier = Credential.objects.filter(guardianship=row.pk, opened_from=resident.serial, revoked_at=None)
    earlier.update(revoked_at=now)
    ends = min(row.ends_at, resident.expires) if row.ends_at else resident.expires
    return issue_credential(row.ward_id, row.ward.name, device, now, ends, row.pk, resident.serial)


def birth_day_of(person: Person) -> date | None:
    """The birth date by the document, or as it was given."""
    return born_on(person.document_kind, person.document, person.born)


def is_adult(person: Person, today: date) -> bool | None:
    """Whether the person is 18 on ``today``; None when no birth date is known."""
    born = birth_day_of(person)
    return None if born is None else adult_on(born) <= today


def _lock(*people: int) -> dict[int, Person]:
    """Both rows, in one order everywhere; whoever makes a chain waits here."""
    rows = Person.objects.select_for_update().filter(pk__in=people, state__in=("active", "pending")).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != len(set(people)) or len(found) < 2:
        raise NotFound()
    return found


def _check_ages(guardian: Person, ward: Person, kind: str, today: date) -> None:
    if is_adult(guardian, today) is False:
        raise NotOfAge()
    of_age = is_adult(ward, today)
    if kind == "minor" and of_age is None:
        raise BirthDateNeeded()
    if kind == "minor" and of_age:
        raise OfAge()


def _refuse_chains(guardian: int, ward: int, now: datetime) -> None:
    live = live_guardianships(now)
    if live.filter(Q(ward=guardian) | Q(guardian=ward)).exists():
        raise ChainOfProxies()


def _adult_from(ward: Person) -> datetime:
    born = birth_day_of(ward)
    assert born is not None
    return datetime.combine(adult_on(born), time(), timezone.get_current_timezone())
