"""When a fact begins and stops to count: steps, walked one after the other over the dossier.

Each step of the language is made ready once, with its matcher, and asked ``done(fact, after, dossier)``: the
moment it is done when the step before was done at ``after`` (None: the fact itself goes on); None: not yet.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ankang.core.rules.facts import (
    DAY,
    HOUR,
    AttributeTest,
    Dossier,
    Fact,
    Matcher,
    Span,
    attribute_test,
    isolations,
    taken_at,
)
from ankang.core.rules.language import (
    Elapsed,
    Ending,
    History,
    IsolationOver,
    OnEvidence,
    Served,
)


class ReadyStep(Protocol):
    """A step made ready. ``anew``: counted from the beginning, not from the step before."""

    @property
    def anew(self) -> bool:
        """Whether the step counts from the beginning."""

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """The moment the step is done."""


class Found:
    """Matching evidence: so many records, so far apart, sampled late enough."""

    def __init__(self, step: OnEvidence) -> None:
        """The step as written."""
        self.matcher, self.step = Matcher(step), step
        self.anew = step.counted_from == "beginning"

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """When the last of them is known."""
        if after is None:
            return None
        earliest = after + self.step.after_hours * HOUR
        taken = [
            (max(record.occurred_at, after), sampled)
            for record in dossier.kinds.get(self.matcher.kind, ())
            if (sampled := taken_at(record)) >= earliest and self.matcher.fits(record, dossier.areas)
        ]
        if self.step.times == 1:
            return min(taken)[0] if taken else None
        return _enough(sorted(taken), self.step.times, self.step.apart_hours * HOUR)


class Spent:
    """Days spent in isolation."""

    def __init__(self, step: Served) -> None:
        """The step as written."""
        self.settings, self.seconds = step.settings, step.days * DAY
        self.anew = step.counted_from == "beginning"

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """The moment so many seconds have been spent in the spans."""
        if after is None:
            return None
        return _spent(isolations(dossier, self.settings, after), self.seconds)


class Released:
    """The end of an unbroken isolation."""

    def __init__(self, step: IsolationOver) -> None:
        """The step as written."""
        self.settings = step.settings
        self.anew = step.counted_from == "beginning"

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """When the first one that lasts beyond ``after`` ends."""
        spans = [] if after is None else isolations(dossier, self.settings, after)
        return spans[0][1] if spans else None


class OwnOrderOver:
    """The end of the order that turned the person."""

    anew = False

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """The fact's own end."""
        return fact.last


class Lifted:
    """The end of the area's assessment."""

    anew = False

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """The area's own end."""
        return fact.area.until if fact.area else None


class Waited:
    """So many days."""

    def __init__(self, step: Elapsed) -> None:
        """The step as written."""
        self.seconds = step.days * DAY
        self.anew = step.counted_from == "beginning"

    def done(self, fact: Fact, after: int | None, dossier: Dossier) -> int | None:
        """So many seconds later."""
        return None if after is None else after + self.seconds


class Bar(NamedTuple):
    """A history that bars an ending."""

    seconds: int
    matchers: tuple[Matcher, ...]

    def stands(self, fact: Fact, end: int, dossier: Dossier) -> bool:
        """Whether such a history lies within the time before the fact, or between it and the ending."""
        earliest = fact.first - self.seconds
        return any(
            past.first <= end and (past.last is None or past.last >= earliest)
            for matcher in self.matchers
            for past in matcher.all_facts(dossier)
        )


class Course(NamedTuple):
    """An ending made ready."""

    steps: tuple[ReadyStep, ...]
    only: AttributeTest | None
    bar: Bar | None

    def end(self, fact: Fact, dossier: Dossier) -> int | None:
        """The moment this ending lets go of the fact, or None."""
        if self.only is not None and not self.only(fact.record.attributes):
            return None
        moment = walk(self.steps, fact, dossier)
        if moment is None or (self.bar is not None and self.bar.stands(fact, moment, dossier)):
            return None
        return moment


def a_bar(history: History) -> Bar:
    """A history made ready."""
    return Bar(history.within_days * DAY, tuple(map(Matcher, history.matches)))


def a_course(ending: Ending, steps: tuple[ReadyStep, ...]) -> Course:
    """An ending made ready, given its steps."""
    bar = a_bar(ending.without) if ending.without else None
    return Course(steps, attribute_test(ending.only), bar)


def walk(steps: Sequence[ReadyStep], fact: Fact, dossier: Dossier) -> int | None:
    """The moment the last of the steps is done, from the fact's end on; None: not yet."""
    moment = fact.last
    for step in steps:
        done = step.done(fact, fact.last if step.anew else moment, dossier)
        if done is None:
            return None
        moment = done if moment is None else max(done, moment)
    return moment


def _enough(taken: Sequence[tuple[int, int]], times: int, apart: int) -> int | None:
    """When so many samples, each ``apart`` seconds after the one before, are known; pairs: known, sampled."""
    samples: list[int] = []
    for known, sampled in taken:
        samples.append(sampled)
        if _spaced(sorted(samples), apart) >= times:
            return known
    return None


def _spaced(samples: Sequence[int], apart: int) -> int:
    """How many of the samples can be taken so that each is ``apart`` or more after the one before."""
    count, last = 0, None
    for sampled in samples:
        if last is None or sampled - last >= apart:
            count, last = count + 1, sampled
    return count


def _spent(spans: Sequence[Span], seconds: int) -> int | None:
    for first, last in spans:
        if last is None or last - first >= seconds:
            return first + seconds
        seconds -= last - first
    return None
