"""A list of places carried out in one transaction, and undone: either all of it counts or nothing."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from ankang.base.models import Duty
from ankang.base.reading import FileFault, read_table
from ankang.base.services import bump_revision

from ..errors import ImportNotReady
from ..import_columns import COLUMNS
from ..import_plan import Planned, Unit
from ..models import ArchiveItem, Checkpoint, CheckpointEvent, Device, Organisation, PlaceImport, PlaceImportRow
from ..ports import checkpoints_in_use
from ..rules import MOST_GENERATIONS
from .imports import MOST_ROWS, count_rows, fetch_import, plan
from .tree_moves import lock_tree

_CHUNK = 5_000
_NOTED = """
UPDATE places_importrow r SET outcome = n.outcome, faults = n.faults::jsonb, organisation = n.organisation,
    checkpoint = n.checkpoint, made = n.made::jsonb, before = n.before::jsonb
FROM unnest(%s::int[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])
    AS n (line, outcome, faults, organisation, checkpoint, made, before)
WHERE r.batch_id = %s AND r.line = n.line
"""
_TAKEN_BACK = "UPDATE places_importrow SET outcome = %s WHERE batch_id = %s AND line = ANY(%s)"
_FOLLOW = "UPDATE places_organisation SET path = %s || substr(path, length(%s) + 1) WHERE path LIKE %s || '%%'"


def confirm_import(number: int, by: Any, now: datetime) -> PlaceImport:
    """Whoever handed a list in has looked at it: it may be carried out. Raises NotFound, ImportNotReady."""
    fetch_import(number, by)
    changed = PlaceImport.objects.filter(pk=number, state="checked").update(state="confirmed")
    if not changed:
        raise ImportNotReady(details={"state": fetch_import(number, by).state})
    return fetch_import(number, by)


def run_import(number: int, by: Any, now: datetime) -> PlaceImport:
    """Carry a confirmed list out, in one transaction. What changed since it was looked at is judged anew: a row that no longer
    fits becomes a fault. Again: changes nothing.
    """
    with transaction.atomic():
        lock_tree()
        batch = PlaceImport.objects.select_for_update().get(pk=number)
        if batch.state not in ("confirmed", "running"):
            return batch
        try:
            reading = read_table(bytes(batch.data or b""), batch.name, COLUMNS, MOST_ROWS)
        except FileFault:  # checked before; the table was changed by hand
            PlaceImport.objects.filter(pk=number).update(state="failed", fault="broken_file", finished_at=now)
            return PlaceImport.objects.get(pk=number)
        planned = plan(reading, by)
        sound = [one for one in planned if one.outcome in ("new", "change")]
        made_units = _make_units(sound)
        _change_units(sound)
        _make_doors(sound)
        _change_doors(sound)
        _note(batch, planned, made_units)
        batch.state, batch.finished_at, batch.data = "finished", now, None
        batch.counts = count_rows(batch)
        batch.save()
        bump_revision("places")
        return batch


def undo_import(number: int, by: Any, now: datetime) -> PlaceImport:
    """Take back what a list did: what it made goes, what it changed is as before. What is named elsewhere by now (a device, a
    visit, an entry of the archive, another organisation below) is kept, checkpoints closed. Raises NotFound, ImportNotReady.
    """
    fetch_import(number, by)
    lock_tree()
    batch = PlaceImport.objects.select_for_update().get(pk=number)
    if batch.state != "finished":
        raise ImportNotReady(details={"state": batch.state})
    rows = list(PlaceImportRow.objects.filter(batch=batch, outcome="done").order_by("-line").defer("cells"))
    made = {kind: [number for row in rows for what, number in row.made if what == kind] for kind in ("checkpoint", "organisation")}
    _put_back(rows)
    kept = _undo_doors(made["checkpoint"])
    kept_units = _undo_units(made["organisation"])
    lines: dict[str, list[int]] = {"kept": [], "undone": []}
    for row in rows:
        stays = any(number in (kept if what == "checkpoint" else kept_units) for what, number in row.made)
        lines["kept" if stays else "undone"].append(row.line)
    with connection.cursor() as cursor:
        for outcome, those in lines.items():
            cursor.execute(_TAKEN_BACK, [outcome, batch.pk, those])
    batch.state, batch.undone_at = "undone", now
    batch.counts = count_rows(batch)
    batch.save()
    bump_revision("places")
    return batch


def _make_units(sound: list[Planned]) -> dict[int, int]:
    """Insert the new organisations, parents first; returns line → number of what a row made."""
    new = list({id(one.unit): one.unit for one in sound if one.unit is not None and one.unit.id is None}.values())
    for unit, number in zip(new, _numbers("places_organisation", len(new)), strict=True):
        unit.id = number
    paths = dict(Organisation.objects.filter(pk__in=_parents_there(new)).values_list("pk", "path"))
    new.sort(key=_depth)
    rows = [
        Organisation(
            pk=unit.id,
            parent_id=unit.parent.id if unit.parent else None,
            name=unit.name,
            name_en=unit.name_en,
            kind=unit.kind or "unit",
            region_id=unit.region,
            path=_path(unit, paths),
        )
        for unit in new
    ]
    for start in range(0, len(rows), _CHUNK):
        Organisation.objects.bulk_create(rows[start : start + _CHUNK])
    made: dict[int, int] = {}
    unnamed = {unit.id for unit in new}
    for one in sound:
        if one.unit is not None and one.unit.id in unnamed:
            unnamed.remove(one.unit.id)
            made[one.line] = one.unit.id or 0
    return made


def _change_units(sound: list[Planned]) -> None:
    """Rename and move; the paths of the subtree follow."""
    units = {id(one.unit): one.unit for one in sound if one.unit is not None and one.unit.changes}
    for unit in units.values():
        changes = dict(unit.changes)
        if "region" in changes:
            changes["region_id"] = changes.pop("region")
        parent = changes.pop("parent", unit)
        if changes:
            Organisation.objects.filter(pk=unit.id).update(**changes)
        if parent is not unit:
            _move(unit.id or 0, parent.id if parent is not None else None)


def _move(organisation: int, parent: int | None) -> None:
    old = Organisation.objects.values_list("path", flat=True).get(pk=organisation)
    above = Organisation.objects.values_list("path", flat=True).get(pk=parent) if parent is not None else "/"
    Organisation.objects.filter(pk=organisation).update(parent=parent)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [f"{above}{organisation}/", old, old])


def _make_doors(sound: list[Planned]) -> None:
    new = [one for one in sound if one.door is not None and one.door_id is None]
    numbers = _numbers("places_checkpoint", len(new))
    rows = []
    for one, number in zip(new, numbers, strict=True):
        assert one.unit is not None
        assert one.door is not None
        rows.append(Checkpoint(pk=number, organisation_id=one.unit.id, **one.door))
        one.door_id, one.door = number, {"made": True}
    for start in range(0, len(rows), _CHUNK):
        Checkpoint.objects.bulk_create(rows[start : start + _CHUNK])


def _change_doors(sound: list[Planned]) -> None:
    for one in sound:
        if one.door_id is None or not one.door or one.door.get("made"):
            continue
        changes: dict[str, Any] = dict(one.door)
        if "type" in changes:
            Checkpoint.objects.filter(pk=one.door_id, generation__lt=MOST_GENERATIONS).update(generation=F("generation") + 1)
        Checkpoint.objects.filter(pk=one.door_id).update(**changes)


def _note(batch: PlaceImport, planned: list[Planned], made_units: dict[int, int]) -> None:
    """Keep what each row made, and what was there before where it changed something."""
    before = _before(planned, batch)
    rows = [_noted(one, made_units.get(one.line), before.get(one.line)) for one in planned]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _CHUNK):
            columns = [list(column) for column in zip(*rows[start : start + _CHUNK], strict=True)]
            cursor.execute(_NOTED, [*columns, batch.pk])


def _noted(one: Planned, made_unit: int | None, before: dict[str, Any] | None) -> tuple[Any, ...]:
    """A row's line, outcome, faults, organisation, checkpoint, what it made, and what was before; faults, made and before as JSON."""
    made = [["organisation", made_unit]] if made_unit is not None else []
    if one.door and one.door.get("made"):
        made.append(["checkpoint", one.door_id])
    outcome = "done" if one.outcome in ("new", "change") else one.outcome
    told = None if before is None else json.dumps(before)
    unit = one.unit.id if one.unit else None
    return one.line, outcome, json.dumps(one.faults), unit, one.door_id, json.dumps(made), told


def _before(planned: list[Planned], batch: PlaceImport) -> dict[int, dict[str, Any]]:
    """Line → what organisation and checkpoint were before the row changed them; a row with a new checkpoint may rename its
    organisation too. The plan still knows them as they were read.
    """
    found: dict[int, dict[str, Any]] = {}
    for one in planned:
        if one.outcome not in ("new", "change"):
            continue
        unit, kept = one.unit, dict[str, Any]()
        if unit is not None and unit.changes:
            kept["organisation"] = {"name": unit.name, "name_en": unit.name_en, "kind": unit.kind, "region": unit.region}
            kept["organisation"]["parent"] = unit.parent.id if unit.parent else None
        if one.door_was:
            kept["checkpoint"] = one.door_was
        if kept:
            found[one.line] = kept
    return found


def _put_back(rows: Iterable[PlaceImportRow]) -> None:
    for row in rows:
        was = row.before or {}
        if (unit := was.get("organisation")) is not None and row.organisation:
            parent = unit.pop("parent")
            values = {**unit, "region_id": unit.pop("region")}
            values.pop("region", None)
            Organisation.objects.filter(pk=row.organisation).update(**values)
            _move(row.organisation, parent)
        if (door := was.get("checkpoint")) is not None and row.checkpoint:
            if "type" in door:
                Checkpoint.objects.filter(pk=row.checkpoint, generation__lt=MOST_GENERATIONS).update(generation=F("generation") + 1)
            Checkpoint.objects.filter(pk=row.checkpoint).update(**door)


def _undo_doors(numbers: list[int]) -> set[int]:
    """Delete the checkpoints that nothing names; close the others. Returns those that are kept."""
    named = set(Device.objects.filter(checkpoint__in=numbers).values_list("checkpoint", flat=True))
    named |= set(ArchiveItem.objects.filter(checkpoint__in=numbers).values_list("checkpoint", flat=True))
    named |= set(CheckpointEvent.objects.filter(checkpoint__in=numbers).values_list("checkpoint", flat=True))
    named |= checkpoints_in_use(numbers)
    Checkpoint.objects.filter(pk__in=named, state="in_use").update(state="closed")
    Checkpoint.objects.filter(pk__in=set(numbers) - named).delete()
    return named


def _undo_units(numbers: list[int]) -> set[int]:
    """Delete the organisations that nothing is below, from the leaves up. Returns those that are kept."""
    named = Duty.objects.filter(Q(organisation__in=numbers) | Q(employer__in=numbers)).values_list("organisation", "employer")
    kept = {one for pair in named for one in pair if one is not None} & set(numbers)
    left = set(numbers) - kept
    while left:
        free = Organisation.objects.filter(pk__in=left, children=None, checkpoints=None, devices=None)
        gone = set(free.values_list("pk", flat=True))
        if not gone:
            break
        Organisation.objects.filter(pk__in=gone).delete()
        left -= gone
    return left | kept


def _numbers(table: str, count: int) -> list[int]:
    """Fresh numbers of the table's own sequence, so that paths are known before the rows are written."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def _parents_there(units: list[Unit]) -> set[int]:
    return {unit.parent.id for unit in units if unit.parent is not None and unit.parent.id is not None}


def _depth(unit: Unit) -> int:
    depth, above = 0, unit.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def _path(unit: Unit, paths: dict[int, str]) -> str:
    """The path; parents come before their children, so theirs is known."""
    above = paths.get(unit.parent.id or 0, "/") if unit.parent is not None else "/"
    path = f"{above}{unit.id}/"
    paths[unit.id or 0] = path
    return path
