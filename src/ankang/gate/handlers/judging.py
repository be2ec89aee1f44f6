"""Decisions that verify and scan share."""

from ankang.core.colours import Colour
from ankang.core.policies import decide
from ankang.core.verdicts import Direction, Reason, Verdict
from ankang.gate.state import Checkpoint, State

Judgement = tuple[int, int, int]
"""verdict, reason, colour."""

_STALE: Judgement = (Verdict.REFER, Reason.STALE, Colour.GREY)
_OF_THE_CLOCK = (Reason.EXPIRED, Reason.NOT_YET_VALID)
_LEAVES: Judgement = (Verdict.ADMIT, Reason.OK, Colour.GREY)


def refusal(reason: int) -> Judgement:
    """A denial for ``reason`` that tells no colour."""
    return (Verdict.DENY, reason, Colour.GREY)


def refuse_code(state: State, reason: int) -> Judgement:
    """A denial of a code for ``reason``; when our clock is wrong, a code of another minute is no fault of the citizen's."""
    return _STALE if state.clock_is_off and reason in _OF_THE_CLOCK else refusal(reason)


def is_nobody(state: State, person: int, now: float) -> bool:
    """Whether a code's index is no one's: a decoy's, or of a number never given out. Unknown while colours are stale."""
    return not state.is_stale(now) and not state.colours.knows(person)


def judge(state: State, checkpoint: Checkpoint, person: int, temperature: int, direction: int, now: float) -> Judgement:
    """Colour now and the place's policy; ``temperature`` in tenths, 0 when not taken.

    With colours older than the limit nobody is green: who enters is referred, who leaves may leave.
    """
    if state.is_stale(now):
        return _LEAVES if direction == Direction.EXIT else _STALE
    colour = state.colours.colour(person)
    policy = state.policy(checkpoint, now)
    tested = policy.test_hours > 0 and state.tests.is_younger(person, policy.test_hours, now)
    verdict, reason = decide(policy, colour, temperature or None, direction, tested)
    return (verdict, reason, colour)
