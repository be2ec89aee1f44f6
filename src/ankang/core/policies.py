"""Place types and who may enter them (domain.md §1, Z20 2): data in ``data/place-types.toml``, decided by
look-up.

``decide`` stands on the gate's hot path: two comparisons and one tuple index.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

import msgspec

from ankang.core.colours import Colour
from ankang.core.verdicts import Direction, Reason, Verdict

Outcome = tuple[Verdict, Reason]

ADMITTED: Outcome = (Verdict.ADMIT, Reason.OK)
_EXIT = int(Direction.EXIT)
_HOT = len(Colour)


class Policy(NamedTuple):
    """A door's rule: ``outcomes[colour]`` for a person without fever, ``outcomes[4 + colour]`` with."""

    temperature_limit: int
    outcomes: tuple[Outcome, ...]


class PlaceType(NamedTuple):
    """One type of place; ``id`` is the byte in place codes and in the checkpoint table."""

    id: int
    slug: str
    zh: str
    en: str
    policy: Policy
    source: str

    def word(self, lang: str) -> str:
        """The type's name; ``lang`` is ``zh`` or ``en``."""
        return self.zh if lang.startswith("zh") else self.en


def decide(policy: Policy, colour: int, temperature: int | None, direction: int) -> Outcome:
    """Admit, refer or deny, and why. ``temperature`` in tenths of a degree Celsius, ``None`` when not taken.

    Whoever leaves is admitted. At or above the limit an admission or a referral becomes a referral for
    temperature.
    """
    if direction == _EXIT:
        return ADMITTED
    if temperature is not None and temperature >= policy.temperature_limit:
        return policy.outcomes[_HOT + colour]
    return policy.outcomes[colour]


def policy_of(place_type: int) -> Policy:
    """The policy of the place type with this number. Raises KeyError for a number that is not one."""
    return PLACE_TYPES[place_type].policy


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    id: int
    slug: str
    zh: str
    en: str
    yellow: str
    source: str


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    temperature_limit: int
    green: str
    grey: str
    red: str
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
    words = {
        Colour.GREY: table.grey,
        Colour.GREEN: table.green,
        Colour.YELLOW: row.yellow,
        Colour.RED: table.red,
    }
    cool = [_outcome(words[colour]) for colour in Colour]
    hot = [_with_fever(outcome) for outcome in cool]
    return PlaceType(
        row.id, row.slug, row.zh, row.en, Policy(table.temperature_limit, (*cool, *hot)), row.source
    )


def _outcome(word: str) -> Outcome:
    try:
        verdict = Verdict[word.upper()]
    except KeyError:
        raise ValueError(f"{word!r} is no verdict") from None
    return (verdict, Reason.OK if verdict is Verdict.ADMIT else Reason.COLOUR)


def _with_fever(outcome: Outcome) -> Outcome:
    return outcome if outcome[0] is Verdict.DENY else (Verdict.REFER, Reason.TEMPERATURE)


PLACE_TYPES: Mapping[int, PlaceType] = load_place_types(
    resources.files("ankang.core").joinpath("data/place-types.toml").read_text(encoding="utf-8")
)
BY_SLUG: Mapping[str, PlaceType] = {place_type.slug: place_type for place_type in PLACE_TYPES.values()}
