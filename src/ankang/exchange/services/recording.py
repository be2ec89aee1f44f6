"""The door to health: many rows as evidence at once, each with where it came from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

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
    before = FeedHead.objects.values_list("seq", flat=True).first() or 0
    done = record_evidence_in_bulk((_new(batch, kind, *row) for row in rows), now)
    outcomes: list[str | RowFault] = ["success"] * len(rows)
    for at in done.duplicates:
        outcomes[at] = "duplicate"
    for at, fault in done.faults.items():
        outcomes[at] = RowFault(_CODES.get(fault.code, "evidence_refused"))
    worse = _turned({person for _, person, _ in rows}, before, now) if done.changed else 0
    return Recorded(outcomes, worse)


def _new(batch: Batch, kind: FeedKind, number: int, person: int, row: Marked) -> NewEvidence:
    moment = datetime.fromtimestamp(row.occurred_at, UTC)
    return NewEvidence(person, kind.evidence.value, moment, row.attributes, source_of_row(batch, number))


def source_of_row(batch: Batch, number: int) -> dict[str, str]:
    """What the evidence says of where it came from."""
    return {"organisation": batch.organisation, "feed": batch.feed, "batch": batch.reference, "row": str(number)}


def _turned(people: set[int], before: int, now: datetime) -> int:
    """How many of ``people`` got a worse colour since change ``before``; being checked is no better than green."""
    changes = ColourChange.objects.filter(seq__gt=before, at=now, person__in=people, new__gte=2)
    return sum(new > (old or 0) for old, new in changes.values_list("old", "new"))


