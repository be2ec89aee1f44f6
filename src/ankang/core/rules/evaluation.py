"""Colour is a pure function of one person's evidence, a rule set, the areas and the moment (architecture.md).

Every matched fact becomes a *spell*: this rule, from then until then. The spells do not depend on the
moment asked for; a moment only reads them. So the colour between the moments an assessment names is
constant by construction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ankang.core.colours import Colour, worst
from ankang.core.evidence import Evidence
from ankang.core.rules.endings import end_of
from ankang.core.rules.facts import facts_of, open_dossier
from ankang.core.rules.language import Area, Rule, Text
from ankang.core.rules.loading import RuleSet


class Spell(NamedTuple):
    """A rule holds a person from ``since`` until ``until`` (None: nothing on file ends it)."""

    rule: Rule
    evidence: str
    since: int
    until: int | None

    @property
    def colour(self) -> Colour:
        """The colour of the rule."""
        return Colour[self.rule.colour.upper()]

    def active(self, moment: int) -> bool:
        """Whether the spell holds at the moment; its end no longer belongs to it."""
        return self.since <= moment and (self.until is None or moment < self.until)


class ActiveReason(NamedTuple):
    """Why: the rule, its words, the evidence behind it, since when, until when (if known) and what ends it."""

    rule: str
    colour: Colour
    text: Text
    evidence: str
    since: int
    until: int | None
    ends_when: Text


class Assessment(NamedTuple):
    """The colour at a moment, every active reason (worst first), since when it has been so and how long it
    stays so.

    ``since`` None: as far back as the evidence goes; ``until`` None: until new evidence comes.
    """

    colour: Colour
    reasons: tuple[ActiveReason, ...]
    since: int | None
    until: int | None


UNTOUCHED = Assessment(Colour.GREEN, (), None, None)


def evaluate(
    evidence: Sequence[Evidence], rule_set: RuleSet, moment: int, areas: Sequence[Area] = ()
) -> Assessment:
    """One person's colour at ``moment`` (unix seconds) from the standing evidence (Z20 1; the worst rule
    wins).

    Nobody is grey here: grey means that nobody has evaluated yet.
    """
    return read(spells(evidence, rule_set, areas), moment)


def spells(evidence: Sequence[Evidence], rule_set: RuleSet, areas: Sequence[Area] = ()) -> list[Spell]:
    """Every rule's hold on the person over all time, in the order of beginning."""
    if rule_set.kinds.isdisjoint(record.kind for record in evidence):
        return []
    dossier = open_dossier(evidence, areas)
    found = [
        Spell(rule, fact.record.id, fact.first, end_of(rule, fact, dossier))
        for rule in rule_set.rules
        for match in rule.when
        for fact in facts_of(match, dossier)
    ]
    lasting = {
        (spell.since, spell.rule.id, spell.evidence, spell.until or 0): spell
        for spell in found
        if spell.until is None or spell.until > spell.since
    }
    return [lasting[key] for key in sorted(lasting)]


def read(held: Sequence[Spell], moment: int) -> Assessment:
    """What the spells say at a moment."""
    if not held:
        return UNTOUCHED
    active = [spell for spell in held if spell.active(moment)]
    colour = worst(spell.colour for spell in active)
    since, until = _extent(held, colour, moment)
    reasons = sorted(active, key=lambda spell: -spell.colour.severity)
    return Assessment(colour, tuple(map(_reason, reasons)), since, until)


def _reason(spell: Spell) -> ActiveReason:
    rule = spell.rule
    return ActiveReason(
        rule.id, spell.colour, rule.text, spell.evidence, spell.since, spell.until, rule.ends_when
    )


def _extent(held: Sequence[Spell], colour: Colour, moment: int) -> tuple[int | None, int | None]:
    """From which boundary before the moment to which one after it the colour is the same."""
    edges = sorted(
        {spell.since for spell in held} | {spell.until for spell in held if spell.until is not None}
    )
    since = None
    for edge in reversed([edge for edge in edges if edge <= moment]):
        since = edge
        if _colour_at(held, edge - 1) != colour:
            break
    else:
        since = None
    until = next((edge for edge in edges if edge > moment and _colour_at(held, edge) != colour), None)
    return since, until


def _colour_at(held: Sequence[Spell], moment: int) -> Colour:
    return worst(spell.colour for spell in held if spell.active(moment))
