"""From evidence to facts: what was so, from when to when."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ankang.core.evidence import Evidence, EvidenceKind, Isolation, Stay, Test
from ankang.core.rules.language import Area, Condition, Match, Setting

HOUR, DAY = 3_600, 86_400
Span = tuple[int, int | None]  # from … to, unix seconds; None: open


class Fact(NamedTuple):
    """One matched record: it is so from ``first`` to ``last``; endings count from ``last`` (None: it goes
    on).
    """

    record: Evidence
    first: int
    last: int | None
    area: Area | None = None


class Dossier(NamedTuple):
    """All the rules may look at: one person's standing records without replaced orders, and the areas."""

    records: Sequence[Evidence]
    areas: Sequence[Area]


def open_dossier(records: Iterable[Evidence], areas: Sequence[Area]) -> Dossier:
    """The records in the order of their facts; of the isolation records with one setting and start only the
    last said.
    """
    effective: list[Evidence] = []
    orders: dict[tuple[str, int], Evidence] = {}
    for record in records:
        if isinstance(record.attributes, Isolation):
            key = (record.attributes.setting, record.attributes.start)
            orders[key] = max(orders.get(key, record), record, key=_said)
        else:
            effective.append(record)
    return Dossier(sorted([*effective, *orders.values()], key=lambda r: (r.occurred_at, r.id)), areas)


def facts_of(match: Match, dossier: Dossier) -> list[Fact]:
    """Every fact in the dossier that fits; a stay gives one for each area it touches."""
    return [
        fact
        for record in dossier.records
        if record.kind == match.kind
        for fact in _facts(match, record, dossier)
    ]


def fits(where: dict[str, Condition], record: Evidence) -> bool:
    """Whether the record's attributes meet every condition; an attribute it does not have meets none."""
    return all(
        hasattr(record.attributes, name) and condition.holds(getattr(record.attributes, name))
        for name, condition in where.items()
    )


def taken_at(record: Evidence) -> int:
    """The moment a record speaks of: for a test when it was sampled, else when it happened."""
    return record.attributes.sampled_at if isinstance(record.attributes, Test) else record.occurred_at


def isolations(dossier: Dossier, settings: Sequence[Setting], after: int) -> list[Span]:
    """Isolation in these settings after a moment: clipped, sorted, overlapping and touching spans joined."""
    spans = [
        (max(order.start, after), order.end)
        for order in (
            record.attributes for record in dossier.records if record.kind == EvidenceKind.ISOLATION
        )
        if isinstance(order, Isolation)
        and order.setting in settings
        and (order.end is None or order.end > after)
    ]
    return _joined(sorted(spans, key=lambda span: span[0]))


def _said(record: Evidence) -> tuple[int, float, str]:
    """Which of two records of one order counts: the later, then the longer, then by identity."""
    assert isinstance(record.attributes, Isolation)
    end = record.attributes.end
    return record.occurred_at, float("inf") if end is None else end, record.id


def _facts(match: Match, record: Evidence, dossier: Dossier) -> list[Fact]:
    if not fits(match.where, record):
        return []
    first, last = _extent(record)
    if not match.areas:
        return [Fact(record, first, last)]
    return [
        Fact(record, max(first, area.since), last, area)
        for area in dossier.areas
        if area.level in match.areas and _touches(record, first, last, area)
    ]


def _extent(record: Evidence) -> Span:
    match record.attributes:
        case Stay(since=since, until=until):
            first = since if since is not None else min(record.occurred_at, until or record.occurred_at)
            return first, until if until is not None else max(record.occurred_at, first)
        case Isolation(start=start, end=end):
            return start, end
    return record.occurred_at, record.occurred_at


def _touches(record: Evidence, first: int, last: int | None, area: Area) -> bool:
    region = record.attributes.region if isinstance(record.attributes, Stay) else ""
    in_time = (area.until is None or first < area.until) and (last is None or last >= area.since)
    return in_time and region.startswith(area.code)


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, last in spans:
        if joined and (joined[-1][1] is None or first <= joined[-1][1]):
            before = joined.pop()
            end = None if before[1] is None or last is None else max(before[1], last)
            joined.append((before[0], end))
        else:
            joined.append((first, last))
    return joined
