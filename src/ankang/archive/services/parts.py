"""Everything that is kept on one person, part by part, for the file they take along (PIPL art. 45, GB/T 35273 8.1, 8.6).

Rooms above add their part to ``kept_parts`` in ``AppConfig.ready``; a part is JSON values, moments in unix seconds.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ankang.base.models import AccessRecord
from ankang.core.verdicts import Direction, Verdict
from ankang.health.services.personal_file import health_file, take_along
from ankang.passage.models import Visit
from ankang.passage.rules import day_of_moment
from ankang.passage.services import visits_of
from ankang.people.carriers import carriers_of
from ankang.people.family import guardians_of, wards_of
from ankang.people.models import Change, Consent, Credential, FormerDocument, Person
from ankang.people.reads import reader_offices
from ankang.places.models import Checkpoint

from ..kinds import section_kinds
from ..models import Correction, Item
from .items import history_of, values_of

Part = Callable[[int, datetime], Any]
VISIT_DAYS = 30


def identity(person: int, now: datetime) -> dict[str, Any]:
    """Who the person is, in full, and what was so before."""
    row = Person.objects.select_related("town").get(pk=person)
    former = FormerDocument.objects.filter(person=person)
    changes = Change.objects.filter(person=person).order_by("at")
    return {
        "name": row.name,
        "document_kind": row.document_kind,
        "document": row.document,
        "document_country": row.document_country,
        "born": row.born,
        "phone": row.phone,
        "phone_owner": row.phone_owner,
        "address": row.address,
        "town": {"code": row.town_id, "name": row.town.name},
        "applied_at": seconds(row.created_at),
        "applied_via": row.applied_via,
        "state": row.state,
        "former_documents": [{"kind": one.kind, "number": one.number, "until": seconds(one.until)} for one in former],
        "changes": [
            {"field": one.field, "before": one.before, "at": seconds(one.at), "by": one.by_name} for one in changes
        ],
    }


def consents(person: int, now: datetime) -> list[dict[str, Any]]:
    """Every agreement ever given or withdrawn."""
    return [
        {
            "purpose": row.purpose,
            "version": row.version,
            "granted_at": seconds(row.granted_at),
            "withdrawn_at": seconds(row.withdrawn_at),
        }
        for row in Consent.objects.filter(person=person).order_by("granted_at")
    ]


def devices(person: int, now: datetime) -> list[dict[str, Any]]:
    """Where the person is or was signed in."""
    return [
        {
            "device": row.label,
            "issued_at": seconds(row.issued_at),
            "expires_at": seconds(row.expires_at),
            "revoked_at": seconds(row.revoked_at),
        }
        for row in Credential.objects.filter(person=person).order_by("issued_at")
    ]


def carriers(person: int, now: datetime) -> list[dict[str, Any]]:
    """Sheets and cards; their numbers are kept as HMACs only."""
    return [
        {"kind": row.kind, "issued_at": seconds(row.issued_at), "voided_at": seconds(row.voided_at)}
        for row in carriers_of(person)
    ]


def family(person: int, now: datetime) -> dict[str, Any]:
    """Whom the person looks after, and who looks after the person; others' names are masked."""
    return {
        "looks_after": [one.person.name for one in wards_of(person, now)],
        "looked_after_by": [one.person.name for one in guardians_of(person, now)],
    }


def health(person: int, now: datetime) -> Any:
    """My health file, as under /me/health.json."""
    return json.loads(take_along(health_file(person, now)))


def travel(person: int, now: datetime) -> list[dict[str, Any]]:
    """Where the code was checked, as long as it can be read."""
    visits = visits_lately(person, now)
    names = dict(Checkpoint.objects.filter(pk__in={visit.checkpoint_id for visit in visits}).values_list("pk", "name"))
    return [
        {
            "at": seconds(visit.at),
            "checkpoint": names.get(visit.checkpoint_id, ""),
            "direction": Direction(visit.direction).slug,
            "verdict": Verdict(visit.verdict).slug,
        }
        for visit in visits
    ]


def visits_lately(person: int, now: datetime) -> list[Visit]:
    """The visits that can still be read, oldest first."""
    today = day_of_moment(now.timestamp())
    return visits_of(person, [today - timedelta(days=back) for back in range(VISIT_DAYS + 1)])


def sections(person: int, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Every item other offices sent, those that were replaced too."""
    return {slug: [_item(item) for item in history_of(person, slug)] for slug in section_kinds()}


def corrections(person: int, now: datetime) -> list[dict[str, Any]]:
    """What the person asked to have corrected, and the answers."""
    return [
        {
            "item": str(row.item),
            "section": row.section,
            "words": row.words,
            "state": row.state,
            "reason": row.reason,
            "asked_at": seconds(row.asked_at),
            "decided_at": seconds(row.decided_at),
        }
        for row in Correction.objects.filter(person=person).order_by("asked_at")
    ]


def reads(person: int, now: datetime) -> list[dict[str, Any]]:
    """Everyone who saw the person's data in full."""
    rows = list(AccessRecord.objects.filter(person=person).order_by("at"))
    offices = reader_offices(rows)
    return [
        {"at": seconds(row.at), "office": offices[row.id], "purpose": row.purpose, "fields": row.fields}
        for row in rows
    ]


kept_parts: dict[str, Part] = {
    "identity": identity,
    "consents": consents,
    "devices": devices,
    "carriers": carriers,
    "family": family,
    "health": health,
    "travel": travel,
    "sections": sections,
    "corrections": corrections,
    "reads": reads,
}
"""What the file holds, in this order; the port for rooms above."""


def seconds(moment: datetime | None) -> int | None:
    """Unix seconds."""
    return None if moment is None else int(moment.timestamp())


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "occurred_at": seconds(item.occurred_at),
        "recorded_at": seconds(item.recorded_at),
        "source": item.source,
        "supersedes": None if item.supersedes is None else str(item.supersedes),
        "values": values_of(item),
    }
