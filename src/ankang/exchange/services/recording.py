"""The doors to health and to the archive: many rows at once, each with where it came from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User

from ankang.archive.kinds import section_kinds
from ankang.archive.services import NewItem, record_items
from ankang.archive.services.reach import office_for
from ankang.core.evidence import stored
from ankang.health.models import ColourChange, FeedHead
from ankang.health.services import NewEvidence, record_evidence_in_bulk

from ..faults import RowFault
from ..kinds import FeedKind
from ..models import Batch
from .marking import Marked

_CODES = {"duplicate_number": "number_taken", "in_the_future": "in_the_future"}


class Recorded(NamedTuple):
    """What became of each row: success, duplicate (on file already), or its fault; and how many people turned worse."""

    outcomes: list[str | RowFault]
    worse: int


def record_rows(batch: Batch, kind: FeedKind, rows: Sequence[tuple[int, int, Marked]], now: datetime) -> Recorded:
    """Record ``rows`` (row number, person, content) as evidence and evaluate the people."""
    if not rows:
        return Recorded([], 0)
    if kind.evidence is None:
        return Recorded(record_section(batch, kind, [(number, person, _item(row)) for number, person, row in rows], now), 0)
    before = FeedHead.objects.values_list("seq", flat=True).first() or 0
    done = record_evidence_in_bulk((_new(batch, kind, *row) for row in rows), now)
    outcomes: list[str | RowFault] = ["success"] * len(rows)
    for at in done.duplicates:
        outcomes[at] = "duplicate"
    for at, fault in done.faults.items():
        outcomes[at] = RowFault(_CODES.get(fault.code, "evidence_refused"))
    worse = _turned({person for _, person, _ in rows}, before, now) if done.changed else 0
    return Recorded(outcomes, worse)


def record_section(
    batch: Batch, kind: FeedKind, rows: Sequence[tuple[int, int, tuple[int, dict[str, Any]]]], now: datetime
) -> list[str | RowFault]:
    """Record ``rows`` (row number, person, moment and values) as items of the feed's section: no evidence, no colour."""
    section = section_kinds()[kind.section]
    sender = User.objects.filter(pk=batch.sender).prefetch_related("duties").first()
    office = office_for(sender, section.permission) if sender else None
    items = [
        NewItem(person, datetime.fromtimestamp(at, UTC), values, source_of_row(batch, number))
        for number, person, (at, values) in rows
    ]
    outcomes = record_items(section, items, batch.region_id, office, now)
    return [RowFault("withdrawn") if outcome == "withdrawn" else outcome for outcome in outcomes]


def content_of(attributes: Any) -> Any:
    """A row's attributes as the pool keeps them: evidence as it is stored, an item's values as they are."""
    return attributes if isinstance(attributes, dict) else stored(attributes)


def _item(row: Marked) -> tuple[int, dict[str, Any]]:
    assert isinstance(row.attributes, dict)
    return row.occurred_at, dict(row.attributes)


def _new(batch: Batch, kind: FeedKind, number: int, person: int, row: Marked) -> NewEvidence:
    assert kind.evidence is not None
    assert not isinstance(row.attributes, dict)
    moment = datetime.fromtimestamp(row.occurred_at, UTC)
    return NewEvidence(person, kind.evidence.value, moment, row.attributes, source_of_row(batch, number))


def source_of_row(batch: Batch, number: int) -> dict[str, str]:
    """What the evidence says of where it came from."""
    return {"organisation": batch.organisation, "feed": batch.feed, "batch": batch.reference, "row": str(number)}


def _turned(people: set[int], before: int, now: datetime) -> int:
    """How many of ``people`` got a worse colour since change ``before``; being checked is no better than green."""
    changes = ColourChange.objects.filter(seq__gt=before, at=now, person__in=people, new__gte=2)
    return sum(new > (old or 0) for old, new in changes.values_list("old", "new"))


