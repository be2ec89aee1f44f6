"""Lists of places: taken, checked, looked at, confirmed, or thrown away. What is carried out: :mod:`.import_running`."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from ankang.base.errors import NotFound
from ankang.base.models import Region
from ankang.base.permissions import organisations_where, regions_where
from ankang.base.reading import FileFault, Reading, Refusal, read_table, refused_table, sentence
from ankang.base.services import region_codes_below
from ankang.core.sm import sm3

from ..errors import ImportNotReady, ImportRefused
from ..import_columns import COLUMNS, FAULTS
from ..import_plan import Door, Ground, Known, Planned
from ..import_rules import plan_rows
from ..models import Checkpoint, PlaceImport, PlaceImportRow
from .organisations import organisations_of

MOST_ROWS = 100_000
AT_ONCE = 2_000
"""Rows that are checked and carried out while the person waits; more go to the worker."""
CHECK_IMPORT, RUN_IMPORT = "places.check_import", "places.run_import"
_ROWS = "COPY places_importrow (batch_id, line, cells, outcome, faults, warnings, made) FROM STDIN"
_FIELDS = {column.zh: column.attribute for column in COLUMNS}


def take_import(body: bytes, filename: str, by: Any, now: datetime, mends: int | None = None) -> PlaceImport:
    """Keep a file that was handed in; :func:`check_import` looks at its rows. Raises ImportRefused for an empty one."""
    if not body:
        raise ImportRefused(details={"fault": "empty_file"})
    earlier = imports_of(by).filter(pk=mends).first() if mends else None
    return PlaceImport.objects.create(
        name=filename.strip()[-200:] or "list",
        digest=sm3(body),
        data=body,
        by=getattr(by, "pk", 0) or 0,
        by_name=(by.get_full_name() or by.username) if by is not None else "ankang",
        created_at=now,
        mends=earlier,
    )


def check_import(number: int, by: Any, now: datetime) -> PlaceImport:
    """Read every row and say what it would do. What cannot be read at all ends in ``failed`` with its fault. Idempotent."""
    batch = _locked(number)
    if batch.state not in ("waiting", "checking", "checked"):
        return batch
    try:
        reading = read_table(bytes(batch.data or b""), batch.name, COLUMNS, MOST_ROWS)
    except FileFault as fault:
        return _failed(batch, fault, now)
    planned = plan(reading, by)
    batch.header, batch.total = reading.header, len(reading.good) + len(reading.refused)
    _store(batch, planned, reading)
    batch.state, batch.checked_at, batch.done = "checked", now, batch.total
    batch.counts = count_rows(batch) | ({"ignored": list(reading.ignored)} if reading.ignored else {})
    batch.save()
    return batch


def plan(reading: Reading, by: Any) -> list[Planned]:
    """What the good rows of a reading mean for what is there."""
    return plan_rows(((row.number, row.values, row.cells) for row in reading.good), ground_of(by))


def ground_of(by: Any) -> Ground:
    """The organisations, checkpoints and regions that ``by`` may change."""
    reach = organisations_of(by, "checkpoints.edit")
    columns = ("id", "parent_id", "name", "name_en", "region_id", "kind")
    units = {row[0]: Known(*row) for row in reach.order_by("pk").values_list(*columns)}
    fields = ("id", "organisation_id", "name", "name_en", "type", "state", "site_no", "latitude", "longitude", "hours")
    doors = Checkpoint.objects.filter(organisation__in=reach).values_list(*fields)
    codes, tops = _regions(by)
    narrowed = {duty.organisation for duty in by.duties.all() if duty.organisation is not None} if by is not None else set()
    cities = [one.id for one in units.values() if one.kind == "city"]
    root = next(iter(narrowed)) if len(narrowed) == 1 else cities[0] if len(cities) == 1 else None
    default = tops[0] if len(tops) == 1 else ""
    return Ground(units, {(row[1], row[2]): Door(*row) for row in doors}, codes, default, root)


def imports_of(by: Any) -> "QuerySet[PlaceImport]":
    """The lists ``by`` handed in; None is the system itself and sees all."""
    rows = PlaceImport.objects.defer("data").order_by("-pk")
    return rows if by is None else rows.filter(by=by.pk)


def fetch_import(number: int, by: Any) -> PlaceImport:
    """One of ``by``'s lists. Raises NotFound."""
    found = imports_of(by).filter(pk=number).first()
    if found is None:
        raise NotFound()
    return found


def cancel_import(number: int, by: Any, now: datetime) -> PlaceImport:
    """Throw a list away before it is carried out. Raises NotFound, ImportNotReady."""
    fetch_import(number, by)
    changed = PlaceImport.objects.filter(pk=number, state__in=["waiting", "checking", "checked", "failed"]).update(
        state="cancelled", data=None, finished_at=now
    )
    if not changed:
        raise ImportNotReady(details={"state": fetch_import(number, by).state})
    return fetch_import(number, by)


def refused_rows(batch: PlaceImport, lang: str) -> Iterator[list[str]]:
    """The rows with faults as they came, behind a first column that says why; mended, the file can be sent again."""
    rows = PlaceImportRow.objects.filter(batch=batch, outcome="fault").order_by("line")
    refusals = (Refusal(row.line, *_fault_of(row.faults), row.cells) for row in rows.iterator(2_000))
    return refused_table(batch.header, refusals, lang, FAULTS)


def fault_words(faults: list[list[str]], lang: str) -> list[str]:
    """A row's faults in words: ``场所类型：…``."""
    names = {column.attribute: column.word(lang) for column in COLUMNS} | {column.zh: column.word(lang) for column in COLUMNS}
    colon = "：" if lang.startswith("zh") else ": "
    return [f"{names[at]}{colon}{sentence(code, lang, FAULTS)}" if at in names else sentence(code, lang, FAULTS) for at, code in faults]


def count_rows(batch: PlaceImport) -> dict[str, Any]:
    """How many rows came to what."""
    return dict(Counter(PlaceImportRow.objects.filter(batch=batch).values_list("outcome", flat=True)))


def _fault_of(faults: list[list[str]]) -> tuple[str, str]:
    column, code = faults[0] if faults else ("", "bad_attribute")
    names = {one.attribute: one.zh for one in COLUMNS}
    return code, names.get(column, column)


def _store(batch: PlaceImport, planned: list[Planned], reading: Reading) -> None:
    PlaceImportRow.objects.filter(batch=batch).delete()
    rows = [(one.line, one.cells, one.outcome, [list(fault) for fault in one.faults], one.warnings) for one in planned]
    rows += [(one.row, one.cells, "fault", [[_FIELDS.get(one.column, ""), one.code]], []) for one in reading.refused]
    with connection.cursor() as cursor, cursor.copy(_ROWS) as copy:
        for line, cells, outcome, faults, warnings in sorted(rows, key=lambda row: row[0]):
            copy.write_row((batch.pk, line, _json(cells), outcome, _json(faults), _json(warnings), "[]"))


def _failed(batch: PlaceImport, fault: FileFault, now: datetime) -> PlaceImport:
    batch.state, batch.checked_at, batch.data = "failed", now, None
    batch.fault = fault.code
    batch.counts = {"row": fault.row, "columns": list(fault.columns)}
    batch.save()
    return batch


def _locked(number: int) -> PlaceImport:
    found = PlaceImport.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise NotFound()
    return found


def _regions(by: Any) -> tuple[dict[str, str], list[str]]:
    """Code and, where it is the only one, name of each region in reach → code; and the top ones."""
    if by is None:
        tops = list(Region.objects.filter(parent=None).values_list("code", flat=True))
    else:
        narrowed = [region for region, _ in organisations_where(by, "checkpoints.edit")]
        tops = sorted({*regions_where(by, "checkpoints.edit"), *narrowed})
    rows = Region.objects.filter(code__in=region_codes_below(tops)).values_list("code", "name", "name_en")
    found: dict[str, str] = {code: code for code, _, _ in rows}
    names = Counter(name for _, zh, en in rows for name in {zh, en} if name)
    found |= {name: code for code, zh, en in rows for name in (zh, en) if name and names[name] == 1 and name not in found}
    return found, tops


def _json(value: Any) -> str:
    """JSON that PostgreSQL holds: a NUL, which is a fault of its row anyway, becomes the sign that stands for it."""
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "\ufffd")


def waiting_imports() -> list[int]:
    """Those whose worker died or whose job was lost."""
    rows = PlaceImport.objects.filter(state__in=["waiting", "checking", "confirmed", "running"])
    return list(rows.values_list("pk", flat=True))
