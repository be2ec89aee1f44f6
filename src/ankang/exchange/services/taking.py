"""A chunk of rows, taken: matched, numbered, recorded, put into the pool, or refused. One transaction, the caller's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from ankang.trust.keyring import keyring

from ..faults import Refusal, RowFault
from ..kinds import FeedKind
from ..models import Batch, Row
from ..rules import WAITING_DAYS
from .driver import binary_cursor
from .marking import Marked, ReadRow
from .matching import match_rows
from .numbers import claim_numbers
from .opening import open_records
from .recording import content_of, record_rows

ROW_LABEL = "row.cells"
WAITING_LABEL = "waiting.content"

_WAIT = """
INSERT INTO exchange_waiting (batch_id, row, document_blind, phone_blind, content, sealed, expires_at)
SELECT %(batch)s::bigint, g.row, g.document, g.phone, g.content, g.sealed, %(expires)s::timestamptz
FROM unnest(%(rows)b::int[], %(documents)b::bytea[], %(phones)b::bytea[], %(contents)b::bytea[], %(sealed)b::bytea[])
    AS g(row, document, phone, content, sealed)
ON CONFLICT DO NOTHING RETURNING row
"""


class Taken(NamedTuple):
    """What became of a chunk: the outcome of each row in order, with the refused ones, and the people turned worse."""

    outcomes: list[str]
    refusals: list[Refusal]
    worse: int


def take_rows(batch: Batch, kind: FeedKind, rows: Sequence[ReadRow], now: datetime, keep: bool = True) -> Taken:
    """Take ``rows``; outcomes: success, duplicate, waiting, error, skipped (empty). ``keep`` the refused ones."""
    outcomes = ["skipped" if row.content is None else "error" for row in rows]
    faults: dict[int, RowFault] = {at: row.content for at, row in enumerate(rows) if isinstance(row.content, RowFault)}
    good = {at: row.content for at, row in enumerate(rows) if isinstance(row.content, Marked)}
    matches = dict(zip(good, match_rows(list(good.values())), strict=True))
    if kind.opens:
        matches |= open_records(batch, {at: good[at] for at, match in matches.items() if match is None}, now)
    faults |= {at: match for at, match in matches.items() if isinstance(match, RowFault)}
    faults |= _taken_numbers(kind, {at: row for at, row in good.items() if at not in faults})
    mine = [(at, match) for at, match in matches.items() if isinstance(match, int) and at not in faults]
    recorded = record_rows(batch, kind, [(rows[at].number, person, good[at]) for at, person in mine], now)
    for (at, _), outcome in zip(mine, recorded.outcomes, strict=True):
        if isinstance(outcome, RowFault):
            faults[at] = outcome
        else:
            outcomes[at] = outcome
    strangers = {at: good[at] for at, match in matches.items() if match is None and at not in faults}
    waits_of = _wait(batch, [(rows[at], row) for at, row in strangers.items()], now)
    for at, waits in zip(strangers, waits_of, strict=True):
        outcomes[at] = "waiting" if waits else "duplicate"
    refusals = [Refusal(rows[at].number, fault.code, fault.column, rows[at].cells) for at, fault in sorted(faults.items())]
    if keep:
        keep_refusals(batch, refusals)
    return Taken(outcomes, refusals, recorded.worse)


def keep_refusals(batch: Batch, refusals: Sequence[Refusal]) -> None:
    """Keep refused rows, sealed, until they are mended."""
    Row.objects.bulk_create(
        [
            Row(batch=batch, row=row, code=code, column=column, sealed=_sealed(ROW_LABEL, cells))
            for row, code, column, cells in refusals
        ],
        ignore_conflicts=True,
    )


def _taken_numbers(kind: FeedKind, rows: dict[int, Marked]) -> dict[int, RowFault]:
    numbered = {at: row for at, row in rows.items() if row.number}
    if not numbered:
        return {}
    title = next(column.zh for column in kind.columns if column.attribute == kind.number[-1])
    own = claim_numbers(kind, list(numbered.values()))
    return {at: RowFault("number_taken", title) for at, fine in zip(numbered, own, strict=True) if not fine}


def _wait(batch: Batch, rows: Sequence[tuple[ReadRow, Marked]], now: datetime) -> list[bool]:
    """Put rows into the pool; False for one that waits there already."""
    if not rows:
        return []
    values: dict[str, Any] = {
        "batch": batch.pk,
        "rows": [raw.number for raw, _ in rows],
        "documents": [row.document for _, row in rows],
        "phones": [row.phone for _, row in rows],
        "contents": [row.content for _, row in rows],
        "sealed": [_sealed(WAITING_LABEL, _waiting_content(raw, row)) for raw, row in rows],
        "expires": now + timedelta(days=WAITING_DAYS),
    }
    with binary_cursor() as cursor:
        cursor.execute(_WAIT, values)
        taken = {number for (number,) in cursor.fetchall()}
    return [raw.number in taken for raw, _ in rows]


def _waiting_content(raw: ReadRow, row: Marked) -> dict[str, Any]:
    said = {"occurred_at": row.occurred_at, "attributes": content_of(row.attributes), "name": row.name}
    return said | {"cells": raw.cells}


def _sealed(label: str, value: Any) -> bytes:
    return keyring().seal("exchange", msgspec.json.encode(value), label)
