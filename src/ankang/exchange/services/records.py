"""Single records, without a file: from other systems, or typed by staff. A record is a batch of its own, or part of one.

What cannot turn a colour worse is taken at once. What can is collected, and handed in for approval a quarter of an hour
after the first of them came (or when its sender wishes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db.models import Max

from ankang.base.reading import headers
from ankang.base.reading.lines import cells_of

from ..errors import FileTooLarge, TooManyRecords
from ..faults import RowFault
from ..kinds import FeedKind
from ..models import Agent, Batch, Chunk
from ..rows import RowReader
from .checking import worsens_by_rule
from .files import sealed_piece
from .kinds import feed_kind
from .marking import Marked, ReadRow, marked
from .running import add_to_counts
from .senders import Sender, sender_of
from .taking import take_rows
from .uploads import MOST_PARTS, complete_upload

MOST_RECORDS = 1_000
COLLECT = timedelta(minutes=15)


@dataclass(frozen=True)
class RowAnswer:
    """What became of one record: success, duplicate, waiting, pending (collected for approval), or error and why."""

    row: int
    outcome: str
    code: str = ""
    column: str = ""


@dataclass(frozen=True)
class Sent:
    """The answers in the order of the records; the batch that took them, and the one that waits for approval."""

    rows: list[RowAnswer]
    batch: Batch | None
    pending: Batch | None


def send_rows(
    feed: str,
    rows: Sequence[Mapping[str, Any]],
    by: Any,
    now: datetime,
    *,
    agent: Agent | None = None,
    region: str | None = None,
    at_once: bool = False,
) -> Sent:
    """Take up to 1,000 records, columns named in Chinese or English.

    ``at_once``: hand in what needs approval now instead of collecting. Raises FeedUnknown, NotAllowed, NoRegion,
    TooManyRecords.
    """
    kind = feed_kind(feed)
    sender = sender_of(by, kind.slug, now, region, agent)
    if len(rows) > MOST_RECORDS:
        raise TooManyRecords()
    read = _read(kind, rows, now)
    always = kind.worsens == "never" and worsens_by_rule(kind, now)
    held = {row.number for row in read if isinstance(row.content, Marked) and (always or row.content.worsens)}
    answers, batch = _take_now(kind, sender, [row for row in read if row.number not in held], now)
    answers |= {number: RowAnswer(number, "pending") for number in held}
    pending = _collect(kind, sender, [rows[number - 1] for number in sorted(held)], now) if held else None
    if pending is not None and at_once:
        pending = hand_in(pending, by, now, agent)
    return Sent([answers[number] for number in sorted(answers)], batch, pending)


def hand_in(batch: Batch, by: Any, now: datetime, agent: Agent | None = None) -> Batch:
    """Close a collection: no more records come into it, and it is checked and handed in for approval."""
    Batch.objects.filter(pk=batch.pk).update(idempotency_key=None, submit_when_checked=True)
    return complete_upload(batch.pk, by, now, agent=agent).batch


def hand_in_collected(now: datetime) -> int:
    """Hand in the collections that are old enough; how many were."""
    due = Batch.objects.filter(way="records", state="draft", sent_at=None, created_at__lte=now - COLLECT)
    done = 0
    for batch in due.select_for_update(skip_locked=True, of=("self",)).select_related("agent")[:100]:
        hand_in(batch, User.objects.get(pk=batch.sender), now, batch.agent)
        done += 1
    return done


def _read(kind: FeedKind, rows: Sequence[Mapping[str, Any]], now: datetime) -> list[ReadRow]:
    names = {title: column.attribute for title, column in headers(kind.columns).items()}
    order = {column.attribute: at for at, column in enumerate(kind.columns)}
    reader = RowReader(kind, [column.zh for column in kind.columns], int(now.timestamp()))
    read = []
    for number, record in enumerate(rows, 1):
        cells = cells_of(dict(record), names, order)
        try:
            content: Marked | RowFault = RowFault("bad_json") if cells is None else marked(kind, reader.read(cells))
        except RowFault as fault:
            content = fault
        read.append(ReadRow(number, cells or [], content))
    return read


def _take_now(
    kind: FeedKind, sender: Sender, rows: list[ReadRow], now: datetime
) -> tuple[dict[int, RowAnswer], Batch | None]:
    """Take the rows that need nobody's approval; refused ones are answered and not kept, for the sender has them."""
    refused = {row.number: row.content for row in rows if isinstance(row.content, RowFault)}
    answers = {number: RowAnswer(number, "error", fault.code, fault.column) for number, fault in refused.items()}
    good = [row for row in rows if row.number not in refused]
    if not good:
        return answers, None
    began = monotonic()
    batch = Batch.objects.create(**_values(kind, sender, now), state="running", rows=len(good), started_at=now)
    taken = take_rows(batch, kind, good, now, keep=False)
    faults = {refusal.row: refusal for refusal in taken.refusals}
    for row, outcome in zip(good, taken.outcomes, strict=True):
        fault = faults.get(row.number)
        answers[row.number] = RowAnswer(row.number, outcome, fault.code if fault else "", fault.column if fault else "")
    add_to_counts(batch, taken, now, began)
    batch.state, batch.ended_at = "finished", now
    batch.save(update_fields=["state", "ended_at"])
    return answers, batch


def _collect(kind: FeedKind, sender: Sender, rows: Sequence[Mapping[str, Any]], now: datetime) -> Batch:
    """Put the rows, as lines of NDJSON, behind those that wait already."""
    batch, _ = Batch.objects.get_or_create(
        sender=sender.user,
        feed=kind.slug,
        idempotency_key=f"records:{sender.agent or 0}:{sender.region}",
        defaults=_values(kind, sender, now),
    )
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.sent_at is not None or batch.state != "draft":  # it was handed in this very moment
        return _collect(kind, sender, rows, now)
    n = (Chunk.objects.filter(batch=batch).aggregate(last=Max("n"))["last"] or 0) + 1
    if n > MOST_PARTS:
        raise FileTooLarge()
    body = b"".join(msgspec.json.encode(dict(row)) + b"\n" for row in rows)
    Chunk.objects.create(batch=batch, n=n, size=len(body), body=sealed_piece(batch.pk, n, body))
    return batch


def _values(kind: FeedKind, sender: Sender, now: datetime) -> dict[str, Any]:
    return {
        "feed": kind.slug,
        "filename": f"records-{now:%Y%m%d-%H%M%S}.ndjson",
        "format": "ndjson",
        "way": "records",
        "sender": sender.user,
        "sender_name": sender.name,
        "organisation": sender.organisation,
        "region_id": sender.region,
        "agent_id": sender.agent,
        "created_at": now,
    }
