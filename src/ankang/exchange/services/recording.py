"""The door to health: many rows as evidence at once, each with where it came from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ankang.core.evidence import stored
from ankang.health.models import ColourChange, Evidence, FeedHead
from ankang.health.services import record_evidence

from ..kinds import FeedKind
from ..models import Batch
from ..rows import Parsed


class Recorded(NamedTuple):
    """``new``: whether each row became evidence (False: it is on file already); ``worse``: people turned worse."""

    new: list[bool]
    worse: int


def record_rows(batch: Batch, kind: FeedKind, rows: Sequence[tuple[int, int, Parsed]], now: datetime) -> Recorded:
    """Record ``rows`` (row number, person, content) as evidence and evaluate the people."""
    if not rows:
        return Recorded([], 0)
    before = FeedHead.objects.values_list("seq", flat=True).first() or 0
    known = _known({person for _, person, _ in rows}, kind)
    new = []
    for number, person, row in rows:
        attributes = stored(row.attributes)
        key = (person, row.occurred_at, repr(sorted(attributes.items())))
        new.append(key not in known)
        if key not in known:
            known.add(key)
            moment = datetime.fromtimestamp(row.occurred_at, UTC)
            record_evidence(person, kind.evidence.value, moment, attributes, source_of_row(batch, number), now)
    return Recorded(new, _turned({person for _, person, _ in rows}, before, now))


def source_of_row(batch: Batch, number: int) -> dict[str, str]:
    """What the evidence says of where it came from."""
    return {"organisation": batch.organisation, "feed": batch.feed, "batch": batch.reference, "row": str(number)}


def _known(people: set[int], kind: FeedKind) -> set[tuple[int, int, str]]:
    rows = Evidence.objects.filter(person__in=people, kind=kind.evidence.value, source__feed=kind.slug)
    return {
        (person, int(at.timestamp()), repr(sorted(attributes.items())))
        for person, at, attributes in rows.values_list("person", "occurred_at", "attributes")
    }


def _turned(people: set[int], before: int, now: datetime) -> int:
    """How many of ``people`` got a worse colour since change ``before``; being checked is no better than green."""
    changes = ColourChange.objects.filter(seq__gt=before, at=now, person__in=people, new__gte=2)
    return sum(new > (old or 0) for old, new in changes.values_list("old", "new"))


