"""The one path from evidence to a state: single checks, bulks, surveys and recolourings all go through here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ankang.core.colours import Colour
from ankang.core.evidence import Evidence
from ankang.core.rules import UNTOUCHED, AreaIndex, RuleSet, evaluate

from ..rules import State, next_state

COLOURS = tuple(Colour(value) for value in range(len(Colour)))


class Basis(NamedTuple):
    """What a colour is computed from besides the evidence."""

    rule_set: RuleSet
    areas: AreaIndex
    moment: datetime


class Finding(msgspec.Struct, array_like=True, frozen=True):
    """A person whose state should be another one than the stored one.

    ``old``: the stored colour, None without a row. ``mark``: what the stored row showed when it was read; whoever
    evaluates the person meanwhile changes it. ``reasons``: JSON text.
    """

    person: int
    old: int | None
    colour: int
    since: datetime
    until: datetime | None
    reasons: str
    rule_set: str
    mark: str | None = None

    def state(self) -> State:
        """The state as the rules of this room see it."""
        reasons = msgspec.json.decode(self.reasons)
        return State(COLOURS[self.colour], self.since, self.until, reasons, self.rule_set)


def stored_state(colour: int | None, since: Any, until: Any, reasons: str, rule_set: str) -> State | None:
    """A stored row's state; None where there is no row (colour None)."""
    if colour is None:
        return None
    return State(COLOURS[colour], since, until, [] if reasons == "[]" else msgspec.json.decode(reasons), rule_set)


def finding_of(
    person: int, was: State | None, records: Sequence[Evidence], basis: Basis, mark: str | None = None
) -> Finding | None:
    """What the standing evidence means for a person; None: what is stored."""
    rule_set, areas, moment = basis
    assessment = evaluate(records, rule_set, int(moment.timestamp()), areas) if records else UNTOUCHED
    state = next_state(was, assessment, rule_set.name, moment)
    if state == was:
        return None
    reasons = msgspec.json.encode(state.reasons).decode() if state.reasons else "[]"
    old = None if was is None else was.colour.value
    return Finding(person, old, state.colour.value, state.since, state.until, reasons, state.rule_set, mark)
