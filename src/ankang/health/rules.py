"""Pure decisions of the health room: what state an assessment means, and what counts as a change."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ankang.core.colours import Colour
from ankang.core.rules import ActiveReason, Assessment

CLOCK_SKEW = timedelta(minutes=10)
UNCHECKED_AFTER = timedelta(minutes=1)


class State(NamedTuple):
    """What is kept of a person's colour."""

    colour: Colour
    since: datetime
    until: datetime | None
    reasons: list[dict[str, Any]]
    rule_set: str


class Change(NamedTuple):
    """One row of the feed, not yet numbered."""

    person: int
    old: Colour | None
    state: State


def unchecked(now: datetime) -> State:
    """A newly applied person: grey until checked."""
    return State(Colour.GREY, now, None, [], "")


def next_state(was: State | None, assessment: Assessment, rule_set: str, now: datetime) -> State:
    """The state an assessment means.

    ``since`` is what the evidence says; where it says nothing (never any, or all retracted) the colour has
    been so since it was before, or since now. Where no rule holds, the name of the rule set says nothing and
    stays what it was: a new rule set does not rewrite the rows of all the people it does not concern.
    """
    same = was is not None and was.colour is assessment.colour
    fallback = was.since if same and was is not None else now
    if was is not None and same and not assessment.reasons:
        rule_set = was.rule_set
    return State(
        assessment.colour,
        fallback if assessment.since is None else _moment(assessment.since),
        None if assessment.until is None else _moment(assessment.until),
        [_reason(reason) for reason in assessment.reasons],
        rule_set,
    )


def change_of(person: int, was: State | None, state: State) -> Change | None:
    """The change for the feed, if the colour is another one than before."""
    old = was.colour if was else None
    return None if old is state.colour else Change(person, old, state)


def _reason(reason: ActiveReason) -> dict[str, Any]:
    """A reason as it is stored: moments in unix seconds, texts by language."""
    return {
        "rule": reason.rule,
        "colour": reason.colour.slug,
        "text": {"zh": reason.text.zh, "en": reason.text.en},
        "ends_when": {"zh": reason.ends_when.zh, "en": reason.ends_when.en},
        "evidence": reason.evidence,
        "since": reason.since,
        "until": reason.until,
    }


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
