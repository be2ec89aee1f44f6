"""The language rule sets are written in: what a TOML file may say, and what each word means.

A rule says *when* it turns a person (any of its matches), from which moment, and how that *ends* (the
earliest of its endings). Durations and evidence kinds are data, never constants in code (domain.md §1).
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Level = Literal["low", "medium", "high", "severe", "prevention", "control", "sealed"]
Setting = Literal["central", "home"]
Days = Annotated[int, Meta(ge=1, le=3650)]
Scalar = str | bool | float
AreaCode = Annotated[str, Meta(pattern=r"^[0-9]{2,12}$")]
CountedFrom = Literal["step", "beginning"]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in Chinese and English."""

    zh: Annotated[str, Meta(min_length=1, max_length=500)]
    en: Annotated[str, Meta(min_length=1, max_length=1000)]

    def word(self, lang: str) -> str:
        """The sentence; ``lang`` is ``zh`` or ``en``."""
        return self.zh if lang.startswith("zh") else self.en


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """What one attribute must be; every part given must hold."""

    one_of: tuple[Scalar, ...] = ()
    none_of: tuple[Scalar, ...] = ()
    starts_with: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: object) -> bool:
        """Whether the attribute's value fits; an absent value fits only a pure ``none_of``."""
        if self.one_of and value not in self.one_of:
            return False
        if self.none_of and value in self.none_of:
            return False
        if self.starts_with and not (isinstance(value, str) and value.startswith(self.starts_with)):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        if not isinstance(value, int | float):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of evidence, conditions on its attributes and, for a stay, the levels of the areas it must
    touch.
    """

    kind: str
    where: dict[str, Condition] = field(default_factory=dict)
    areas: tuple[Level, ...] = ()


class OnEvidence(Match, frozen=True, tag_field="on", tag="evidence", kw_only=True):
    """The first matching evidence, or the first ``times`` of them, ``apart_hours`` or more apart.

    A test counts by its sampling: it must be sampled ``after_hours`` or more after the step before (negative:
    it may have been sampled that much earlier). It takes effect when its result is known.
    """

    after_hours: Annotated[int, Meta(ge=-8760, le=8760)] = 0
    times: Annotated[int, Meta(ge=1, le=10)] = 1
    apart_hours: Annotated[int, Meta(ge=0, le=720)] = 0
    counted_from: CountedFrom = "step"


class Served(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="served"):
    """So many days of isolation spent in these settings, counted without gaps and without counting overlaps
    twice.
    """

    settings: Annotated[tuple[Setting, ...], Meta(min_length=1)]
    days: Days
    counted_from: CountedFrom = "step"


class IsolationOver(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="isolation_over"):
    """The end of the first unbroken isolation in these settings that lasts beyond the step before."""

    settings: Annotated[tuple[Setting, ...], Meta(min_length=1)]
    counted_from: CountedFrom = "step"


class OrderOver(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="order_over"):
    """The end of the very isolation order that turned the person."""


class AreaLifted(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="area_lifted"):
    """The moment the area's own assessment ends."""


class Elapsed(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="elapsed"):
    """So many days after the step before."""

    days: Days
    counted_from: CountedFrom = "step"


class RuleOver(Struct, frozen=True, forbid_unknown_fields=True, tag_field="on", tag="rule_over"):
    """The moment another rule lets go of the person for this same fact."""

    rule: str


Step = OnEvidence | Served | IsolationOver | OrderOver | AreaLifted | Elapsed | RuleOver


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """Evidence that bars an ending when it lies within so many days before the fact, or between it and the
    ending.
    """

    within_days: Days
    matches: Annotated[tuple[Match, ...], Meta(min_length=1)]


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps one after the other; ``only`` narrows it to some facts, ``without`` bars it for people with
    such a history.

    A step with ``counted_from = "beginning"`` is counted from the beginning of the ending, not from the step
    before, and done no earlier than that one.
    """

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    only: dict[str, Condition] = field(default_factory=dict)
    without: History | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table an epidemiologist reads.

    ``begins``: steps after the fact until the rule begins to hold; without them it holds at once. Endings
    count from then. ``within_days``: the fact turns a person for so many days only, unless an isolation that
    ends it has begun in that time; then it lasts until that is complete. ``beside``: rules of another colour
    with the same facts, known to the author (the worse colour wins).
    """

    id: Annotated[str, Meta(pattern=r"^(red|yellow)\.[a-z0-9_]+$")]
    colour: Literal["red", "yellow"]
    text: Text
    ends_when: Text
    source: Annotated[str, Meta(min_length=1)]
    when: Annotated[tuple[Match, ...], Meta(min_length=1)]
    ends: tuple[Ending, ...] = ()
    begins: tuple[Step, ...] = ()
    within_days: Days | None = None
    beside: tuple[str, ...] = ()


class ExampleRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """One record of a worked example; moments are TOML dates and times (without an offset: Shanghai)."""

    kind: str
    occurred_at: datetime
    attributes: dict[str, object] = field(default_factory=dict)


class ExampleArea(Struct, frozen=True, forbid_unknown_fields=True):
    """One assessed area of a worked example."""

    code: AreaCode
    level: Level
    since: datetime
    until: datetime | None = None


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A worked example: with this evidence, at this moment, this colour for these rules.

    ``rules`` are the ids of the active rules, each once, worst colour first; ``until`` is checked when given.
    """

    says: Annotated[str, Meta(min_length=1)]
    at: datetime
    colour: Literal["green", "yellow", "red"]
    rules: tuple[str, ...] = ()
    until: datetime | None = None
    evidence: tuple[ExampleRecord, ...] = ()
    areas: tuple[ExampleArea, ...] = ()


class Header(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a file says of itself. ``region`` is the GB/T 2260 code of the province (or city) it is for;
    empty: anywhere.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z0-9]+)*$", max_length=60)]
    version: Annotated[int, Meta(ge=1)]
    effective_from: date
    title: Text
    source: Annotated[str, Meta(min_length=1)]
    region: Annotated[str, Meta(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""


class RuleFile(Header, frozen=True, kw_only=True):
    """A whole file."""

    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    examples: tuple[Example, ...] = ()


class Area(Struct, frozen=True, forbid_unknown_fields=True):
    """A place assessed at a level for a time; ``code`` is a prefix of the GB/T 2260 (or longer) codes it
    covers.

    Levels: ``low`` 低, ``medium`` 中, ``high`` 高风险, ``severe`` 严峻; the zones ``prevention`` 防范区,
    ``control`` 管控区, ``sealed`` 封控区.
    """

    code: AreaCode
    level: Level
    since: int
    until: int | None = None
    name: str = ""
