"""Colour is a pure function of one person's evidence, a rule set, the areas and the moment (architecture.md).

Only evidence whose moment has come is seen. Every matched fact becomes a *spell*: this rule, from then until
then. Spells begin no earlier than their record and are ended by evidence no earlier than that evidence, so
the colour is constant between the moments an assessment names.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ankang.core.colours import Colour
from ankang.core.evidence_kinds import Evidence
from ankang.core.rules.facts import Dossier, is_late
from ankang.core.rules.language import Area, Text
from ankang.core.rules.loading import RuleSet
from ankang.core.rules.plan import Spell, Trigger


class ActiveReason(NamedTuple):
    """Why: the rule, its words, the evidence, since when, until when (if known) and what ends it."""

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

    ``since`` None: as far back as the evidence goes. ``until``: when the colour changes by itself, or when
    the next evidence that was given but lies in the future is to be seen, whichever is earlier; None: not
    before new evidence comes.
    """

    colour: Colour
    reasons: tuple[ActiveReason, ...]
    since: int | None
    until: int | None


UNTOUCHED = Assessment(Colour.GREEN, (), None, None)
_COLOURS = {colour.severity: colour for colour in Colour}


def evaluate(evidence: Sequence[Evidence], rule_set: RuleSet, moment: int, areas: Sequence[Area] = ()) -> Assessment:
    """One person's colour at ``moment`` (unix seconds) from the standing evidence (Z20 1; the worst rule
    wins).

    Pass an :class:`AreaIndex` as ``areas`` when there are many. Nobody is grey here: grey means that nobody
    has evaluated yet.
    """
    plan, touched, unseen = rule_set.plan, False, None
    for record in evidence:
        if record.occurred_at > moment:
            unseen = record.occurred_at if unseen is None else min(unseen, record.occurred_at)
        elif not touched and record.kind in plan:
            touched = _touches(plan[record.kind], record, areas)
    if not touched:
        return UNTOUCHED if unseen is None else UNTOUCHED._replace(until=unseen)
    seen = evidence if unseen is None else _seen(evidence, moment)
    assessment = read(spells(seen, rule_set, areas), moment)
    if any(map(is_late, seen)):
        assessment = assessment._replace(since=_since(seen, rule_set, moment, areas, assessment.colour))
    if unseen is not None and (assessment.until is None or unseen < assessment.until):
        assessment = assessment._replace(until=unseen)
    return assessment


def spells(evidence: Iterable[Evidence], rule_set: RuleSet, areas: Sequence[Area] = ()) -> list[Spell]:
    """Every rule's hold on the person over all time, worst colour first, then in the order of beginning."""
    dossier, plan = Dossier(evidence, areas), rule_set.plan
    found = [
        spell
        for record in dossier.records
        if record.kind in plan
        for test, matcher, rule in plan[record.kind]
        if test is None or test(record.attributes)
        for fact in matcher.facts(record, areas)
        if (spell := rule.spell(fact, dossier)) is not None
    ]
    if len(found) > 1:
        found = list({_order(spell): spell for spell in found}.values())
        found.sort(key=_order)
    return found


def read(held: Sequence[Spell], moment: int) -> Assessment:
    """What the spells, in their order, say at a moment."""
    active = [spell for spell in held if spell.since <= moment and (spell.until is None or moment < spell.until)]
    severity = active[0].severity if active else 0
    since, until = _extent(held, severity, moment)
    return Assessment(_COLOURS[severity], tuple(map(_reason, active)), since, until)


def _touches(triggers: Sequence[Trigger], record: Evidence, areas: Sequence[Area]) -> bool:
    """Whether the record turns the person by any rule; most records of most people do not."""
    for test, matcher, _ in triggers:
        if (test is None or test(record.attributes)) and (not matcher.levels or matcher.facts(record, areas)):
            return True
    return False


def _order(spell: Spell) -> tuple[int, int, str, str, float]:
    until = float("inf") if spell.until is None else spell.until
    return -spell.severity, spell.since, spell.rule.id, spell.evidence, until


def _seen(evidence: Iterable[Evidence], moment: int) -> list[Evidence]:
    return [record for record in evidence if record.occurred_at <= moment]


def _reason(spell: Spell) -> ActiveReason:
    rule = spell.rule
    return ActiveReason(rule.id, spell.colour, rule.text, spell.evidence, spell.since, spell.until, rule.ends_when)


def _extent(held: Sequence[Spell], severity: int, moment: int) -> tuple[int | None, int | None]:
    """From which boundary before the moment to which one after it the colour is the same."""
    edges = {spell.since for spell in held}
    edges.update(spell.until for spell in held if spell.until is not None)
    since = until = None
    for edge in sorted(edges, reverse=True):
        if edge <= moment and _severity_at(held, edge - 1) != severity:
            since = edge
            break
    for edge in sorted(edges):
        if edge > moment and _severity_at(held, edge) != severity:
            until = edge
            break
    return since, until


def _severity_at(held: Sequence[Spell], moment: int) -> int:
    for spell in held:
        if spell.since <= moment and (spell.until is None or moment < spell.until):
            return spell.severity
    return 0


def _since(
    seen: Sequence[Evidence], rule_set: RuleSet, moment: int, areas: Sequence[Area], colour: Colour
) -> int | None:
    """Since when the colour has been so, when orders were recorded after the fact: each of them is a turn
    before which less was known.
    """
    turns = sorted({record.occurred_at for record in seen if is_late(record)}, reverse=True)
    for turn in [*turns, None]:
        since = read(spells(_seen(seen, moment), rule_set, areas), moment).since
        if turn is None or (since is not None and since > turn):
            return since
        moment = turn - 1
        if read(spells(_seen(seen, moment), rule_set, areas), moment).colour is not colour:
            return turn
    return None
