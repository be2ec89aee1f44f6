"""Erasing what is kept on somebody who closed the account and wished so (PIPL art. 47, E12).

Thirty days after the closing: as long as visits can be traced. Rooms above delete what is theirs at ``person_erased``. What
stays, and on which ground, is the table in docs/archive.md; tests/archive/test_erasing.py reads it.
"""

import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from ..events import person_erased
from ..models import (
    Change,
    Companion,
    Consent,
    Entry,
    FormerDocument,
    Guardianship,
    Leaving,
    LegacyCode,
    Merge,
    Person,
    Request,
    Standing,
)

ERASE_DAYS = 30
"""Visits of a closed account can be traced as long as those of everybody; then name and document go."""
AT_ONCE = 1000


def erase_due(now: datetime) -> int:
    """Erase closed accounts whose holders asked for it, 30 days after; how many.

    What stays is a number without a name: evidence and colours, until the destruction after the epidemic.
    """
    wished = Leaving.objects.filter(erase=True, state="closed", done_at__lt=now - timedelta(days=ERASE_DAYS), person__state="closed")
    closed = Person.objects.select_for_update().filter(pk__in=wished.values("person")).exclude(applied_via="erased")
    people = list(closed.order_by("pk")[:AT_ONCE])
    numbers = [person.pk for person in people]
    absorbed = Person.objects.select_for_update().filter(merged_into__in=numbers).exclude(applied_via="erased")
    for person in [*people, *absorbed.order_by("pk")]:
        _erase(person, now)
    return len(people)


def _erase(person: Person, now: datetime) -> None:
    """One record: the number stays, and stands for nobody. Old codes that wait under one of its documents go too."""
    former = FormerDocument.objects.filter(person=person).values("document_blind")
    LegacyCode.objects.filter(Q(document_blind=person.document_blind) | Q(document_blind__in=former)).delete()
    person.name = person.document = ""
    person.born = person.address = person.phone = person.phone_blind = person.phone_slot = None
    person.document_blind, person.document_country, person.applied_via = secrets.token_bytes(32), "", "erased"
    person.save()
    for table in (FormerDocument, Change, Entry, Request, LegacyCode):
        table.objects.filter(person=person).delete()
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=now)
    Guardianship.objects.filter(Q(guardian=person) | Q(ward=person)).delete()
    Companion.objects.filter(Q(holder=person) | Q(companion=person)).delete()
    Standing.objects.filter(person=person).update(evidence=None)
    Standing.objects.filter(person=person, by__isnull=False).update(why="")
    Leaving.objects.filter(person=person).update(evidence=None)
    Merge.objects.filter(Q(absorbed=person) | Q(survivor=person)).update(kept=None, why="", undone_why="")
    person_erased.emit(person.pk, now)
