"""A survey: everybody concerned, in the order of person numbers, evaluated without writing.

Concerned is whose stored colour is not a lasting green, and who has evidence on file that could turn anybody. All
others are green and stay so, and are not even read.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import msgspec
import psycopg

from ankang.core.evidence import Evidence

from .findings import Basis, Finding, a_stored_row, finding_of
from .records import COLUMNS, NOT_RETRACTED, a_stored_record
from .triggers import could_turn, kinds_read

ENGINE_LOCK = 0x616B6665
"""Advisory lock: single checks share it, whoever writes many people's colours owns it. Nobody else uses the number."""
WIDTH = 32_768
FETCH = 10_000
_LAST = 2**63 - 1
_names = count(1)

_CONCERNED = """
CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS
SELECT k.person, c.colour, c.since, c.until, coalesce(c.reasons::text, '[]') AS reasons,
    coalesce(c.rule_set, '') AS rule_set, c.xmin::text || '.' || c.xmax::text AS mark
FROM (
    SELECT e.person FROM health_colour e WHERE {share} AND (e.colour <> 1 OR e.until IS NOT NULL)
    UNION SELECT e.person FROM health_evidence e WHERE {share} AND {could_turn}
    UNION SELECT e.person FROM unnest(%s::bigint[]) e (person) WHERE {share}
    EXCEPT SELECT id FROM people_person WHERE state IN ('moved', 'deceased', 'closed', 'merged')
) k LEFT JOIN health_colour c ON c.person = k.person
"""
_STORED = "SELECT person, colour, since, until, reasons, rule_set, mark FROM {table} ORDER BY person"
_RECORDS = """
SELECT {columns} FROM health_evidence e JOIN {table} t ON t.person = e.person
WHERE {share} AND (e.kind = ANY(%s) OR e.occurred_at > to_timestamp(%s)) AND {not_retracted}
ORDER BY e.person
"""


class Wanted(msgspec.Struct, frozen=True):
    """Which people: numbers above ``after`` up to ``upto``, in chunks of ``width`` numbers; of these every
    ``shares``-th one, ``share``.

    ``settle``: first wait for checks under way, so that whoever is not seen now will be evaluated by somebody later.
    ``colours_only``: leave out states that differ in anything but the colour.
    """

    after: int = 0
    upto: int = _LAST
    width: int = WIDTH
    shares: int = 1
    share: int = 0
    settle: bool = False
    colours_only: bool = False


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """One chunk that somebody is concerned in: everybody up to ``upto`` is done, ``seen`` were looked at of ``total``
    in the whole survey.
    """

    upto: int
    seen: int
    total: int
    findings: list[Finding]


def survey_here(
    connection: "psycopg.Connection[Any]", basis: Basis, wanted: Wanted, extra: dict[int, list[Evidence]]
) -> Iterator[Batch]:
    """Survey through this connection, inside its transaction; it is free for others between two batches."""
    if wanted.settle:
        settle(connection)
    with _concerned(connection, basis, wanted, list(extra)) as table:
        total = _count(connection, table)
        if wanted.settle:
            settle(connection)
        with closing(_read(connection, table, basis, wanted)) as people:
            yield from _batches(people, basis, wanted, extra, total)


def settle(connection: "psycopg.Connection[Any]") -> None:
    """Wait until no check is under way: what they wrote is seen by the next statement."""
    connection.execute("SELECT pg_advisory_lock(%s)", [ENGINE_LOCK])
    connection.execute("SELECT pg_advisory_unlock(%s)", [ENGINE_LOCK])


@contextmanager
def _concerned(
    connection: "psycopg.Connection[Any]", basis: Basis, wanted: Wanted, extra: Sequence[int]
) -> Iterator[str]:
    """A temporary table of the people concerned, with their stored rows."""
    table = f"health_survey_{next(_names)}"
    sql, params = could_turn(basis.rule_set, basis.areas, int(basis.moment.timestamp()))
    statement = _CONCERNED.format(table=table, share=_share(wanted), could_turn=sql)
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")  # all rows will be read: no plan for the first ones
        cursor.execute(statement, [*params, list(extra)])
        cursor.execute(f"ANALYZE {table} (person)")
    yield table
    connection.execute(f"DROP TABLE {table}")


def _count(connection: "psycopg.Connection[Any]", table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def _share(wanted: Wanted) -> str:
    parts = [f"e.person > {wanted.after:d}", f"e.person <= {wanted.upto:d}"]
    if wanted.shares > 1:
        parts.append(f"mod(e.person / {wanted.width:d}, {wanted.shares:d}) = {wanted.share:d}")
    return " AND ".join(parts)


def _read(
    connection: "psycopg.Connection[Any]", table: str, basis: Basis, wanted: Wanted
) -> Iterator[tuple[tuple[Any, ...], list[Evidence]]]:
    """Each person's stored row with the standing records, in the order of numbers."""
    moment = int(basis.moment.timestamp())
    statement = _RECORDS.format(columns=COLUMNS, table=table, share=_share(wanted), not_retracted=NOT_RETRACTED)
    with _cursor(connection, f"{table}_rows") as stored, _cursor(connection, f"{table}_records") as records:
        stored.execute(_STORED.format(table=table))
        records.execute(statement, [kinds_read(basis.rule_set.rules), moment])
        flow = _rows(records)
        record = next(flow, None)
        for row in _rows(stored):
            mine = []
            while record is not None and record[0] == row[0]:
                mine.append(a_stored_record(*record[1:]))
                record = next(flow, None)
            yield row, mine


def _cursor(connection: "psycopg.Connection[Any]", name: str) -> "psycopg.ServerCursor[Any]":
    cursor = psycopg.ServerCursor(connection, name)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


def _rows(cursor: "psycopg.ServerCursor[Any]") -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(FETCH):
        yield from rows


def _batches(
    people: Iterator[tuple[tuple[Any, ...], list[Evidence]]],
    basis: Basis,
    wanted: Wanted,
    extra: dict[int, list[Evidence]],
    total: int,
) -> Iterator[Batch]:
    """Chunk by chunk of person numbers; chunks that concern nobody are passed over."""
    chunk, seen, findings = -1, 0, []
    for (person, *stored, mark), records in people:
        if person // wanted.width != chunk:
            if seen:
                yield Batch(_end(chunk, wanted), seen, total, findings)
            chunk, seen, findings = person // wanted.width, 0, []
        seen += 1
        if person in extra:
            records = [*records, *extra[person]]
        finding = finding_of(person, a_stored_row(*stored), records, basis, mark)
        if finding is not None and not (wanted.colours_only and finding.old == finding.colour):
            findings.append(finding)
    if seen:
        yield Batch(_end(chunk, wanted), seen, total, findings)


def _end(chunk: int, wanted: Wanted) -> int:
    return min((chunk + 1) * wanted.width - 1, wanted.upto)
