"""Many records at once: each row checked as a single one would be, taken by COPY, the people evaluated together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from ankang.core.evidence import stored

from ..errors import EvidenceRefused
from .bulk import check_people_in_bulk
from .evidence import checked_record
from .feed import own_engine

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS health_intake (
    row integer, person bigint, id uuid, kind text, occurred_at timestamptz, source text, attributes jsonb
) ON COMMIT DROP
"""
_COPY = "COPY health_intake (row, person, id, kind, occurred_at, source, attributes) FROM STDIN"
_DUPLICATES = """
SELECT DISTINCT s.row FROM health_intake s JOIN health_evidence e ON e.person = s.person AND (e.id = s.id OR
    e.kind = s.kind AND e.occurred_at = s.occurred_at AND e.attributes = s.attributes
    AND coalesce(e.source->>'feed', e.source->>'organisation')
        = coalesce(s.source::jsonb->>'feed', s.source::jsonb->>'organisation'))
"""
_NUMBERS = """
SELECT s.row, s.attributes->>'number' FROM health_intake s JOIN health_evidence e
ON e.attributes->>'number' = s.attributes->>'number' AND e.kind = s.kind
    AND coalesce(e.attributes->>'lab', '') = coalesce(s.attributes->>'lab', '')
    AND e.attributes->>'result' <> s.attributes->>'result'
WHERE NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id)
"""
_INSERT = """
INSERT INTO health_evidence (person, id, kind, occurred_at, recorded_at, source, attributes)
SELECT person, id, kind, occurred_at, %s, source::jsonb, attributes FROM health_intake ORDER BY row
"""


class NewEvidence(NamedTuple):
    """A record that is to be taken; without ``id`` it gets one."""

    person: int
    kind: str
    occurred_at: datetime
    attributes: Mapping[str, Any]
    source: Mapping[str, str]
    id: UUID | None = None


class RowFault(NamedTuple):
    """Why a row was not taken: the codes of :class:`EvidenceRefused`, and words that name the place."""

    code: str
    detail: str


class BulkRecorded(NamedTuple):
    """What became of each row, by its position: its record's id (None: not taken), whether it was on file already, or
    its fault. ``changed``: how many people have another colour now.
    """

    recorded: list[UUID | None]
    duplicates: frozenset[int]
    faults: dict[int, RowFault]
    changed: int


class _Row(NamedTuple):
    """A row that passed its own checks."""

    row: int
    person: int
    id: UUID
    kind: str
    occurred_at: datetime
    source: str
    attributes: str
    sample: tuple[str, str, str, str] | None  # kind, laboratory, number, result


def record_evidence_in_bulk(rows: Iterable[NewEvidence], now: datetime) -> BulkRecorded:
    """Append the records that can be taken, then evaluate their people; all in the caller's transaction.

    A row that is on file already (same person, kind, moment and attributes from the same source) is a duplicate, also
    within the rows, and also when the record was retracted. A laboratory number that stands for another result already
    is a fault. Holds the engine until the caller commits: some 10,000 rows a transaction keep single checks waiting
    for a moment only.
    """
    own_engine()
    sound, duplicates, faults, count = _sift(rows, now)
    if sound:
        _stage(sound)
        known, numbers = _on_file()
        numbers |= _among_themselves(row for row in sound if row.row not in known and row.row not in numbers)
        duplicates |= known
        faults |= numbers
        sound = [row for row in sound if row.row not in duplicates and row.row not in faults]
        _insert(known | numbers.keys(), now)
    changed = check_people_in_bulk({row.person for row in sound}, now)
    recorded: list[UUID | None] = [None] * count
    for row in sound:
        recorded[row.row] = row.id
    return BulkRecorded(recorded, frozenset(duplicates), faults, changed)


def _sift(rows: Iterable[NewEvidence], now: datetime) -> tuple[list[_Row], set[int], dict[int, RowFault], int]:
    """The rows that are sound by themselves, duplicates among them, faults, how many came."""
    sound, duplicates, faults, count = [], set[int](), dict[int, RowFault](), 0
    seen: set[tuple[Any, ...]] = set()
    for number, (person, kind, occurred_at, attributes, source, identity) in enumerate(rows):
        count = number + 1
        try:
            checked = stored(checked_record(kind, occurred_at, attributes, source, now))
        except EvidenceRefused as refused:
            faults[number] = RowFault(refused.details["fault"], refused.details["detail"])
            continue
        text = _json(checked)
        key = (person, kind, occurred_at, text, source.get("feed") or source.get("organisation"))
        if key in seen:
            duplicates.add(number)
            continue
        seen.add(key)
        sample = (kind, checked.get("lab", ""), checked["number"], checked["result"]) if "number" in checked else None
        sound.append(_Row(number, person, identity or uuid4(), kind, occurred_at, _json(source), text, sample))
    return sound, duplicates, faults, count


def _stage(rows: Sequence[_Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE health_intake")
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row[:-1])
        cursor.execute("ANALYZE health_intake (row, person)")


def _on_file() -> tuple[set[int], dict[int, RowFault]]:
    """Which staged rows are on file already, and which bring a number that stands for another result."""
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES)
        known = {row for (row,) in cursor}
        cursor.execute("SELECT EXISTS (SELECT FROM health_intake WHERE attributes ? 'number')")
        if not cursor.fetchone()[0]:
            return known, {}
        cursor.execute(_NUMBERS)
        return known, {row: _number_fault(number) for row, number in cursor if row not in known}


def _among_themselves(rows: Iterable[_Row]) -> dict[int, RowFault]:
    """Rows whose number stands for another result in an earlier row."""
    results: dict[tuple[str, ...], str] = {}
    return {
        row.row: _number_fault(row.sample[2])
        for row in rows
        if row.sample is not None and results.setdefault(row.sample[:3], row.sample[3]) != row.sample[3]
    }


def _insert(without: set[int], now: datetime) -> None:
    with connection.cursor() as cursor:
        if without:
            cursor.execute("DELETE FROM health_intake WHERE row = ANY(%s)", [sorted(without)])
        cursor.execute(_INSERT, [now])


def _number_fault(number: str) -> RowFault:
    return RowFault("duplicate_number", f"{number!r} stands for another result already - at `$.number`")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
