"""What is kept beside a person's record: what stood in it before, and old registration codes that find their person."""

from datetime import datetime
from typing import Any

from ..models import Change, LegacyCode, Person
from ..rules import same_name


def keep_change(person: Person, field: str, before: str, by: Any, now: datetime) -> None:
    """Keep what stood in ``field`` until now, encrypted; ``by`` is a member of staff, or None for the person."""
    Change.objects.create(
        person=person, field=field, before=before, at=now, by=getattr(by, "pk", None), by_name=name_of(by)
    )


def adopt_legacy_codes(person: Person) -> int:
    """Old codes that waited for this document and name belong to ``person`` from now on; how many did."""
    waiting = LegacyCode.objects.filter(document_blind=bytes(person.document_blind), person=None)
    mine = [row.pk for row in waiting if same_name(row.name, person.name)]
    return LegacyCode.objects.filter(pk__in=mine).update(person=person) if mine else 0


def name_of(by: Any) -> str:
    """How a member of staff stands on a record; empty for the person themselves."""
    return "" if by is None else str(by.get_full_name() or by.username)
