"""When a fact stops counting: the steps of an ending, walked one after the other over the dossier."""

from collections.abc import Sequence

from ankang.core.rules.facts import DAY, HOUR, Dossier, Fact, Span, facts_of, fits, isolations, taken_at
from ankang.core.rules.language import (
    AreaLifted,
    Elapsed,
    Ending,
    History,
    IsolationOver,
    OnEvidence,
    OrderOver,
    Rule,
    Served,
    Step,
)


def end_of(rule: Rule, fact: Fact, dossier: Dossier) -> int | None:
    """The moment the rule lets go of the person for this fact; ``None``: nothing on file ends it."""
    ends = [_ending_at(ending, fact, dossier) for ending in rule.ends if fits(ending.only, fact.record)]
    end = min((moment for moment in ends if moment is not None), default=None)
    if rule.within_days is None or fact.last is None:
        return end
    lapse = fact.last + rule.within_days * DAY
    if _begun(rule, fact.last, lapse, dossier):
        return end
    return lapse if end is None else min(end, lapse)


def _ending_at(ending: Ending, fact: Fact, dossier: Dossier) -> int | None:
    moment = fact.last
    for step in ending.steps:
        moment = _step_done(step, fact, moment, dossier)
        if moment is None:
            return None
    assert moment is not None
    barred = ending.without is not None and _has_history(ending.without, fact, moment, dossier)
    return None if barred else moment


def _step_done(step: Step, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
    """When the step is done, given that the one before was done at ``after`` (None: the fact itself goes
    on).
    """
    match step:
        case OrderOver():
            return fact.last
        case AreaLifted():
            return fact.area.until if fact.area else None
    if after is None:
        return None
    match step:
        case OnEvidence():
            return _first_evidence(step, after, dossier)
        case Served(settings=settings, days=days):
            return _served(isolations(dossier, settings, after), days * DAY)
        case IsolationOver(settings=settings):
            spans = isolations(dossier, settings, after)
            return spans[0][1] if spans else None
        case Elapsed(days=days):
            return after + days * DAY
    return None


def _first_evidence(step: OnEvidence, after: int, dossier: Dossier) -> int | None:
    earliest = after + step.after_hours * HOUR
    found = [fact for fact in facts_of(step, dossier) if taken_at(fact.record) >= earliest]
    return min((max(fact.record.occurred_at, after) for fact in found), default=None)


def _served(spans: Sequence[Span], seconds: int) -> int | None:
    """The moment so many seconds have been spent in the spans."""
    for first, last in spans:
        if last is None or last - first >= seconds:
            return first + seconds
        seconds -= last - first
    return None


def _has_history(history: History, fact: Fact, end: int, dossier: Dossier) -> bool:
    earliest = fact.first - history.within_days * DAY
    return any(
        past.first <= end and (past.last is None or past.last >= earliest)
        for match in history.matches
        for past in facts_of(match, dossier)
    )


def _begun(rule: Rule, after: int, lapse: int, dossier: Dossier) -> bool:
    """Whether an isolation that the rule's endings ask for has begun before the rule would lapse."""
    first_steps = [ending.steps[0] for ending in rule.ends]
    return any(
        span[0] < lapse
        for step in first_steps
        if isinstance(step, Served | IsolationOver)
        for span in isolations(dossier, step.settings, after)
    )
