"""Reading a rule set: the text becomes rules that are known to be sound, or a fault that names the rule and
the place.
"""

import tomllib
from collections.abc import Iterator
from importlib import resources

import msgspec

from ankang.core.evidence import ATTRIBUTES, EvidenceKind
from ankang.core.rules.language import (
    AreaLifted,
    Condition,
    Match,
    OnEvidence,
    OrderOver,
    Rule,
    RuleFile,
)
from ankang.core.rules.plan import Plan, a_plan

_KINDS = frozenset(kind.value for kind in EvidenceKind)
DEFAULT = "zhejiang-2020-07"


class RuleSetFault(ValueError):
    """A rule set that cannot be used; the message names the rule and says what is wrong with it."""


class RuleSet(msgspec.Struct, frozen=True):
    """A checked rule set. ``kinds`` are the evidence kinds that can turn anybody: all else can be passed
    over at once.
    """

    file: RuleFile
    kinds: frozenset[str]
    plan: Plan

    @property
    def name(self) -> str:
        """The name that is kept with every colour computed by it: ``zhejiang-2020-07/1``."""
        return f"{self.file.name}/{self.file.version}"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order of the file."""
        return self.file.rules

    def rule(self, identity: str) -> Rule | None:
        """The rule with this id, if the set has it."""
        return next((rule for rule in self.rules if rule.id == identity), None)


def load(text: str) -> RuleSet:
    """The rule set written in ``text`` (TOML). Raises :class:`RuleSetFault`."""
    try:
        file = msgspec.convert(tomllib.loads(text), RuleFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise RuleSetFault(str(fault)) from None
    _check_ids(file)
    for rule in file.rules:
        _check_rule(rule)
    plan = a_plan(file.rules)
    return RuleSet(file, frozenset(plan), plan)


def load_shipped(name: str = DEFAULT) -> RuleSet:
    """A rule set that ships with the platform. Raises :class:`RuleSetFault` for a name that does not."""
    path = resources.files("ankang.core.rules").joinpath(f"data/{name}.toml")
    if "/" in name or not path.is_file():
        raise RuleSetFault(f"no rule set is called {name!r}")
    return load(path.read_text(encoding="utf-8"))


def _check_ids(file: RuleFile) -> None:
    seen: set[str] = set()
    for rule in file.rules:
        if rule.id in seen:
            raise RuleSetFault(f"rule {rule.id}: the id is used twice")
        seen.add(rule.id)


def _check_rule(rule: Rule) -> None:
    if not rule.id.startswith(rule.colour + "."):
        raise RuleSetFault(f"rule {rule.id}: the id says another colour than {rule.colour!r}")
    for match in _matches(rule):
        _check_match(rule, match)
    for ending in rule.ends:
        for match in rule.when:
            _check_where(rule, match.kind, ending.only, lenient=len(rule.when) > 1)
        for step in ending.steps:
            _check_step_fits(rule, step)


def _matches(rule: Rule) -> Iterator[Match]:
    yield from rule.when
    for ending in rule.ends:
        yield from (step for step in ending.steps if isinstance(step, OnEvidence))
        if ending.without:
            yield from ending.without.matches


def _check_match(rule: Rule, match: Match) -> None:
    if match.kind not in _KINDS:
        raise RuleSetFault(f"rule {rule.id}: no evidence kind is called {match.kind!r}")
    if match.areas and match.kind != EvidenceKind.STAY:
        raise RuleSetFault(f"rule {rule.id}: only a stay has areas, not {match.kind!r}")
    _check_where(rule, match.kind, match.where)


def _check_where(rule: Rule, kind: str, where: dict[str, Condition], lenient: bool = False) -> None:
    fields = ATTRIBUTES[EvidenceKind(kind)].__struct_fields__
    for name, condition in where.items():
        if name not in fields and not lenient:
            raise RuleSetFault(f"rule {rule.id}: {kind!r} has no attribute {name!r}")
        if condition == Condition():
            raise RuleSetFault(f"rule {rule.id}: the condition on {name!r} is empty")


def _check_step_fits(rule: Rule, step: object) -> None:
    if isinstance(step, OrderOver) and any(match.kind != EvidenceKind.ISOLATION for match in rule.when):
        raise RuleSetFault(f"rule {rule.id}: 'order_over' fits isolation only")
    if isinstance(step, AreaLifted) and any(not match.areas for match in rule.when):
        raise RuleSetFault(f"rule {rule.id}: 'area_lifted' needs areas")
