"""A rule set made ready to be asked a million times: matchers by kind, steps with their matchers."""

from collections.abc import Iterable
from typing import NamedTuple

from ankang.core.colours import Colour
from ankang.core.rules.endings import (
    Course,
    Found,
    Lifted,
    OwnOrderOver,
    ReadyStep,
    Released,
    Spent,
    Waited,
    a_course,
    walk,
)
from ankang.core.rules.facts import DAY, AttributeTest, Dossier, Fact, Matcher, isolations
from ankang.core.rules.language import (
    AreaLifted,
    Elapsed,
    IsolationOver,
    OnEvidence,
    OrderOver,
    Rule,
    RuleOver,
    Served,
    Step,
)


class Spell(NamedTuple):
    """A rule holds a person from ``since`` until ``until`` (None: nothing on file ends it)."""

    rule: Rule
    evidence: str
    since: int
    until: int | None
    colour: Colour
    severity: int


class ReadyRule:
    """One rule with everything looked up."""

    __slots__ = ("begins", "colour", "ends", "matchers", "rule", "severity", "waits_in", "within")

    def __init__(self, rule: Rule) -> None:
        """A checked rule; its steps come from :meth:`link`."""
        self.rule = rule
        self.colour = Colour[rule.colour.upper()]
        self.severity = self.colour.severity
        self.matchers = tuple(map(Matcher, rule.when))
        self.within = None if rule.within_days is None else rule.within_days * DAY
        self.waits_in = tuple(
            ending.steps[0].settings for ending in rule.ends if isinstance(ending.steps[0], Served | IsolationOver)
        )
        self.begins: tuple[ReadyStep, ...] = ()
        self.ends: tuple[Course, ...] = ()

    def link(self, others: dict[str, "ReadyRule"]) -> None:
        """Make the steps ready; some of them ask other rules."""
        self.begins = tuple(_ready(step, others) for step in self.rule.begins)
        self.ends = tuple(
            a_course(ending, tuple(_ready(step, others) for step in ending.steps)) for ending in self.rule.ends
        )

    def spell(self, fact: Fact, dossier: Dossier) -> Spell | None:
        """The time this rule holds the person for this fact; None: never."""
        begun = self._begun(fact, dossier)
        if begun is None:
            return None
        until = self._end(begun, dossier)
        if until is not None and until <= begun.first:
            return None
        return Spell(self.rule, fact.record.id, begun.first, until, self.colour, self.severity)

    def over(self, fact: Fact, dossier: Dossier) -> int | None:
        """When this rule lets go of the record of another rule's fact; None: it does not, or has no hold."""
        ends = [
            self._end(begun, dossier)
            for matcher in self.matchers
            for own in matcher.facts(fact.record, dossier.areas)
            if own.area is fact.area or own.area is None or fact.area is None
            if (begun := self._begun(own, dossier)) is not None
        ]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    def _begun(self, fact: Fact, dossier: Dossier) -> Fact | None:
        if not self.begins:
            return fact
        moment = walk(self.begins, fact, dossier)
        if moment is None:
            return None
        return fact._replace(first=max(moment, fact.first), last=moment)

    def _end(self, fact: Fact, dossier: Dossier) -> int | None:
        ends = [end for course in self.ends if (end := course.end(fact, dossier)) is not None]
        end = min(ends) if ends else None
        if self.within is None or fact.last is None:
            return end
        lapse = fact.last + self.within
        if self._isolated_before(lapse, fact.last, dossier):
            return end
        return lapse if end is None or lapse < end else end

    def _isolated_before(self, lapse: int, after: int, dossier: Dossier) -> bool:
        """Whether an isolation that the endings ask for has begun before the rule would lapse."""
        return any(span[0] < lapse for settings in self.waits_in for span in isolations(dossier, settings, after))


class RuleEnds:
    """Another rule lets go of the same fact."""

    anew = False

    def __init__(self, other: ReadyRule) -> None:
        """The rule that is waited for."""
        self.other = other

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """The end of its hold."""
        return self.other.over(fact, dossier)


class Trigger(NamedTuple):
    """One match of one rule, where the evaluator looks for it: by kind."""

    test: AttributeTest | None
    matcher: Matcher
    rule: ReadyRule


Plan = dict[str, tuple[Trigger, ...]]


def a_plan(rules: Iterable[Rule]) -> Plan:
    """Kind of evidence → what it can trigger, in the order of the file."""
    ready = {rule.id: ReadyRule(rule) for rule in rules}
    plan: dict[str, tuple[Trigger, ...]] = {}
    for rule in ready.values():
        rule.link(ready)
        for matcher in rule.matchers:
            trigger = Trigger(matcher.test, matcher, rule)
            plan[matcher.kind] = (*plan.get(matcher.kind, ()), trigger)
    return plan


def _ready(step: Step, others: dict[str, ReadyRule]) -> ReadyStep:
    match step:
        case OnEvidence():
            return Found(step)
        case Served():
            return Spent(step)
        case IsolationOver():
            return Released(step)
        case Elapsed():
            return Waited(step)
        case OrderOver():
            return OwnOrderOver()
        case AreaLifted():
            return Lifted()
        case RuleOver(rule=name):
            return RuleEnds(others[name])
