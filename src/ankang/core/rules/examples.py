"""Worked examples in a rule set: each is evaluated and must come out as written."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from ankang.core.evidence import EvidenceFault, a_record, check_moments
from ankang.core.evidence_kinds import Evidence
from ankang.core.rules.evaluation import Assessment, evaluate
from ankang.core.rules.language import Area, Example, ExampleArea, ExampleRecord
from ankang.core.rules.loading import RuleSet

SHANGHAI = timezone(timedelta(hours=8))


def failed_examples(rule_set: RuleSet) -> Iterator[str]:
    """What each example that fails says, and what comes out instead."""
    for number, example in enumerate(rule_set.file.examples, 1):
        fault = _fault(rule_set, example)
        if fault:
            yield f"example {number} ({example.says}): {fault}"


def outcome_of(rule_set: RuleSet, example: Example) -> Assessment:
    """What comes out for an example. Raises :class:`EvidenceFault` where its evidence cannot be taken."""
    records = [_record(number, record) for number, record in enumerate(example.evidence, 1)]
    return evaluate(records, rule_set, _seconds(example.at), tuple(map(_area, example.areas)))


def _fault(rule_set: RuleSet, example: Example) -> str | None:
    try:
        return _difference(example, outcome_of(rule_set, example))
    except EvidenceFault as fault:
        return f"evidence cannot be taken: {fault.detail}"


def _difference(example: Example, found: Assessment) -> str | None:
    rules = tuple(dict.fromkeys(reason.rule for reason in found.reasons))
    if found.colour.slug != example.colour:
        return f"{example.colour} is written, {found.colour.slug} comes out ({', '.join(rules) or 'no rule'})"
    if rules != example.rules:
        return f"rules {list(example.rules)} are written, {list(rules)} come out"
    if example.until is not None and found.until != _seconds(example.until):
        until = None if found.until is None else datetime.fromtimestamp(found.until, SHANGHAI).isoformat()
        return f"until {example.until.isoformat()} is written, {until} comes out"
    return None


def _record(number: int, record: ExampleRecord) -> Evidence:
    occurred_at = _seconds(record.occurred_at)
    attributes = {
        name: _seconds(value) if isinstance(value, datetime) else value for name, value in record.attributes.items()
    }
    checked = a_record(str(number), record.kind, occurred_at, attributes)
    check_moments(occurred_at, checked.attributes)
    return checked


def _area(area: ExampleArea) -> Area:
    until = None if area.until is None else _seconds(area.until)
    return Area(area.code, area.level, _seconds(area.since), until)


def _seconds(moment: datetime) -> int:
    return int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp())
