"""A file arrives: begun, piece by piece, and complete. The same file of one feed is one batch, however often it is sent."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db import IntegrityError, transaction
from django.db.models import Sum
from procrastinate.contrib.django import app

from ankang.base.errors import BadInput, BodyTooLarge
from ankang.base.limits import MAX_BODY
from ankang.base.reading import MAX_BYTES, Recogniser
from ankang.base.reading.formats import check_name

from ..errors import BatchStateWrong, FileNotReadable, FileTooLarge, PartDiffers, PartsMissing
from ..faults import FileFault
from ..models import TAKEN_BACK, Agent, Batch, Chunk
from .files import opened_piece, pieces_of, sealed_piece
from .kinds import feed_kind
from .senders import own_batch, sender_of

CHECK_BATCH = "exchange.check_batch"
PIECE = 1024 * 1024
MOST_PARTS = 10_000


@dataclass(frozen=True)
class Completed:
    """``already``: this very file is known; ``batch`` is the one it was sent as, and nothing new came of it."""

    batch: Batch
    already: bool


def open_upload(
    feed: str,
    filename: str,
    by: Any,
    now: datetime,
    *,
    way: str = "page",
    key: str | None = None,
    region: str | None = None,
    agent: Agent | None = None,
    submit: bool = False,
) -> Batch:
    """Begin a file. The same ``key`` from the same sender again is the same batch.

    ``submit``: hand it in as soon as it is checked. Raises FeedUnknown, FileNotReadable, NotAllowed, NoRegion.
    """
    kind = feed_kind(feed)
    sender = sender_of(by, kind.slug, now, region, agent)
    _check_filename(filename)
    if key is not None and (not 1 <= len(key) <= 200 or key.startswith("records:")):
        raise BadInput(details={"fields": {"Idempotency-Key": "bad_value"}})
    values = {
        "filename": filename.strip()[-120:],
        "way": way,
        "sender_name": sender.name,
        "organisation": sender.organisation,
        "region_id": sender.region,
        "agent_id": sender.agent,
        "submit_when_checked": submit,
        "created_at": now,
    }
    if key is None:
        return Batch.objects.create(feed=kind.slug, sender=sender.user, **values)
    return Batch.objects.get_or_create(sender=sender.user, feed=kind.slug, idempotency_key=key, defaults=values)[0]


def put_part(batch: int, n: int, body: bytes, by: Any, now: datetime, agent: Agent | None = None) -> None:
    """Take piece ``n`` (from 1). The same piece again changes nothing.

    Raises NotFound, BodyTooLarge, FileTooLarge, BatchStateWrong (complete already), PartDiffers, BadInput.
    """
    found = own_batch(by, batch, now, agent)
    if not 1 <= n <= MOST_PARTS or not body:
        raise BadInput(details={"fields": {"n": "out_of_range"} if body else {"body": "empty"}})
    if len(body) > MAX_BODY:
        raise BodyTooLarge()
    there = Chunk.objects.filter(batch=found, n=n).first()
    if there is not None:
        if not secrets.compare_digest(opened_piece(there), body):
            raise PartDiffers(details={"part": n})
        return
    _must_be_open(found)
    if (Chunk.objects.filter(batch=found).aggregate(sum=Sum("size"))["sum"] or 0) + len(body) > MAX_BYTES:
        raise FileTooLarge()
    Chunk.objects.create(batch=found, n=n, size=len(body), body=sealed_piece(found.pk, n, body))


def complete_upload(
    batch: int, by: Any, now: datetime, parts: int | None = None, agent: Agent | None = None
) -> Completed:
    """The file has arrived: it gets its digest, and a job checks its rows. Again: the same answer.

    ``parts``: how many there are, if the sender wants it checked. Raises NotFound, PartsMissing, FileNotReadable.
    """
    found = own_batch(by, batch, now, agent)
    if found.sent_at is not None:
        return Completed(found, False)
    if found.state == "cancelled" and found.digest is not None:
        return _earlier(found)
    _must_be_open(found)
    _check_parts(found, parts)
    try:
        found.format, found.digest, found.size = _recognise(found)
    except FileFault as fault:
        raise FileNotReadable(details={"fault": fault.code}) from None
    found.sent_at = now
    try:
        with transaction.atomic():
            found.save(update_fields=["format", "digest", "size", "sent_at"])
    except IntegrityError:
        return _give_way(found, now)
    app.configure_task(CHECK_BATCH, queue="exchange").defer(batch=found.pk)
    return Completed(found, False)


def send_file(
    feed: str,
    filename: str,
    pieces: Iterable[bytes],
    by: Any,
    now: datetime,
    *,
    way: str = "page",
    key: str | None = None,
    region: str | None = None,
    agent: Agent | None = None,
    submit: bool = False,
) -> Completed:
    """A whole file at once. Raises what the three steps raise."""
    batch = open_upload(feed, filename, by, now, way=way, key=key, region=region, agent=agent, submit=submit)
    if batch.sent_at is not None:
        return Completed(batch, False)
    for n, piece in enumerate(_even(pieces), 1):
        put_part(batch.pk, n, piece, by, now, agent)
    return complete_upload(batch.pk, by, now, agent=agent)


def _check_filename(filename: str) -> None:
    try:
        check_name(filename.strip())
    except FileFault as fault:
        raise FileNotReadable(details={"fault": fault.code}) from None


def _must_be_open(batch: Batch) -> None:
    if batch.state != "draft" or batch.sent_at is not None:
        raise BatchStateWrong(details={"state": batch.state})


def _check_parts(batch: Batch, parts: int | None) -> None:
    if parts is not None and not 1 <= parts <= MOST_PARTS:
        raise BadInput(details={"fields": {"parts": "out_of_range"}})
    there = set(Chunk.objects.filter(batch=batch).values_list("n", flat=True))
    if not there:
        raise FileNotReadable(details={"fault": "empty_file"})
    missing = sorted(set(range(1, max(parts or 0, *there) + 1)) - there)
    if missing or (parts is not None and max(there) > parts):
        raise PartsMissing(details={"missing": missing[:100]})


def _recognise(batch: Batch) -> tuple[str, bytes, int]:
    """Format, SM3 and size of the file, in one pass. Raises FileFault."""
    recogniser, digest, size = Recogniser(batch.filename), hashes.Hash(hashes.SM3()), 0
    for piece in pieces_of(batch):
        recogniser.show(piece)
        digest.update(piece)
        size += len(piece)
    return recogniser.result(), digest.finalize(), size


def _give_way(batch: Batch, now: datetime) -> Completed:
    """Another batch has this file: this one ends, and keeps the digest so that a repeated call finds the other."""
    Chunk.objects.filter(batch=batch).delete()
    batch.state, batch.ended_at, batch.sent_at, batch.fault = "cancelled", now, None, "same_file"
    batch.save(update_fields=["state", "ended_at", "sent_at", "fault", "format", "digest", "size"])
    return _earlier(batch)


def _earlier(batch: Batch) -> Completed:
    same = Batch.objects.filter(feed=batch.feed, digest=batch.digest).exclude(state__in=TAKEN_BACK)
    return Completed(same.order_by("pk").first() or batch, True)


def _even(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The same bytes in pieces of one megabyte."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
