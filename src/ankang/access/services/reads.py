"""The record of reads: a person's own part of it, and what an auditor may search (G3, I8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ankang.base.errors import NotFound
from ankang.base.models import AccessRecord
from ankang.base.organisations import organisation_tree
from ankang.base.permissions import regions_where
from ankang.base.services import record_read, region_codes_below
from ankang.people.models import Person
from ankang.people.services.finding import people_with

from ..models import Alert, Question

PERMISSION = "reads.view"
MOST_OFFICES = 200


@dataclass(frozen=True)
class Wanted:
    """What an auditor looks for; empty fields do not matter. ``until`` is exclusive."""

    reader: str = ""
    office: str = ""
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None
    unusual: bool = False
    document: str = ""
    why: str = ""


def reach(user: Any) -> list[str]:
    """The region codes whose reads ``user`` audits."""
    return region_codes_below(regions_where(user, PERMISSION))


def reads_of(person: int) -> "QuerySet[AccessRecord]":
    """Every read of one person, newest first."""
    return AccessRecord.objects.filter(person=person).order_by("-at", "-id")


def read_of(person: int, read: UUID) -> AccessRecord:
    """One read of this very person. Raises NotFound."""
    found = AccessRecord.objects.filter(person=person, id=read).first()
    if found is None:
        raise NotFound()
    return found


def reads_for(user: Any) -> "QuerySet[AccessRecord]":
    """The reads an auditor may see: by a duty of the region, or of somebody who lives there. Newest first."""
    codes = reach(user)
    people = Person.objects.filter(town__in=codes).order_by().values("pk")
    return AccessRecord.objects.filter(Q(region__in=codes) | Q(person__in=people)).order_by("-at", "-id")


def search_reads(user: Any, wanted: Wanted, now: datetime) -> "QuerySet[AccessRecord]":
    """Those that fit. Looking for a person is a read itself and goes on record with ``wanted.why``."""
    rows = reads_for(user)
    if wanted.reader:
        rows = rows.filter(reader_name__icontains=wanted.reader)
    if wanted.office:
        rows = rows.filter(office__in=[n for n, _ in organisation_tree().named(wanted.office, reach(user), MOST_OFFICES)])
    if wanted.purpose:
        rows = rows.filter(purpose__icontains=wanted.purpose)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    if wanted.unusual:
        rows = rows.filter(Exists(_unusual()))
    if wanted.document:
        rows = rows.filter(person__in=_people(user, wanted, now))
    return rows


def _unusual() -> "QuerySet[Any]":
    """Alerts about the reader or the person of the row, raised within a day of it; and questions about it."""
    return Alert.objects.filter(Q(reader=OuterRef("reader")) | Q(person=OuterRef("person"))).exclude(state="explained")


def _people(user: Any, wanted: Wanted, now: datetime) -> list[int]:
    rows = Person.objects.filter(people_with(wanted.document), town__in=reach(user))
    found = list(rows.values_list("pk", flat=True)[:2])
    for person in found:
        record_read(user, person, PERMISSION, wanted.why, ("reads",), now)
    return found


def question_states(person: int, reads: "list[AccessRecord]") -> dict[UUID, Question]:
    """The questions a person asked about these reads."""
    return {row.read: row for row in Question.objects.filter(person=person, read__in=[read.id for read in reads])}
