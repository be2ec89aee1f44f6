"""Place types and who may enter them (domain.md §1, Z20 2).

The types ship with the platform in ``data/place-types.toml``: their numbers stand in printed codes. Who is admitted to them is a
*policy set*, one for the whole province and of one version at a time; the set in that file is version 0. Later versions are
drafted, approved and released as data (``places``); gates and scanners get them as the text that was signed.

``decide`` stands on the gate's hot path: three comparisons and one tuple index. A policy hangs on nothing but the place type:
no city, organisation or checkpoint has a place to put a condition of its own (Z20 3(一): 坚决杜绝层层加码).
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Literal, NamedTuple

import msgspec

from ankang.core.colours import Colour
from ankang.core.verdicts import Direction, Reason, Verdict

Outcome = tuple[Verdict, Reason]

ADMITTED: Outcome = (Verdict.ADMIT, Reason.OK)
_EXIT = int(Direction.EXIT)
_HOT = len(Colour)
_UNTESTED = 2 * len(Colour)
LONGEST_TEST = 168
"""Hours: the longest test age a policy may ask for."""


class Policy(NamedTuple):
    """A door's rule: ``outcomes[colour]``; plus 4 for a person with fever, plus 8 for one without the test asked for.

    ``test_hours``: how old a negative nucleic-acid test may be, counted from its sampling; 0 = none is asked for. ``mask``: the
    staff see that one is worn; no machine does.
    """

    temperature_limit: int
    outcomes: tuple[Outcome, ...]
    test_hours: int = 0
    mask: bool = False


class PlaceType(NamedTuple):
    """One type of place; ``id`` is the byte in place codes and in the checkpoint table. ``policy``: of version 0."""

    id: int
    slug: str
    zh: str
    en: str
    policy: Policy
    source: str

    def word(self, lang: str) -> str:
        """The type's name; ``lang`` is ``zh`` or ``en``."""
        return self.zh if lang.startswith("zh") else self.en


def decide(
    policy: Policy, colour: int, temperature: int | None, direction: int, tested: bool = False
) -> Outcome:
    """Admit, refer or deny, and why. ``temperature`` in tenths of a degree Celsius, ``None`` when not taken.

    Whoever leaves is admitted. At or above the limit an admission or a referral becomes a referral for temperature. Where a
    test is asked for, an admission without one is a referral: the staff may look at a report on paper. ``tested``: a
    negative result is known that is young enough (:attr:`Policy.test_hours`); not known counts as none.
    """
    if direction == _EXIT:
        return ADMITTED
    at = colour
    if temperature is not None and temperature >= policy.temperature_limit:
        at += _HOT
    if policy.test_hours and not tested:
        at += _UNTESTED
    return policy.outcomes[at]


def policy_of(place_type: int) -> Policy:
    """The shipped policy of the place type with this number. Raises KeyError for a number that is not one."""
    return PLACE_TYPES[place_type].policy


# -- policy sets ------------------------------------------------------------------------------------------------------

Word = Literal["admit", "refer", "deny"]
Limit = Annotated[int, msgspec.Meta(ge=360, le=420)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_TEST)]


class PolicyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds at one type of place: a verdict a colour, a test's age in hours (0: none), a mask, and on what grounds."""

    type: str
    green: Word
    grey: Word
    yellow: Word
    red: Word
    test_hours: Hours = 0
    mask: bool = False
    source: Annotated[str, msgspec.Meta(max_length=500)] = ""


class PolicySet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the whole: every place type once. ``temperature_limit`` in tenths of a degree."""

    version: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    temperature_limit: Limit
    rows: tuple[PolicyRow, ...]


class PolicyFault(ValueError):
    """``faults``: (place type or empty, field, code); codes are not_readable, unknown_type, missing_type, twice,
    green_not_admitted, red_admitted, worse_admitted_easier."""

    def __init__(self, faults: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(f"{slug} {field}: {code}" for slug, field, code in faults))
        self.faults = faults


class Policies:
    """A policy set ready for doors."""

    __slots__ = ("_by_type", "set", "version")

    def __init__(self, policies: PolicySet) -> None:
        self.set, self.version = policies, policies.version
        rows = {row.type: row for row in policies.rows}
        made = {one.id: _policy(policies.temperature_limit, rows[one.slug]) for one in PLACE_TYPES.values()}
        first = made[min(made)]
        self._by_type = tuple(made.get(number, first) for number in range(256))

    def of(self, place_type: int) -> Policy:
        """The policy of a place type; a number that is no type gets the first one's (its doors are closed anyway)."""
        return self._by_type[place_type]


def load_policies(text: str) -> Policies:
    """The set in a text of :func:`policy_text`. Raises PolicyFault, which names everything that is wrong."""
    try:
        found = msgspec.json.decode(text, type=PolicySet)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PolicyFault([("", str(error)[:200], "not_readable")]) from None
    faults = faults_of(found)
    if faults:
        raise PolicyFault(faults)
    return Policies(found)


def policy_text(policies: PolicySet) -> str:
    """The one way to write a set down (its SM3 is what is approved and signed): JSON, sorted, a line a place type."""
    rows = sorted(policies.rows, key=lambda row: BY_SLUG[row.type].id if row.type in BY_SLUG else 999)
    lines = ",\n".join("  " + msgspec.json.encode(row, order="sorted").decode() for row in rows)
    head = f'"temperature_limit":{policies.temperature_limit},"version":{policies.version}'
    return f'{{"rows":[\n{lines}\n],{head}}}\n'


def faults_of(policies: PolicySet) -> list[tuple[str, str, str]]:
    """What no version may say: green is free everywhere (Z20 2(三)), red is admitted nowhere (Z20 2(一)), and no colour
    opens a door that a better one does not."""
    slugs = [row.type for row in policies.rows]
    faults = [(slug, "type", "unknown_type") for slug in slugs if slug not in BY_SLUG]
    faults += [(slug, "type", "twice") for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1})]
    faults += [(slug, "type", "missing_type") for slug in BY_SLUG if slug not in slugs]
    for row in policies.rows:
        if row.green != "admit":
            faults.append((row.type, "green", "green_not_admitted"))
        if row.red == "admit":
            faults.append((row.type, "red", "red_admitted"))
        if _ease(row.red) > _ease(row.yellow):
            faults.append((row.type, "red", "worse_admitted_easier"))
    return faults


def _ease(word: Word) -> int:
    return ("deny", "refer", "admit").index(word)


def _policy(limit: int, row: PolicyRow) -> Policy:
    words = {Colour.GREY: row.grey, Colour.GREEN: row.green, Colour.YELLOW: row.yellow, Colour.RED: row.red}
    cool = [_outcome(words[colour]) for colour in Colour]
    hot = [_with_fever(outcome) for outcome in cool]
    untested = [_without_test(outcome) for outcome in (*cool, *hot)]
    return Policy(limit, (*cool, *hot, *untested), row.test_hours, row.mask)


def _outcome(word: str) -> Outcome:
    try:
        verdict = Verdict[word.upper()]
    except KeyError:
        raise ValueError(f"{word!r} is no verdict") from None
    return (verdict, Reason.OK if verdict is Verdict.ADMIT else Reason.COLOUR)


def _with_fever(outcome: Outcome) -> Outcome:
    return outcome if outcome[0] is Verdict.DENY else (Verdict.REFER, Reason.TEMPERATURE)


def _without_test(outcome: Outcome) -> Outcome:
    return (Verdict.REFER, Reason.TEST) if outcome[0] is Verdict.ADMIT else outcome


# -- the types, and version 0 -----------------------------------------------------------------------------------------


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    id: int
    slug: str
    zh: str
    en: str
    yellow: Word
    source: str
    mask: bool = False


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    temperature_limit: int
    green: Word
    grey: Word
    red: Word
    place_types: list[_Row]


def load_place_types(text: str) -> dict[int, PlaceType]:
    """Place types by number from the TOML text. Raises ValueError for an unknown verdict or a number used
    twice.
    """
    table = msgspec.convert(tomllib.loads(text), _Table)
    types = {row.id: _place_type(table, row) for row in table.place_types}
    if len(types) != len(table.place_types) or not all(1 <= number <= 255 for number in types):
        raise ValueError("place type numbers must be different and fit a byte")
    return types


def _place_type(table: _Table, row: _Row) -> PlaceType:
    policy = _policy(table.temperature_limit, _shipped_row(table, row))
    return PlaceType(row.id, row.slug, row.zh, row.en, policy, row.source)


def _shipped_row(table: _Table, row: _Row) -> PolicyRow:
    return PolicyRow(row.slug, table.green, table.grey, row.yellow, table.red, 0, row.mask, row.source)


def _shipped_set(text: str) -> PolicySet:
    table = msgspec.convert(tomllib.loads(text), _Table)
    return PolicySet(0, table.temperature_limit, tuple(_shipped_row(table, row) for row in table.place_types))


_TEXT = resources.files("ankang.core").joinpath("data/place-types.toml").read_text(encoding="utf-8")
PLACE_TYPES: Mapping[int, PlaceType] = load_place_types(_TEXT)
BY_SLUG: Mapping[str, PlaceType] = {place_type.slug: place_type for place_type in PLACE_TYPES.values()}
SHIPPED = Policies(_shipped_set(_TEXT))
"""Version 0: what holds until the province has released a set of its own."""
