"""The state of a person's record: one change at a time, each with who and why, and what ends with it."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from ..carriers import void_carriers
from ..events import guardianship_ended, person_back, person_left
from ..models import Credential, Guardianship, Person, Standing
from ..rules import STATES_LEFT
from .keeping import name_of
from .signing_in import end_credentials, void_passes


def stand(person: Person, state: str, by: Any, why: str, now: datetime, evidence: str | None = None) -> None:
    """Put the record into ``state``; the caller holds its row. Leaving ends code, devices, sheets, cards, guardianships.

    ``why`` is a word of the house or what staff wrote; ``evidence`` names the document. For a merge see ``merging``.
    """
    was, person.state = person.state, state
    person.save(update_fields=["state", "merged_into"])
    Standing.objects.create(
        person=person, state=state, at=now, by=getattr(by, "pk", None), by_name=name_of(by), why=why, evidence=evidence
    )
    if state in STATES_LEFT:
        end_everything(person.pk, now)
        person_left.emit(person.pk, now)
    elif was in STATES_LEFT:
        person_back.emit(person.pk, now)


def end_everything(person: int, now: datetime) -> None:
    """No door takes anything of the person any more, nor anything that others show for them."""
    end_credentials(Credential.objects.filter(person=person), now)
    void_passes(person, now)
    void_carriers(person, "left", now)
    for row in Guardianship.objects.filter(Q(guardian=person) | Q(ward=person), ended_at=None):
        end_row(row, None, "left", now)


def end_row(row: Guardianship, by: Any, why: str, now: datetime) -> None:
    """End a guardianship: the ward's code leaves the guardian's phones at once."""
    Guardianship.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=now, ended_by=getattr(by, "pk", None), ended_why=why
    )
    end_credentials(Credential.objects.filter(guardianship=row.pk), now)
    guardianship_ended.emit(row.guardian_id, row.ward_id, now)
