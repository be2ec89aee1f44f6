"""The rule set's triggers as SQL: which evidence could turn anybody at all.

The condition may be true too often, never too seldom: whoever has no such record on file, and no record of a moment
to come, is what :func:`ankang.core.rules.evaluate` calls untouched. A property test holds the two together.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from ankang.core.evidence import ATTRIBUTES, EvidenceKind
from ankang.core.rules import Area, RuleSet
from ankang.core.rules.language import Condition, Match, OnEvidence, Rule

Sql = tuple[str, list[Any]]
NEVER: Sql = ("false", [])


def could_turn(rule_set: RuleSet, areas: Sequence[Area], moment: int) -> Sql:
    """A condition on a row ``e`` of evidence: it triggers a rule, or it is of a later moment (unix seconds)."""
    whens, params = [], []
    for kind, matches in _by_kind(rule_set.rules).items():
        sql, given = any_of(_fits(match, areas) for match in matches)
        if sql != "false":
            whens.append(f"WHEN '{kind}' THEN {sql}")
            params += given
    cases = f"CASE e.kind {' '.join(whens)} ELSE false END" if whens else "false"
    return f"(e.occurred_at > to_timestamp(%s) OR {cases})", [moment, *params]


def kinds_read(rules: Iterable[Rule]) -> list[str]:
    """Every kind of evidence that any part of the rules looks at; orders of isolation always."""
    kinds = {EvidenceKind.ISOLATION.value}
    for rule in rules:
        kinds.update(match.kind for match in rule.when)
        steps = [*rule.begins, *(step for ending in rule.ends for step in ending.steps)]
        kinds.update(step.kind for step in steps if isinstance(step, OnEvidence))
        bars = [ending.without for ending in rule.ends if ending.without]
        kinds.update(match.kind for bar in bars for match in bar.matches)
    return sorted(kinds)


def any_of(parts: Iterable[Sql]) -> Sql:
    """One of the conditions holds; a part that always holds makes the others superfluous."""
    found = [part for part in parts if part != NEVER]
    if not found:
        return NEVER
    if any(sql == "true" for sql, _ in found):
        return "true", []
    return "(" + " OR ".join(sql for sql, _ in found) + ")", [param for _, params in found for param in params]


def _by_kind(rules: Iterable[Rule]) -> dict[str, list[Match]]:
    matches: dict[str, list[Match]] = {}
    for rule in rules:
        for match in rule.when:
            matches.setdefault(EvidenceKind(match.kind).value, []).append(match)
    return matches


def _fits(match: Match, areas: Sequence[Area]) -> Sql:
    """The match as a condition; what cannot be said in SQL is taken as met."""
    parts = [part for name, condition in match.where.items() for part in _holds(match.kind, name, condition)]
    if match.areas:
        inside = any_of(_within([area.code for area in areas if area.level in match.areas]))
        if inside == NEVER:
            return NEVER
        parts.append(inside)
    if not parts:
        return "true", []
    return "(" + " AND ".join(sql for sql, _ in parts) + ")", [param for _, params in parts for param in params]


def _holds(kind: str, name: str, condition: Condition) -> Iterator[Sql]:
    """Each part of a condition. Stored attributes leave defaults out, so an absent one has its default."""
    value, default = f"e.attributes->'{name}'", _default(kind, name)
    if default is not msgspec.UNSET:
        value = f"coalesce({value}, '{_json(default)}'::jsonb)"
    if condition.one_of:
        yield f"{value} = ANY(%s::jsonb[])", [[_json(_whole(one)) for one in condition.one_of]]
    if condition.none_of:
        yield f"{value} <> ALL(%s::jsonb[])", [[_json(_whole(one)) for one in condition.none_of]]
    if condition.at_least is not None:
        yield f"{value} >= %s::jsonb", [_json(condition.at_least)]
    if condition.at_most is not None:
        yield f"{value} <= %s::jsonb", [_json(condition.at_most)]


def _within(codes: Sequence[str]) -> Iterator[Sql]:
    """The stay's region begins with one of the codes: one comparison for each length."""
    for length in sorted({len(code) for code in codes}):
        same = sorted({code for code in codes if len(code) == length})
        yield f"left(e.attributes->>'region', {length}) = ANY(%s)", [same]


def _default(kind: str, name: str) -> Any:
    """The attribute's default; UNSET for one that must be there."""
    fields = {field.name: field for field in msgspec.structs.fields(ATTRIBUTES[EvidenceKind(kind)])}
    field = fields[name]
    return msgspec.UNSET if field.default is msgspec.NODEFAULT else field.default


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
