"""Made-up residents of Ningguo for the demonstration: deterministic, plausible, nobody real.

Each town has its own endless stream, so that a bigger demonstration continues a smaller one, and a loading
that was killed goes on where it stopped. A stream holds one household at a time, whatever its length.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from stdnum.cn import ric

from . import names

TOWNS_FILE = Path(__file__).with_name("data") / "ningguo_towns.csv"
COUNTY = "341881"
SEED = 2020
BORN_UNTIL = date(2025, 6, 30)  # fixed, so that the same residents come out on any day
OLDEST = 95

# Where people got their number. 342524 was 宁国县 until 1997: who was born before then keeps it for life.
ABOLISHED = {"342524": 12, "342501": 2, "342523": 1, "342529": 1, "342530": 1, "342901": 1}
PRESENT = {
    COUNTY: 74, "341802": 3, "341825": 1, "340104": 1, "330522": 1, "320115": 1, "310115": 1, "511323": 1,
}  # fmt: skip
ABOLISHED_BEFORE = 1996

# Segments that operators have not given to subscribers, so that no demonstration number rings anywhere.
PHONE_SEGMENTS = ("160", "161", "163", "164", "168", "169")
HOUSEHOLD_SIZES = {1: 34, 2: 30, 3: 20, 4: 11, 5: 3, 6: 2}


@dataclass(frozen=True, slots=True)
class Town:
    """A town of annex 1; ``no`` is its number there, 1 … 19."""

    no: int
    name: str
    population: int

    @property
    def code(self) -> str:
        """The region code of the product: county code, hyphen, annex number."""
        return f"{COUNTY}-{self.no:02}"


@dataclass(frozen=True, slots=True)
class Resident:
    """One made-up resident; ``phone`` in E.164, ``town`` a region code."""

    name: str
    document_kind: str
    document: str
    phone: str
    town: str
    address: str
    born: date


def read_towns(path: Path = TOWNS_FILE) -> list[Town]:
    """The 19 towns of annex 1 with their population."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Town(int(row["no"]), row["name"], int(row["population"])) for row in csv.DictReader(file)]


def quotas(total: int, towns: Sequence[Town]) -> dict[str, int]:
    """``total`` residents spread over ``towns`` in proportion to population, by town code.

    Largest remainder: shares are rounded down, the rest goes to the largest remainders; the sum is exact.
    """
    population = sum(town.population for town in towns)
    shares = {town.code: total * town.population // population for town in towns}
    by_remainder = sorted(towns, key=lambda town: (-(total * town.population % population), town.no))
    for town in by_remainder[: total - sum(shares.values())]:
        shares[town.code] += 1
    return shares


def residents_of(town: Town, seed: int = SEED) -> Iterator[Resident]:
    """The endless stream of ``town``'s residents, household by household; the same for the same ``seed``."""
    random = Random(f"{seed}:{town.no}")
    documents = _Documents(town.no)
    household = 0
    while True:
        yield from _household(random, town, household, documents)
        household += 1


def _household(random: Random, town: Town, number: int, documents: "_Documents") -> Iterator[Resident]:
    phone, address = _phone(town, number), names.address(random, town.name)
    size = random.choices(list(HOUSEHOLD_SIZES), list(HOUSEHOLD_SIZES.values()))[0]
    family = names.family_kind(random)
    surname = names.surname(random)
    for place, (age, male) in enumerate(_members(random, size)):
        born = BORN_UNTIL - timedelta(days=int(age * 365.25) + random.randrange(365))
        kind = "passport" if family == "foreign" else "resident_id"
        number_of = documents.passport if family == "foreign" else documents.resident_id
        born, document = number_of(random, born, male)
        own = surname if place != 1 else names.surname(random)  # the spouse keeps their own
        name = names.full_name(random, family, own, age, male)
        yield Resident(name, kind, document, phone, town.code, address, born)


def _members(random: Random, size: int) -> Iterator[tuple[int, bool]]:
    """Age and sex of each: head, spouse, then children and parents of the head."""
    youngest, eldest = random.choices(((18, 34), (35, 64), (65, OLDEST - 1)), (25, 55, 20))[0]
    head = random.randint(youngest, eldest)
    male = random.random() < 0.7
    yield head, male
    if size > 1:
        yield min(OLDEST - 1, max(18, head + random.randint(-5, 5))), not male
    for _ in range(size - 2):
        if head + 20 < OLDEST and random.random() < 0.25:
            yield min(OLDEST - 1, head + random.randint(20, 32)), random.random() < 0.45
        else:
            yield max(0, head - random.randint(20, 38)), random.random() < 0.52


def _phone(town: Town, household: int) -> str:
    """One number a household; a multiplication modulo 10^8 scatters them without a collision."""
    rest = ((household * 32 + town.no) * 61_803_399 + 20_200_227) % 100_000_000
    return f"+86{PHONE_SEGMENTS[household % len(PHONE_SEGMENTS)]}{rest:08}"


class _Documents:
    """Gives each resident of one town a number nobody else has: no two towns share order codes."""

    _LANES = 24  # 500 order codes a sex: at least 20 for each of 19 towns, day and region

    def __init__(self, town: int) -> None:
        self._lane = town
        self._used: dict[str, bytearray] = {}
        self._passports = 0

    def resident_id(self, random: Random, born: date, male: bool) -> tuple[date, str]:
        """Birth date and number; the date moves by days when its numbers are used up."""
        region = _region(random, born)
        used = self._used.setdefault(region, bytearray(_DAYS))
        while used[(BORN_UNTIL - born).days] >= 500 // self._LANES:
            born += timedelta(days=1 if born < BORN_UNTIL else -300)
        day = (BORN_UNTIL - born).days
        order = (used[day] * self._LANES + self._lane) * 2 % 1000 + male
        used[day] += 1
        digits = f"{region}{born:%Y%m%d}{order:03}"
        return born, digits + ric.calc_check_digit(digits + "0")

    def passport(self, random: Random, born: date, male: bool) -> tuple[date, str]:
        """Birth date and the number of a passport of nowhere."""
        self._passports += 1
        return born, f"ZZ{self._lane:02}{self._passports:05}"


def _region(random: Random, born: date) -> str:
    if born.year < ABOLISHED_BEFORE and random.random() < 0.25:
        return random.choices(_ABOLISHED, _ABOLISHED_WEIGHTS)[0]
    return random.choices(_PRESENT, _PRESENT_WEIGHTS)[0]


_DAYS = (OLDEST + 3) * 366
_ABOLISHED, _ABOLISHED_WEIGHTS = list(ABOLISHED), list(ABOLISHED.values())
_PRESENT, _PRESENT_WEIGHTS = list(PRESENT), list(PRESENT.values())
