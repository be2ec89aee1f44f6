"""Loads Ningguo from its two annexes: towns with population and target, sites with their units (N20, B3, F4).

How the annexes become a tree, decided once:

* the city is the root; every other organisation is below it;
* a line of annex 2 is one door, so 88 checkpoints, each with its site's number and its state;
* a site with one line is one organisation with one checkpoint;
* a site with several lines (number 20: fifteen offices) is an organisation *site* with its units as children,
  each with its own checkpoint;
* a building with its units in brackets has one door: an organisation *building* holds the checkpoint, its
  units are children without one, so that duties and visits can later be given to them.

``ningguo_units.csv`` adds what the annex does not say: place type, English names, and which town of annex 1 a
government belongs to (annex 1 writes 河沥街道, annex 2 河沥溪街道).
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from ankang.base.models import Region
from ankang.base.services import bump_revision
from ankang.core.policies import BY_SLUG

from ..models import Checkpoint, Organisation
from ..rules import split_units, state_of_annex

COUNTY = "341881"
_ABOVE = [
    ("34", None, "安徽省", "Anhui", "province"),
    ("3418", "34", "宣城市", "Xuancheng", "city"),
    (COUNTY, "3418", "宁国市", "Ningguo", "county"),
]
_OTHER = {"name_en": "", "type": "passage", "town_no": "", "units_en": ""}


def load_ningguo(folder: Path) -> dict[str, int]:
    """Load the annexes in ``folder``; returns how many regions, organisations and checkpoints were made.

    What is there already stays as it is, also where staff have changed it since. Run it inside a transaction.
    """
    units = {(row["site_no"], row["name"]): row for row in _rows(folder / "ningguo_units.csv")}
    annex = _rows(folder / "ningguo_checkpoints.csv")
    made = Counter({"regions": _load_regions(folder), "organisations": 0, "checkpoints": 0})
    root, new = _organisation(None, "宁国市", "Ningguo City", "city", COUNTY)
    made["organisations"] += new
    doors = Counter(row["site_no"] for row in annex)
    for row in annex:
        more = units.get((row["site_no"], row["name"]), _OTHER)
        parent = root
        if doors[row["site_no"]] > 1:
            parent, new = _site(root, row["site_no"], doors[row["site_no"]])
            made["organisations"] += new
        made += _load_unit(parent, row, more)
    if made["organisations"] or made["checkpoints"]:
        bump_revision("places")
    return {name: made[name] for name in ("regions", "organisations", "checkpoints")}


def _load_regions(folder: Path) -> int:
    english = {row["no"]: row["name_en"] for row in _rows(folder / "ningguo_towns_en.csv")}
    towns = _rows(folder / "ningguo_towns.csv")
    totals = {
        "population": sum(int(town["population"]) for town in towns),
        "target": sum(int(town["target"]) for town in towns),
    }
    made = 0
    for code, parent, name, name_en, level in _ABOVE:
        extra = totals if code == COUNTY else {}
        made += _region(code, parent_id=parent, name=name, name_en=name_en, level=level, **extra)
    for town in towns:
        made += _region(
            f"{COUNTY}-{int(town['no']):02}",
            parent_id=COUNTY,
            name=town["name"],
            name_en=english.get(town["no"], ""),
            level="town",
            population=int(town["population"]),
            target=int(town["target"]),
        )
    return made


def _load_unit(parent: Organisation, row: dict[str, str], more: dict[str, str]) -> Counter[str]:
    building, inside = split_units(row["name"])
    kind = "town" if more["town_no"] else "building" if inside else "unit"
    region = f"{COUNTY}-{int(more['town_no']):02}" if more["town_no"] else COUNTY
    home, made_home = _organisation(parent, building, more["name_en"], kind, region)
    english = more["units_en"].split("/") if more["units_en"] else []
    units_made = 0
    for number, unit in enumerate(inside):
        name_en = english[number] if number < len(english) else ""
        units_made += _organisation(home, unit, name_en, "unit", region)[1]
    _, made_door = Checkpoint.objects.get_or_create(
        organisation=home,
        name=building,
        defaults={
            "site_no": int(row["site_no"]),
            "name_en": more["name_en"],
            "type": BY_SLUG[more["type"]].id,
            "state": state_of_annex(row["built"], row["in_use"]),
        },
    )
    return Counter({"organisations": made_home + units_made, "checkpoints": int(made_door)})


def _site(root: Organisation, number: str, doors: int) -> tuple[Organisation, int]:
    return _organisation(root, f"{number}号点位({doors}个单位)", f"Site {number} ({doors} units)", "site", COUNTY)


def _organisation(
    parent: Organisation | None, name: str, name_en: str, kind: str, region: str
) -> tuple[Organisation, int]:
    found, made = Organisation.objects.get_or_create(
        parent=parent, name=name, defaults={"name_en": name_en, "kind": kind, "region_id": region}
    )
    if made:
        found.path = f"{parent.path if parent else '/'}{found.pk}/"
        found.save(update_fields=["path"])
    return found, int(made)


def _region(code: str, **fields: Any) -> int:
    return int(Region.objects.get_or_create(code=code, defaults=fields)[1])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
