"""Pure decisions of this room: which reads are unusual, and how many look-ups an hour allows. Thresholds are data."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

PATTERNS = (
    "kin",
    "many_day",
    "many_hour",
    "outside_hours",
    "outside_region",
    "own",
    "questioned",
    "same_name",
    "watched",
    "wrong_numbers",
)
STRONG = frozenset({"kin", "own", "outside_region", "questioned"})
"""Patterns that one read is enough for; the others are a matter of numbers."""
ALERT_STATES = ("open", "explained", "escalated", "closed")
MOVES = {"open": ("explained", "escalated", "closed"), "escalated": ("explained", "closed"), "explained": (), "closed": ()}
QUESTION_STATES = ("open", "justified", "unjustified")
OUTCOMES = ("found", "nobody", "outside", "no_number")
SOUGHT = ("number", "name")
"""By what somebody was looked up."""
LONGEST_TEXT = 1_000
LONGEST_PURPOSE = 200


@dataclass(frozen=True)
class Read:
    """One read as the rules see it. ``at`` is local time. ``kin``: lives on the reader's phone or in the reader's family."""

    person: int
    at: datetime
    role: str = ""
    outside: bool = False
    own: bool = False
    kin: bool = False
    same_name: bool = False


@dataclass(frozen=True)
class Pattern:
    """An unusual pattern: its name, the key under which it is one alert, and the numbers that made it one."""

    name: str
    key: str
    counts: dict[str, Any]


@cache
def thresholds() -> dict[str, Any]:
    """The numbers of data/patterns.toml."""
    return tomllib.loads(resources.files("ankang.access").joinpath("data/patterns.toml").read_text(encoding="utf-8"))


def patterns_of(reads: Sequence[Read], limits: dict[str, Any] | None = None) -> list[Pattern]:
    """The unusual patterns in what one reader read, some days at most. The order of ``reads`` does not matter."""
    limits = limits or thresholds()
    found: list[Pattern] = []
    for day, rows in _by(reads, lambda read: f"{read.at:%Y-%m-%d}").items():
        found += [*_many(day, rows, limits["many"]), *_hours(day, rows, limits["outside_hours"])]
        found += [*_outside(day, rows, limits["outside_region"]), *_related(day, rows)]
        found += _same_name(day, rows, limits["same_name"])
    return found


def watched(readers: Iterable[int], day: str, limits: dict[str, Any] | None = None) -> list[Pattern]:
    """Whether too many different ``readers`` looked at one person on ``day``."""
    number = len(set(readers))
    least = (limits or thresholds())["watched"]["readers"]
    return [Pattern("watched", day, {"readers": number})] if number >= least else []


def wrong_numbers(blinds: Iterable[bytes], day: str, limits: dict[str, Any] | None = None) -> list[Pattern]:
    """Whether somebody tried too many documents on ``day`` that nobody has."""
    number = len(set(blinds))
    least = (limits or thresholds())["wrong_numbers"]["day"]
    return [Pattern("wrong_numbers", day, {"numbers": number})] if number >= least else []


def look_ups_an_hour(roles: Iterable[str], limits: dict[str, Any] | None = None) -> int:
    """How many look-ups somebody with these roles has in an hour: the highest of them."""
    given = (limits or thresholds())["look_ups_an_hour"]
    return max([given["roles"].get(role, given["default"]) for role in roles], default=given["default"])


def _many(day: str, rows: list[Read], limits: dict[str, Any]) -> Iterator[Pattern]:
    own = [limits["roles"].get(role, [limits["hour"], limits["day"]]) for role in {read.role for read in rows}]
    most_hour, most_day = max(pair[0] for pair in own), max(pair[1] for pair in own)
    people = {read.person for read in rows}
    if len(people) > most_day:
        yield Pattern("many_day", day, {"people": len(people), "limit": most_day})
    for hour, part in _by(rows, lambda read: f"{read.at:%Y-%m-%dT%H}").items():
        number = len({read.person for read in part})
        if number > most_hour:
            yield Pattern("many_hour", hour, {"people": number, "limit": most_hour})


def _hours(day: str, rows: list[Read], limits: dict[str, Any]) -> Iterator[Pattern]:
    late = [
        read
        for read in rows
        if not limits["from"] <= read.at.hour < limits["until"] and read.role not in limits["roles_on_shift"]
    ]
    if len(late) >= limits["reads"]:
        yield Pattern("outside_hours", day, {"reads": len(late), "people": len({read.person for read in late})})


def _outside(day: str, rows: list[Read], limits: dict[str, Any]) -> Iterator[Pattern]:
    away = {read.person for read in rows if read.outside}
    if len(away) >= limits["reads"]:
        yield Pattern("outside_region", day, {"people": len(away)})


def _related(day: str, rows: list[Read]) -> Iterator[Pattern]:
    for name, found in (("own", [read for read in rows if read.own]), ("kin", [read for read in rows if read.kin])):
        if found:
            yield Pattern(name, day, {"reads": len(found), "people": len({read.person for read in found})})


def _same_name(day: str, rows: list[Read], limits: dict[str, Any]) -> Iterator[Pattern]:
    people, named = {read.person for read in rows}, {read.person for read in rows if read.same_name}
    if len(named) >= limits["reads"] and len(named) >= limits["share"] * len(people):
        yield Pattern("same_name", day, {"people": len(named), "of": len(people)})


def _by(reads: Iterable[Read], key: Callable[[Read], str]) -> dict[str, list[Read]]:
    found: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        found[key(read)].append(read)
    return found

