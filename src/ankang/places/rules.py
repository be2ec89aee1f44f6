"""Pure decisions about places: how a checkpoint moves, what its door does, how an annex names its units."""

import re
from typing import Any

from ankang.core.colours import Colour
from ankang.core.policies import PLACE_TYPES, SHIPPED, Policies

MOVES: dict[str, tuple[str, ...]] = {
    "planned": ("built",),
    "built": ("in_use", "closed"),
    "in_use": ("closed",),
    "closed": ("in_use",),
}
"""From a state to the states it may take: built before it is used; closed and opened again at will."""

MOST_GENERATIONS = 255
PAIRING_MINUTES = 15
CREDENTIAL_DAYS = 180

_UNITS_IN_BRACKETS = re.compile(r"^(?P<building>[^((]+)[((](?P<units>[^))]+)[))]$")


def may_move(state: str, wanted: str) -> bool:
    """Whether a checkpoint in ``state`` may become ``wanted``."""
    return wanted in MOVES[state]


def type_word(number: int, lang: str) -> str:
    """The name of place type ``number``; the number itself when it is not one."""
    place_type = PLACE_TYPES.get(number)
    return place_type.word(lang) if place_type else str(number)


def type_choices(lang: str) -> list[tuple[int, str]]:
    """Every place type for a form: number and name."""
    return [(number, place_type.word(lang)) for number, place_type in sorted(PLACE_TYPES.items())]


def policy_words(number: int, policies: Policies = SHIPPED) -> dict[str, Any]:
    """What a door of this type does: ``{"version": 3, "temperature_limit": 37.3, "green": "admit", "red": "deny", …}``."""
    policy = policies.of(number)
    outcomes = {colour.slug: policy.outcomes[colour][0].slug for colour in Colour}
    asks = {"test_hours": policy.test_hours, "mask": policy.mask}
    return {"version": policies.version, "temperature_limit": policy.temperature_limit / 10, **asks, **outcomes}


def state_of_annex(built: str, in_use: str) -> str:
    """The state that annex 2 gives a unit by its two columns, each ``yes`` or ``no``."""
    if in_use == "yes":
        return "in_use"
    return "built" if built == "yes" else "planned"


def split_units(name: str) -> tuple[str, list[str]]:
    """A building and the units in it: ``市民之家(数据资源局/住房公积金办公室)`` → building and two units.

    A name without brackets is one unit by itself: the list is empty.
    """
    match = _UNITS_IN_BRACKETS.match(name.strip())
    if match is None:
        return name.strip(), []
    return match["building"], [unit.strip() for unit in match["units"].split("/")]
