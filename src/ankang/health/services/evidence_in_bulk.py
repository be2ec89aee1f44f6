"""Many records at once: each row checked as a single one would be, taken by COPY, the people evaluated together.

What is on file of the people of the rows is read once: it tells which rows are known, and what the people's colours are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from ankang.core.evidence import Attributes, Evidence, EvidenceKind, Test, stored

from ..engine import COLUMNS, a_stored_record
from ..errors import EvidenceRefused
from .bulk import check_people_with
from .evidence import checked_record
from .feed import own_engine
from .negative_tests import note_tests

_ON_FILE = f"""
SELECT {COLUMNS}, coalesce(e.source->>'feed', e.source->>'organisation'),
    EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id)
FROM health_evidence e WHERE e.person = ANY(%s)
"""
_NUMBERS = """
SELECT s.row, s.number FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[]) s (row, kind, lab, number, result)
JOIN health_evidence e ON e.attributes->>'number' = s.number AND e.kind = s.kind
    AND coalesce(e.attributes->>'lab', '') = s.lab AND e.attributes->>'result' <> s.result
WHERE NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id)
"""
_COPY = "COPY health_evidence (person, id, kind, occurred_at, recorded_at, source, attributes) FROM STDIN"


class NewEvidence(NamedTuple):
    """A record that is to be taken; without ``id`` it gets one. ``attributes`` may be checked ones (the kind's struct)."""

    person: int
    kind: str
    occurred_at: datetime
    attributes: Mapping[str, Any] | Attributes
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
    record: Evidence
    occurred_at: datetime
    source: Mapping[str, str]

    @property
    def key(self) -> "_Key":
        """What makes it the same record as another one."""
        record = self.record
        feed = self.source.get("feed") or self.source.get("organisation")
        return self.person, record.kind.value, record.occurred_at, record.attributes, feed


_Key = tuple[int, str, int, Attributes, str | None]


class _OnFile(NamedTuple):
    """What is on file of some people: which records, retracted ones too, and the standing ones by person."""

    keys: set[_Key]
    ids: set[tuple[int, str]]
    standing: dict[int, list[Evidence]]


def record_evidence_in_bulk(rows: Iterable[NewEvidence], now: datetime) -> BulkRecorded:
    """Append the records that can be taken, then evaluate their people; all in the caller's transaction.

    A row that is on file already (same person, kind, second and attributes from the same source) is a duplicate, also
    within the rows, and also when the record was retracted. A laboratory number that stands for another result already
    is a fault. Holds the engine until the caller commits: some 10,000 rows a transaction keep single checks waiting
    for a moment only.
    """
    own_engine()
    sound, faults, count = _sound_rows(rows, now)
    file = _on_file(sorted({row.person for row in sound}))
    fresh, duplicates = _fresh_rows(sound, file)
    wrong = _wrong_numbers(fresh)
    taken = [row for row in fresh if row.row not in wrong]
    _append(taken, now)
    note_tests((row.person, row.record.kind.value, row.record.attributes) for row in taken)
    changed = check_people_with(_evidence_of(taken, file), now)
    recorded: list[UUID | None] = [None] * count
    for row in taken:
        recorded[row.row] = row.id
    return BulkRecorded(recorded, frozenset(duplicates), faults | wrong, changed)


def _sound_rows(rows: Iterable[NewEvidence], now: datetime) -> tuple[list[_Row], dict[int, RowFault], int]:
    """The rows that are sound by themselves, the faults of the others, how many came."""
    sound, faults, count = [], dict[int, RowFault](), 0
    for number, (person, kind, occurred_at, attributes, source, identity) in enumerate(rows):
        count = number + 1
        try:
            checked = checked_record(kind, occurred_at, attributes, source, now)
        except EvidenceRefused as refused:
            faults[number] = RowFault(refused.details["fault"], refused.details["detail"])
            continue
        made = identity or uuid4()
        record = Evidence(str(made), EvidenceKind(kind), int(occurred_at.timestamp()), checked)
        sound.append(_Row(number, person, made, record, occurred_at, source))
    return sound, faults, count


def _on_file(people: Sequence[int]) -> _OnFile:
    file = _OnFile(set(), set(), defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(_ON_FILE, [people])
        for person, identity, kind, occurred_at, attributes, feed, retracted in cursor.fetchall():
            record = a_stored_record(identity, kind, occurred_at, attributes)
            file.keys.add((person, kind, occurred_at, record.attributes, feed))
            file.ids.add((person, identity))
            if not retracted:
                file.standing[person].append(record)
    return file


def _fresh_rows(rows: Sequence[_Row], file: _OnFile) -> tuple[list[_Row], set[int]]:
    """The rows that are neither on file nor twice among themselves, and the others' positions."""
    fresh, duplicates, seen = [], set[int](), set(file.keys)
    for row in rows:
        key = row.key
        if key in seen or (row.person, row.record.id) in file.ids:
            duplicates.add(row.row)
        else:
            fresh.append(row)
            seen.add(key)
    return fresh, duplicates


def _wrong_numbers(rows: Sequence[_Row]) -> dict[int, RowFault]:
    """Rows whose laboratory number stands for another result, on file or in an earlier row."""
    tests = [
        (row.row, row.record.kind.value, test)
        for row in rows
        if isinstance(test := row.record.attributes, Test) and test.number
    ]
    if not tests:
        return {}
    columns = zip(*((at, kind, test.lab, test.number, test.result) for at, kind, test in tests), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [list(column) for column in columns])
        wrong = {at: _number_fault(number) for at, number in cursor}
    results: dict[tuple[str, str, str], str] = {}
    for at, kind, test in tests:
        if at not in wrong and results.setdefault((kind, test.lab, test.number), test.result) != test.result:
            wrong[at] = _number_fault(test.number)
    return wrong


def _append(rows: Sequence[_Row], now: datetime) -> None:
    if not rows:
        return
    recorded_at = now.astimezone(UTC).isoformat()
    lines = [
        f"{row.person}\t{row.id}\t{row.record.kind.value}\t{row.occurred_at.isoformat()}\t{recorded_at}\t"
        f"{_json(row.source)}\t{_json(stored(row.record.attributes))}\n"
        for row in rows
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(lines))


def _evidence_of(rows: Sequence[_Row], file: _OnFile) -> dict[int, list[Evidence]]:
    """The standing evidence of the rows' people, the new records included."""
    people = {row.person for row in rows}
    records = {person: list(file.standing.get(person, ())) for person in people}
    for row in rows:
        records[row.person].append(row.record)
    return records


def _number_fault(number: str) -> RowFault:
    return RowFault("duplicate_number", f"{number!r} stands for another result already - at `$.number`")


def _json(value: Any) -> str:
    """JSON as COPY's text format takes it: a backslash is written twice."""
    return msgspec.json.encode(value).decode().replace("\\", "\\\\")
