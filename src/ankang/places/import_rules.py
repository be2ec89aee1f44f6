"""What a list of places means, before anything is written: pure, values in and a plan out.

Organisations are told by (parent, name), or by their number when it is given; then the row may rename or move them. A parent may
stand later in the file. Checkpoints are told by (organisation, name).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ankang.core.opening import HoursFault, tidy
from ankang.core.policies import BY_SLUG

from .import_plan import (
    LONGEST_ENGLISH,
    LONGEST_NAME,
    OF_A_CHECKPOINT,
    Door,
    Ground,
    Planned,
    Unit,
    letters_fault,
    skeleton,
)
from .import_tree import Units
from .rules import may_move


def plan_rows(rows: Iterable[tuple[int, Mapping[str, Any], list[str]]], ground: Ground) -> list[Planned]:
    """The plan of the rows (line, values, cells). Rows with faults do nothing."""
    given = [(Planned(line, list(cells)), dict(values)) for line, values, cells in rows]
    units = Units(ground)
    for planned, values in given:
        _check_names(planned, values)
        if not planned.faults:
            units.declare(planned, values)
    for planned, values in given:
        if planned.unit is not None and not planned.faults:
            units.settle(planned, values)
    units.refuse_circles([planned for planned, _ in given])
    doors: dict[tuple[int, str], int] = {}
    for planned, values in given:
        if planned.unit is not None and not planned.faults:
            _plan_door(planned, values, ground, doors)
        if planned.faults:
            planned.outcome = "fault"
    units.refuse_orphans([planned for planned, _ in given])
    for planned, _ in given:
        if planned.outcome != "fault":
            _judge(planned)
    return [planned for planned, _ in given]


def _check_names(planned: Planned, values: dict[str, Any]) -> None:
    for column, longest in (
        ("organisation", LONGEST_NAME),
        ("checkpoint", LONGEST_NAME),
        ("parent", LONGEST_NAME),
        ("organisation_en", LONGEST_ENGLISH),
        ("checkpoint_en", LONGEST_ENGLISH),
    ):
        text = values.get(column)
        if not text:
            continue
        values[column] = " ".join(str(text).split())
        fault = letters_fault(values[column]) or ("too_long" if len(values[column]) > longest else "")
        if fault:
            planned.faults.append((column, fault))


def _plan_door(planned: Planned, values: dict[str, Any], ground: Ground, seen: dict[tuple[int, str], int]) -> None:
    """What the row says about a checkpoint, and how it differs from the one that is there."""
    name, unit = values.get("checkpoint"), planned.unit
    assert unit is not None
    if not name:
        if any(values.get(column) not in (None, "") for column in OF_A_CHECKPOINT):
            planned.faults.append(("checkpoint", "checkpoint_needed"))
        return
    key = (id(unit), skeleton(name))
    if key in seen:
        planned.faults.append(("checkpoint", "twice"))
        return
    seen[key] = planned.line
    facts = _facts(planned, values)
    there = ground.doors.get((unit.id, name)) if unit.id is not None else None
    if planned.faults:
        return
    if there is None:
        twins = [door for (home, _), door in _doors_of(ground, unit).items() if skeleton(door.name) == skeleton(name)] if unit.id else []
        if twins:
            planned.faults.append(("checkpoint", "looks_like"))
        elif "type" not in facts:
            planned.faults.append(("type", "type_needed"))
        else:
            planned.door = {"name": name, **facts}
        return
    changes = {column: value for column, value in facts.items() if value != getattr(there, column)}
    if "state" in changes and not may_move(there.state, changes["state"]):
        planned.faults.append(("state", "bad_move"))
        return
    if "type" in changes:
        planned.warnings.append("voids")
    planned.door_id, planned.door = there.id, changes
    planned.door_was = {column: getattr(there, column) for column in changes}


def _doors_of(ground: Ground, unit: Unit) -> dict[tuple[int, str], Door]:
    return ground_index(ground).get(unit.id or 0, {})


def ground_index(ground: Ground) -> dict[int, dict[tuple[int, str], Door]]:
    """The checkpoints by organisation; made once."""
    index: dict[int, dict[tuple[int, str], Door]] | None = getattr(ground, "_index", None)
    if index is None:
        index = {}
        for key, door in ground.doors.items():
            index.setdefault(key[0], {})[key] = door
        ground._index = index  # type: ignore[attr-defined]
    return index


def _facts(planned: Planned, values: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if values.get("type"):
        facts["type"] = BY_SLUG[values["type"]].id
    for given, kept in (("checkpoint_en", "name_en"), ("state", "state"), ("site_no", "site_no")):
        if values.get(given) not in (None, ""):
            facts[kept] = values[given]
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if (latitude is None) != (longitude is None):
        planned.faults.append(("longitude", "half_position"))
    elif latitude is not None and longitude is not None:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            planned.faults.append(("latitude", "off_the_globe"))
        facts |= {"latitude": float(latitude), "longitude": float(longitude)}
    if values.get("hours"):
        try:
            facts["hours"] = tidy(str(values["hours"]))
        except HoursFault:
            planned.faults.append(("hours", "bad_hours"))
    return facts


def _judge(planned: Planned) -> None:
    unit = planned.unit
    new_door = planned.door is not None and planned.door_id is None
    if planned.makes_unit or new_door:
        planned.outcome = "new"
    elif planned.door or (unit is not None and unit.changes):
        planned.outcome = "change"
    else:
        planned.outcome = "same"
