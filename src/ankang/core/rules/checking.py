"""What is wrong with the sense of rules that are well written: kinds, attributes and values that do not
exist, rules that never fire or never end, endings that wait for each other in a circle.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, islice

from ankang.core.evidence_kinds import EvidenceKind
from ankang.core.rules.conditions import faults_of_where
from ankang.core.rules.language import (
    AreaLifted,
    Ending,
    Match,
    OnEvidence,
    OrderOver,
    Rule,
    RuleOver,
    Step,
)

MOST_WARNINGS = 100
_KINDS = frozenset(kind.value for kind in EvidenceKind)


def faults(rules: Sequence[Rule], unread: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Every fault: the rule's id, and where and what.

    ``unread``: ids that the file has and whose rules are not well written; that is said elsewhere.
    """
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield rule.id, "the id is used twice"
        seen.add(rule.id)
        for fault in _faults_of(rule):
            yield rule.id, fault
    yield from _faults_between(rules, unread)


def warnings(rules: Sequence[Rule]) -> list[str]:
    """What may be meant, and may be a mistake: rules of different colours for the same facts; the first hundred."""
    found = (
        f"rules {one.id} and {other.id}: the same facts turn a person red and yellow at once, so the red "
        f"rule hides the other; if that is meant, write `beside` into one of them"
        for one, other in combinations(rules, 2)
        if one.colour != other.colour and other.id not in one.beside and one.id not in other.beside
        if not one.begins and not other.begins
        if any(_alike(first, second) for first in one.when for second in other.when)
    )
    return list(islice(found, MOST_WARNINGS))


def _faults_of(rule: Rule) -> Iterator[str]:
    if not rule.id.startswith(rule.colour + "."):
        yield f"the id says another colour than {rule.colour!r}"
    if not rule.ends and rule.within_days is None:
        yield "the rule has no end: give it `ends`, or `within_days`"
    for number, match in enumerate(rule.when, 1):
        yield from _faults_of_match(match, f"when {number}", "the rule can never fire")
    yield from _faults_of_steps(rule, rule.begins, "begins")
    for number, ending in enumerate(rule.ends, 1):
        yield from _faults_of_steps(rule, ending.steps, f"ends {number}, steps")
        yield from _faults_of_ending(rule, ending, f"ends {number}")


def _faults_of_match(match: Match, place: str, never: str) -> Iterator[str]:
    if match.kind not in _KINDS:
        yield f"{place}: no evidence kind is called {match.kind!r}; it can be: {', '.join(sorted(_KINDS))}"
        return
    if match.areas and match.kind != EvidenceKind.STAY:
        yield f"{place}: only a stay has areas, not {match.kind!r}"
    for fault in faults_of_where(match.kind, match.where, never):
        yield f"{place}: {fault}"


def _faults_of_steps(rule: Rule, steps: Sequence[Step], place: str) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        here = f"{place} {number}"
        if isinstance(step, OnEvidence):
            yield from _faults_of_match(step, here, "this can never happen")
            if step.apart_hours and step.times == 1:
                yield f"{here}: `apart_hours` needs `times` of 2 or more"
        if isinstance(step, OrderOver) and any(match.kind != EvidenceKind.ISOLATION for match in rule.when):
            yield f"{here}: 'order_over' fits isolation only"
        if isinstance(step, AreaLifted) and any(not match.areas for match in rule.when):
            yield f"{here}: 'area_lifted' needs areas in every `when`"


def _faults_of_ending(rule: Rule, ending: Ending, place: str) -> Iterator[str]:
    kinds = [match.kind for match in rule.when if match.kind in _KINDS]
    found = [list(faults_of_where(kind, ending.only, "this ending can never apply")) for kind in kinds]
    if found and all(found):
        yield f"{place}, only: {found[0][0]}"
    elif ending.only and not any(_compatible(match, Match(match.kind, ending.only)) for match in rule.when):
        yield f"{place}, only: no `when` of the rule fits it, so this ending can never apply"
    if ending.without:
        for number, match in enumerate(ending.without.matches, 1):
            yield from _faults_of_match(match, f"{place}, without, matches {number}", "this can never be found")


def _faults_between(rules: Sequence[Rule], unread: Collection[str]) -> Iterator[tuple[str, str]]:
    by_id = {rule.id: rule for rule in rules}
    for rule in rules:
        for name in rule.beside:
            if name not in by_id and name not in unread:
                yield rule.id, f"beside: no rule is called {name!r}"
        for name in _waits_for(rule):
            if name in unread:
                continue
            if name not in by_id:
                yield rule.id, f"'rule_over': no rule is called {name!r}"
            elif {match.kind for match in by_id[name].when}.isdisjoint(match.kind for match in rule.when):
                yield rule.id, f"'rule_over': {name} is turned by other facts, so it is never over for these"
    yield from _circles(by_id)


def _circles(by_id: dict[str, Rule]) -> Iterator[tuple[str, str]]:
    """Rules whose beginnings or endings wait for each other; each circle once, at its first rule."""
    told: set[str] = set()
    for start in by_id:
        way = _way_back(start, by_id) if start not in told else []
        if way and told.isdisjoint(way):
            told.update(way)
            yield start, f"circular endings: {' waits for '.join(way)}"


def _way_back(start: str, by_id: dict[str, Rule]) -> list[str]:
    """The rules from ``start`` back to itself; empty when there is no such way."""
    came_from: dict[str, str] = {}
    open_ends = [start]
    while open_ends:
        here = open_ends.pop()
        for name in _waits_for(by_id[here]):
            if name == start:
                return _way(start, here, came_from)
            if name in by_id and name not in came_from:
                came_from[name] = here
                open_ends.append(name)
    return []


def _way(start: str, last: str, came_from: dict[str, str]) -> list[str]:
    way = [start]
    while last != start:
        way.append(last)
        last = came_from[last]
    return [*way, start][::-1]


def _waits_for(rule: Rule) -> list[str]:
    steps = [*rule.begins, *(step for ending in rule.ends for step in ending.steps)]
    return [step.rule for step in steps if isinstance(step, RuleOver)]


def _alike(one: Match, other: Match) -> bool:
    """Whether one record can fit both, so far as can be told from what is written."""
    same_levels = bool(set(one.areas) & set(other.areas)) or not (one.areas or other.areas)
    return one.kind == other.kind and same_levels and _compatible(one, other)


def _compatible(one: Match, other: Match) -> bool:
    for name in one.where.keys() & other.where.keys():
        first, second = one.where[name], other.where[name]
        values = first.one_of or second.one_of
        if values and not any(first.holds(value) and second.holds(value) for value in values):
            return False
    return True
