"""Writing visits into passage_visit: a binary COPY for new ones, an insert that tolerates repeats for the rest."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from ankang.gate.link import Connection
from ankang.gate.visits import COLUMNS, COPY_HEADER, COPY_TRAILER, Visit, copy_row

ROW_FAULTS = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
"""Faults of a row, not of the database: a repeat, no partition for its day, a value the table refuses."""


class Recorded(NamedTuple):
    """Which visits were new, what was stored before for the others, and which have no place in the table."""

    new: set[bytes]
    stored: dict[bytes, Visit]
    homeless: list[Visit]


async def copy_visits(connection: Connection, visits: Sequence[Visit]) -> None:
    """One COPY, all or nothing; raises one of :data:`ROW_FAULTS` when a row does not go in."""
    data = COPY_HEADER + b"".join(map(copy_row, visits)) + COPY_TRAILER
    await connection.copy_to_table("passage_visit", source=memoryview(data), columns=COLUMNS, format="binary")


_INSERT = """
    insert into passage_visit (visit, trace, day, at, received_at, checkpoint, device, direction, temperature,
                               verdict, reason, colour, kind, led_by)
    select visit, trace, date '1970-01-01' + epoch, timestamptz 'epoch' + at * interval '1 microsecond',
           timestamptz 'epoch' + received_at * interval '1 microsecond', checkpoint, nullif(device, 0), direction,
           nullif(temperature, 0), verdict, reason, colour, kind, led_by
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[], $12::smallint[], $13::smallint[], $14::uuid[])
         as given (visit, trace, epoch, at, received_at, checkpoint, device, direction, temperature,
                   verdict, reason, colour, kind, led_by)
    on conflict do nothing returning visit"""
_STORED = """
    select v.visit, v.trace, (extract(epoch from v.at) * 1000000)::bigint, (extract(epoch from v.received_at) * 1000000)::bigint,
           v.checkpoint, coalesce(v.device, 0), v.direction, coalesce(v.temperature, 0), v.verdict, v.reason, v.colour, v.kind
    from unnest($1::uuid[], $2::uuid[], $3::int[]) as given (visit, trace, epoch)
    join passage_visit v on v.trace = given.trace and v.visit = given.visit and v.day = date '1970-01-01' + given.epoch"""


async def insert_once(connection: Connection, visits: Sequence[Visit]) -> Recorded:
    """Insert what is not there yet. Rows are tried day by day, then in ever smaller groups, so that one row that has no
    place does not keep the others out.
    """
    recorded = Recorded(set(), {}, [])
    by_day: dict[int, list[Visit]] = {}
    for visit in visits:
        by_day.setdefault(visit.epoch, []).append(visit)
    for group in by_day.values():
        await _insert_group(connection, group, recorded)
    known = [visit for visit in visits if visit.visit not in recorded.new]
    if known:
        recorded.stored.update(await _stored(connection, known))
    return recorded


async def _insert_group(connection: Connection, group: list[Visit], recorded: Recorded) -> None:
    try:
        rows = await connection.fetch(_INSERT, *_arrays(group))
    except ROW_FAULTS as fault:
        if len(group) == 1 or "no partition" in str(fault):
            recorded.homeless.extend(group)
            return
        middle = len(group) // 2
        await _insert_group(connection, group[:middle], recorded)
        await _insert_group(connection, group[middle:], recorded)
    else:
        recorded.new.update(row[0].bytes for row in rows)


async def _stored(connection: Connection, visits: list[Visit]) -> dict[bytes, Visit]:
    names = {visit.visit: visit.name for visit in visits}
    rows = await connection.fetch(_STORED, *_arrays(visits)[:3])
    found = (Visit(row[0].bytes, row[1].bytes, *row[2:]) for row in rows)
    return {visit.visit: _named(visit, names[visit.visit]) for visit in found}


def _named(visit: Visit, name: bytes) -> Visit:
    visit.name = name
    return visit


def _arrays(visits: Sequence[Visit]) -> list[list[object]]:
    rows = [
        (UUID(bytes=v.visit), UUID(bytes=v.trace), v.epoch, v.at, v.received_at, v.checkpoint, v.device,
         v.direction, v.temperature, v.verdict, v.reason, v.colour, v.kind, UUID(bytes=v.led_by) if v.led_by else None)
        for v in visits
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]
