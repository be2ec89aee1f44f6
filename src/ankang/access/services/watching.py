"""Weighs new reads each minute: collects what the rules need to know of each reader's day. Again changes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from ankang.base.models import AccessRecord, Duty
from ankang.base.services import region_codes_below
from ankang.people.models import Guardianship, Person
from ankang.staff.models import Member
from ankang.trust.keyring import keyring

from ..models import LookUp, Watch
from ..rules import Read, patterns_of, watched, wrong_numbers
from .raising import raise_alert

OVERLAP = timedelta(minutes=5)
"""Reads of a transaction that was open when we last looked are older than that look."""
FIRST = timedelta(days=1)


def watch_reads(now: datetime) -> int:
    """Raise the alerts that the reads since the last look make. Returns how many are new."""
    since = Watch.objects.select_for_update().filter(pk=1).values_list("until", flat=True).first() or now - FIRST
    new = AccessRecord.objects.filter(at__gt=since - OVERLAP, at__lte=now)
    midnight = _midnight(since - OVERLAP)
    readers = set(new.exclude(reader=None).values_list("reader", flat=True).distinct())
    tried = LookUp.objects.filter(at__gt=since - OVERLAP, at__lte=now)
    readers |= set(tried.values_list("by", flat=True).distinct())
    raised = sum(_weigh_reader(reader, midnight, now) for reader in sorted(readers))
    raised += _weigh_people(set(new.values_list("person", flat=True).distinct()), midnight, now)
    Watch.objects.update_or_create(pk=1, defaults={"until": now})
    return raised


def _weigh_reader(reader: int, midnight: datetime, now: datetime) -> int:
    rows = list(AccessRecord.objects.filter(reader=reader, at__gte=midnight, at__lte=now).order_by("at"))
    tried = list(LookUp.objects.filter(by=reader, at__gte=midnight, at__lte=now))
    name = rows[-1].reader_name if rows else tried[0].by_name if tried else ""
    region = _region(reader, rows, tried)
    if region is None:
        return 0
    found = patterns_of(_reads(reader, rows, tried))
    blinds = defaultdict(set)
    for look in tried:
        if look.outcome in ("nobody", "no_number"):
            blinds[_day(look.at)].add(bytes(look.number_blind))
    found += [pattern for day, numbers in blinds.items() for pattern in wrong_numbers(numbers, day)]
    return sum(
        raise_alert(pattern.name, pattern.key, pattern.counts, region, now, reader=reader, reader_name=name)
        for pattern in found
    )


def _reads(reader: int, rows: list[AccessRecord], tried: list[LookUp]) -> list[Read]:
    """The reader's reads with what the rules ask about each; look-ups that found somebody elsewhere count as outside."""
    people = {person.pk: person for person in Person.objects.filter(pk__in={row.person for row in rows})}
    below = {code: set(region_codes_below([code])) for code in {row.region for row in rows if row.region}}
    own, kin, surname = _family(reader)
    reads = []
    for row in rows:
        person = people.get(row.person)
        away = person is not None and bool(row.region) and person.town_id not in below[row.region]
        same = bool(surname) and person is not None and person.name[:1] == surname
        reads.append(
            Read(row.person, timezone.localtime(row.at), row.role, away, row.person in own, row.person in kin, same)
        )
    reads += [
        Read(look.person or 0, timezone.localtime(look.at), look.role, outside=True)
        for look in tried
        if look.outcome == "outside"
    ]
    return reads


def _family(reader: int) -> tuple[set[int], set[int], str]:
    """The reader's own record (phone and name), those of the family (the same phone, guardians and wards), the surname."""
    member = Member.objects.filter(user=reader).select_related("user").first()
    if member is None:
        return set(), set(), ""
    name = member.user.get_full_name()
    if not member.phone:
        return set(), set(), name[:1]
    there = list(Person.objects.filter(phone_blind=keyring().blind("phone", member.phone)))
    own = {person.pk for person in there if person.name == name}
    pairs = Guardianship.objects.filter(ended_at=None)
    kin = {person.pk for person in there} | set(pairs.filter(guardian__in=own).values_list("ward_id", flat=True))
    kin |= set(pairs.filter(ward__in=own).values_list("guardian_id", flat=True))
    return own, kin - own, name[:1]


def _weigh_people(people: set[int], midnight: datetime, now: datetime) -> int:
    rows = AccessRecord.objects.filter(person__in=people, at__gte=midnight, at__lte=now).exclude(reader=None)
    busy = rows.order_by().values("person").annotate(readers=Count("reader", distinct=True)).filter(readers__gte=2)
    raised = 0
    for person in sorted(row["person"] for row in busy):
        raised += _weigh_person(person, rows.filter(person=person), now)
    return raised


def _weigh_person(person: int, rows: Iterable[Any], now: datetime) -> int:
    days = defaultdict(set)
    for row in rows:
        days[_day(row.at)].add(row.reader)
    town = Person.objects.values_list("town_id", flat=True).filter(pk=person).first()
    found = [pattern for day, readers in days.items() for pattern in watched(readers, day)]
    return sum(raise_alert(one.name, one.key, one.counts, town, now, person=person) for one in found if town)


def _region(reader: int, rows: list[AccessRecord], tried: list[LookUp]) -> str | None:
    """The region whose auditor weighs a reader: that of the duty that was used, or else of any duty."""
    used = [row.region for row in rows if row.region] + [look.region_id for look in tried]
    if used:
        return used[-1]
    return Duty.objects.filter(user=reader).order_by("pk").values_list("region_id", flat=True).first()


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
