"""Names and addresses for made-up residents, drawn from the words of ``data/names.toml``."""

import tomllib
from pathlib import Path
from random import Random

_WORDS = tomllib.loads(Path(__file__).with_name("data").joinpath("names.toml").read_text(encoding="utf-8"))


def _lists(section: str) -> dict[str, list[str]]:
    return {group: str(words).split() for group, words in _WORDS[section].items()}


_GIVEN, _RARE, _MINORITY, _FOREIGN, _PLACES = map(_lists, ("given", "rare", "minority", "foreign", "places"))
_SURNAMES = {name: int(weight) for weight, group in _lists("surnames").items() for name in group}
_SURNAME_LIST, _SURNAME_WEIGHTS = list(_SURNAMES), list(_SURNAMES.values())

FAMILY_KINDS = {"han": 976, "rare": 14, "minority": 8, "foreign": 2}
SINGLE_CHARACTER = 0.22


def family_kind(random: Random) -> str:
    """What kind of names a household has: han, rare, minority or foreign."""
    return random.choices(list(FAMILY_KINDS), list(FAMILY_KINDS.values()))[0]


def surname(random: Random) -> str:
    """A common surname, by its share of the population; now and then one of two characters."""
    return random.choices(_SURNAME_LIST, _SURNAME_WEIGHTS)[0]


def full_name(random: Random, kind: str, own_surname: str, age: int, male: bool) -> str:
    """A name that fits kind of household, age and sex."""
    sex = "male" if male else "female"
    if kind == "foreign":
        return f"{random.choice(_FOREIGN[sex])} {random.choice(_FOREIGN['families'])}"
    if kind == "minority":
        return f"{random.choice(_MINORITY[sex])}·{random.choice(_MINORITY['fathers'])}"
    pool = _GIVEN[f"elder_{sex}" if age >= 55 else f"young_{sex}" if age < 18 else sex]
    if kind == "rare":
        return _rare_name(random, own_surname, pool)
    one, two = random.choice(pool), random.choice(pool)
    return own_surname + (one if random.random() < SINGLE_CHARACTER else one + two)


def address(random: Random, town: str) -> str:
    """An address in ``town``: road, house and flat in a sub-district, village and group elsewhere."""
    if town.endswith("街道"):
        road, house, block = random.choice(_PLACES["roads"]), random.randint(1, 299), random.randint(1, 18)
        return f"宁国市{town}{road}路{house}号{block}幢{random.randint(1, 6)}0{random.randint(1, 4)}室"
    village, group = random.choice(_PLACES["villages"]), random.randint(1, 24)
    return f"宁国市{town}{village}村{group}组{random.randint(1, 80)}号"


def _rare_name(random: Random, own_surname: str, pool: list[str]) -> str:
    if random.random() < 0.5:
        return own_surname + random.choice(_RARE["given"])
    return random.choice(_RARE["surnames"]) + random.choice(pool)
