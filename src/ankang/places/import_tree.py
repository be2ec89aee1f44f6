"""The organisations of a list, together with those that are there: who lies below whom once it is carried out. Pure."""

from collections.abc import Mapping
from typing import Any

from .import_plan import Ground, Planned, Unit, number_of, skeleton


class Units:
    """The organisations of the file, together with those that are there."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._by_id = {one.id: Unit(one.name, one.id, None, one.region, one.name_en, one.kind) for one in ground.organisations.values()}
        for one in ground.organisations.values():
            self._by_id[one.id].parent = self._by_id.get(one.parent) if one.parent is not None else None
        self._named: dict[str, list[Unit]] = {}
        self._looks: dict[tuple[int | str, str], Unit] = {}
        for unit in self._by_id.values():
            self._named.setdefault(unit.name, []).append(unit)
        self._children: dict[tuple[int | None, str], Unit] = {
            (one.parent, one.name): self._by_id[one.id] for one in ground.organisations.values()
        }
        self._made: dict[tuple[str, str], Unit] = {}
        self._eyes: dict[tuple[int | None, str], str] = {
            (one.parent, skeleton(one.name)): one.name for one in ground.organisations.values()
        }
        self._file_eyes: dict[tuple[str, str], str] = {}

    def declare(self, planned: Planned, values: dict[str, Any]) -> None:
        """Say which organisation a row is about, before parents are looked for."""
        name, parent, number = values["organisation"], values.get("parent", ""), values.get("organisation_no", "")
        if number:
            found = self._by_id.get(number_of(number))
            if found is None:
                planned.faults.append(("organisation_no", "unknown_number"))
                return
            planned.unit = found
            return
        found = self._existing(name, parent)
        if found is not None:
            planned.unit = found
            return
        eyes = skeleton(name)
        twin = self._file_eyes.setdefault((parent, eyes), name)
        if twin != name or self._looks_like(name, parent, eyes):
            planned.faults.append(("organisation", "looks_like"))
            return
        unit = self._made.get((parent, name))
        if unit is None:
            unit = self._made[(parent, name)] = Unit(name, first_line=planned.line)
            self._named.setdefault(name, []).append(unit)
            planned.makes_unit = True
        planned.unit = unit

    def _existing(self, name: str, parent: str) -> Unit | None:
        """The organisation that is there of this name, below a parent of that name where one is given."""
        for unit in self._named.get(name, ()):
            if unit.id is None:
                continue
            if not parent or (unit.parent is not None and unit.parent.name == parent) or number_of(parent) == getattr(unit.parent, "id", 0):
                return unit
        return None

    def _looks_like(self, name: str, parent: str, eyes: str) -> bool:
        homes = [unit.id for unit in self._named.get(parent, ()) if unit.id is not None] if parent else [None, self._ground.root]
        return any(self._eyes.get((one, eyes), name) != name for one in homes)

    def settle(self, planned: Planned, values: dict[str, Any]) -> None:
        """Find the parent and the region, and what changes about the organisation."""
        unit = planned.unit
        assert unit is not None
        parent = self._parent(planned, values.get("parent", ""), unit)
        region = self._region(planned, values.get("region", ""), unit, parent)
        if planned.faults:
            return
        facts = {"name_en": values.get("organisation_en"), "kind": values.get("kind"), "region": region}
        if unit.id is None:
            self._fill(planned, unit, parent, facts)
            return
        changes = {name: value for name, value in facts.items() if value and value != getattr(unit, name)}
        if values["organisation"] != unit.name:
            changes["name"] = values["organisation"]
        if values.get("parent") and values.get("organisation_no") and parent is not unit.parent:
            changes["parent"] = parent
            planned.warnings.append("moves")
        if any(name in unit.changes and unit.changes[name] != value for name, value in changes.items()):
            planned.faults.append(("organisation", "contradicts"))
            return
        unit.changes.update(changes)

    def _fill(self, planned: Planned, unit: Unit, parent: Unit | None, facts: Mapping[str, Any]) -> None:
        if unit.asked:
            differs = any(value and value != getattr(unit, name) for name, value in facts.items())
            if differs or (parent is not None and parent is not unit.parent):
                planned.faults.append(("organisation", "contradicts"))
            return
        unit.asked, unit.parent = True, parent
        unit.region, unit.name_en = facts["region"], facts["name_en"] or ""
        unit.kind = facts["kind"] or "unit"

    def _parent(self, planned: Planned, text: str, unit: Unit) -> Unit | None:
        if not text:
            return unit.parent if unit.id is not None else self._by_id.get(self._ground.root or 0)
        if text.lstrip("#").isdecimal() and text.startswith("#"):
            found = self._by_id.get(number_of(text))
            if found is None:
                planned.faults.append(("parent", "unknown_number"))
            return found
        named = self._named.get(text, [])
        if len(named) != 1:
            planned.faults.append(("parent", "parent_twice" if named else "unknown_parent"))
            return None
        return named[0]

    def _region(self, planned: Planned, text: str, unit: Unit, parent: Unit | None) -> str:
        if text:
            code = self._ground.regions.get(text)
            if code is None:
                planned.faults.append(("region", "unknown_region"))
            return code or ""
        if unit.id is not None:
            return unit.region
        region = unit.region or (parent.region if parent is not None else "") or self._ground.default_region
        if not region and parent is None:
            planned.faults.append(("region", "region_needed"))
        return region

    def refuse_circles(self, rows: list[Planned]) -> None:
        """Fault of every row whose organisation would come to lie below itself."""
        for planned in rows:
            if planned.unit is None or planned.faults:
                continue
            seen, unit = {id(planned.unit)}, above(planned.unit)
            while unit is not None:
                if id(unit) in seen:
                    planned.faults.append(("parent", "under_itself"))
                    break
                seen.add(id(unit))
                unit = above(unit)

    def refuse_orphans(self, rows: list[Planned]) -> None:
        """A new organisation whose own row is faulty takes the rows below it along; the reason is told there."""
        sound = {id(planned.unit) for planned in rows if planned.unit is not None and planned.outcome != "fault"}
        again = True
        while again:
            again = False
            for planned in rows:
                if planned.outcome == "fault" or planned.unit is None:
                    continue
                parent = above(planned.unit)
                if parent is not None and parent.id is None and id(parent) not in sound:
                    planned.faults.append(("parent", "unknown_parent"))
                    planned.outcome, again = "fault", True
                    sound = {id(row.unit) for row in rows if row.unit is not None and row.outcome != "fault"}


def above(unit: Unit) -> Unit | None:
    """The organisation it will lie below."""
    found: Unit | None = unit.changes.get("parent", unit.parent)
    return found
