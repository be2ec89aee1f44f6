"""From evidence to facts: what was so, from when to when.

Nothing that a record says has an effect before the record's own moment; so what a later moment brings to
light never changes what an earlier one saw.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ankang.core.evidence_kinds import Attributes, Evidence, Isolation, Stay, Test
from ankang.core.rules.areas import areas_of
from ankang.core.rules.language import Area, Condition, Match

HOUR, DAY = 3_600, 86_400
Span = tuple[int, int | None]  # from … to, unix seconds; None: open
AttributeTest = Callable[[Attributes], bool]
_ABSENT = object()


class Fact(NamedTuple):
    """One matched record: it turns a person from ``first``; endings count from ``last`` (None: goes on)."""

    record: Evidence
    first: int
    last: int | None
    area: Area | None = None


class Order(NamedTuple):
    """An isolation order in force: where, from when, until when (None: open)."""

    setting: str
    start: int
    end: int | None


class Dossier:
    """All the rules may look at: one person's records without replaced orders, and the areas."""

    __slots__ = ("areas", "kinds", "orders", "records")

    def __init__(self, records: Iterable[Evidence], areas: Sequence[Area]) -> None:
        """Records that were seen, in any order."""
        self.areas = areas
        self.records, self.orders = _in_force(records)
        self.kinds: dict[str, list[Evidence]] = {}
        for record in self.records:
            self.kinds.setdefault(record.kind, []).append(record)


class Matcher:
    """A match made ready: whether a record fits, and which facts it gives."""

    __slots__ = ("kind", "levels", "test")

    def __init__(self, match: Match) -> None:
        """A checked match."""
        self.kind: str = match.kind
        self.test = attribute_test(match.where)
        self.levels = frozenset(match.areas)

    def facts(self, record: Evidence, areas: Sequence[Area]) -> list[Fact]:
        """Every fact the record gives; a stay gives one for each area of these levels that it touches."""
        if record.kind != self.kind or (self.test is not None and not self.test(record.attributes)):
            return []
        if not self.levels:
            first, last = _extent(record)
            return [Fact(record, max(first, record.occurred_at), last)]
        touched = self._touched(record, areas)
        if not touched:
            return []
        first, last = _extent(record)
        return [
            Fact(record, max(first, area.since, record.occurred_at), _last_in(area, last), area)
            for area in touched
            if _meets(first, last, area)
        ]

    def fits(self, record: Evidence, areas: Sequence[Area]) -> bool:
        """Whether the record gives any fact at all."""
        if record.kind != self.kind or (self.test is not None and not self.test(record.attributes)):
            return False
        return not self.levels or bool(self.facts(record, areas))

    def _touched(self, record: Evidence, areas: Sequence[Area]) -> Sequence[Area]:
        """The areas of these levels that cover the stay's region."""
        if type(record.attributes) is not Stay:
            return ()
        covering = areas_of(record.attributes.region, areas)
        return [area for area in covering if area.level in self.levels] if covering else ()

    def all_facts(self, dossier: Dossier) -> Iterator[Fact]:
        """Every fact in the dossier."""
        for record in dossier.kinds.get(self.kind, ()):
            yield from self.facts(record, dossier.areas)


def attribute_test(where: dict[str, Condition]) -> AttributeTest | None:
    """Whether attributes meet every condition (None: there is none); an attribute they lack meets none."""
    tests = [_one_test(name, condition) for name, condition in where.items()]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda attributes: all(test(attributes) for test in tests)


def taken_at(record: Evidence) -> int:
    """The moment a record speaks of: for a test when it was sampled, else when it happened."""
    return record.attributes.sampled_at if type(record.attributes) is Test else record.occurred_at


def isolations(dossier: Dossier, settings: Sequence[str], after: int) -> list[Span]:
    """Isolation in these settings after a moment: clipped, sorted, overlapping and touching spans joined."""
    spans = [
        (max(start, after), end)
        for setting, start, end in dossier.orders
        if setting in settings and (end is None or end > after)
    ]
    return _joined(sorted(spans, key=lambda span: span[0]))


def is_late(record: Evidence) -> bool:
    """Whether the record changes what was said of the past: an order recorded after it had begun."""
    return type(record.attributes) is Isolation and record.occurred_at > record.attributes.start


def _one_test(name: str, condition: Condition) -> AttributeTest:
    values = frozenset(condition.one_of)
    if condition == Condition(one_of=condition.one_of):
        return lambda attributes: getattr(attributes, name, _ABSENT) in values

    def test(attributes: Attributes) -> bool:
        value = getattr(attributes, name, _ABSENT)
        return value is not _ABSENT and condition.holds(value)

    return test


def _in_force(records: Iterable[Evidence]) -> tuple[list[Evidence], list[Order]]:
    """The records in the order of their facts; of orders with one setting and start only the last said."""
    effective: list[Evidence] = []
    last_said: dict[tuple[str, int], Evidence] = {}
    for record in records:
        if type(record.attributes) is Isolation:
            key = (record.attributes.setting, record.attributes.start)
            last_said[key] = max(last_said.get(key, record), record, key=_said)
        else:
            effective.append(record)
    effective.extend(last_said.values())
    if len(effective) > 1:
        effective.sort(key=_position)
    if not last_said:
        return effective, []
    return effective, [
        Order(said.setting, said.start, said.end)
        for said in (record.attributes for record in last_said.values())
        if isinstance(said, Isolation)
    ]


def _position(record: Evidence) -> tuple[int, str]:
    return record.occurred_at, record.id


def _said(record: Evidence) -> tuple[int, float, str]:
    """Which of two records of one order counts: the later, then the longer, then by identity."""
    assert isinstance(record.attributes, Isolation)
    end = record.attributes.end
    return record.occurred_at, float("inf") if end is None else end, record.id


def _extent(record: Evidence) -> Span:
    said = record.attributes
    if type(said) is Stay:
        since, until = said.since, said.until
        first = since if since is not None else min(record.occurred_at, until or record.occurred_at)
        if said.ongoing:
            return first, None
        return first, until if until is not None else max(record.occurred_at, first)
    if type(said) is Isolation:
        return said.start, said.end
    return record.occurred_at, record.occurred_at


def _meets(first: int, last: int | None, area: Area) -> bool:
    """Whether the stay and the assessment overlap in time."""
    return (area.until is None or first < area.until) and (last is None or last >= area.since)


def _last_in(area: Area, last: int | None) -> int | None:
    """A stay that goes on counts, in an area, until the area's assessment ends."""
    return area.until if last is None else last


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
