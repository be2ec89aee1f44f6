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


class Stored(NamedTuple):
    """A stored row: a state whose reasons are still JSON text; most of them need never be read."""

    colour: Colour
    since: datetime
    until: datetime | None
    text: str
    rule_set: str

    @classmethod
    def of(cls, state: State) -> "Stored":
        """A state as it is stored."""
        text = msgspec.json.encode(state.reasons).decode()
        return cls(state.colour, state.since, state.until, text, state.rule_set)

    def state(self) -> State:
        """With the reasons read."""
        return State(self.colour, self.since, self.until, msgspec.json.decode(self.text), self.rule_set)


def a_stored_row(colour: int | None, since: Any, until: Any, reasons: str, rule_set: str) -> Stored | None:
    """A row of the table; None where there is none (colour None)."""
    return None if colour is None else Stored(COLOURS[colour], since, until, reasons, rule_set)


def finding_of(
    person: int, was: Stored | None, records: Sequence[Evidence], basis: Basis, mark: str | None = None
) -> Finding | None:
    """What the standing evidence means for a person; None: what is stored."""
    rule_set, areas, moment = basis
    assessment = evaluate(records, rule_set, int(moment.timestamp()), areas) if records else UNTOUCHED
    before = None if was is None else State(was.colour, was.since, was.until, [], was.rule_set)
    state = next_state(before, assessment, rule_set.name, moment)
    if was is not None and state.rule_set == was.rule_set and state == was.state():
        return None
    reasons = msgspec.json.encode(state.reasons).decode() if state.reasons else "[]"
    old = None if was is None else was.colour.value
    return Finding(person, old, state.colour.value, state.since, state.until, reasons, state.rule_set, mark)
