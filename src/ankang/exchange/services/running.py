"""A batch at work: chunk by chunk, each chunk's rows and the cursor in one transaction, so each row counts exactly once."""

from collections import Counter
from contextlib import closing
from datetime import datetime
from time import monotonic

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ankang.health.services.dry_runs import alarm_of

from ..faults import FileFault
from ..models import Batch, Chunk
from ..rules import MAY_RUN
from .ahead import chunks_ahead
from .kinds import feed_kind
from .marking import ReadRow
from .submitting import ask_again
from .taking import Taken, take_rows
from .working import without_collector, work_on

CHUNK = 10_000
log = structlog.get_logger()


def run_batch(batch: int, chunk: int = CHUNK) -> None:
    """Work until the last row, a stop, the alarm, or a fault. Over, or another's: nothing happens.

    Commits after each chunk; never call it inside a request. Killed at any moment it is taken up again by the minutely
    job and goes on behind the last committed chunk.
    """
    with work_on(batch) as mine:
        found = _begin(batch) if mine else None
        if found is None:
            return
        log.info("batch runs", batch=batch, feed=found.feed, rows=found.rows, after=found.cursor)
        try:
            with without_collector():
                _work(found, chunk)
        except FileFault as fault:  # it was read once already: the database lost a piece
            Batch.objects.filter(pk=batch, state="running").update(
                state="error", fault=fault.code, ended_at=timezone.now()
            )
            log.error("batch cannot be read", batch=batch, fault=fault.code)


@transaction.atomic
def _begin(batch: int) -> Batch | None:
    now = timezone.now()
    Batch.objects.filter(pk=batch, state="scheduled", run_at__lte=now).update(state="approved")
    found = Batch.objects.select_for_update().filter(pk=batch, state__in=MAY_RUN).first()
    if found is not None:
        found.state, found.started_at, found.beat_at = "running", found.started_at or now, now
        found.save(update_fields=["state", "started_at", "beat_at"])
    return found


def _work(batch: Batch, size: int) -> None:
    cursor = batch.cursor
    with closing(chunks_ahead(batch, size)) as chunks:
        while True:
            began = monotonic()
            chunk = next(chunks, [])
            if not _take(batch.pk, cursor, chunk, began):
                return
            cursor += len(chunk)


@transaction.atomic
def _take(number: int, cursor: int, chunk: list[ReadRow], began: float) -> bool:
    """Take one chunk and move the cursor with it; False when the work ends here."""
    now = timezone.now()
    batch = Batch.objects.select_for_update().get(pk=number)
    if batch.state != "running" or batch.cursor != cursor:
        return False
    if batch.stop_wanted:
        batch.state, batch.stop_wanted = "paused", False
        batch.save(update_fields=["state", "stop_wanted"])
        return False
    if not chunk:
        finish_batch(batch, now)
        return False
    taken = take_rows(batch, feed_kind(batch.feed), chunk, now)
    add_to_counts(batch, taken, now, began)
    if not batch.alarm_confirmed and (alarm := alarm_of({"worse": batch.turned}, now)):
        ask_again(batch, alarm, now)
        return False
    return True


def add_to_counts(batch: Batch, taken: Taken, now: datetime, began: float) -> None:
    """Count what became of a chunk, and move the cursor behind it."""
    counts = Counter(taken.outcomes)
    batch.cursor += len(taken.outcomes)
    batch.succeeded += counts["success"]
    batch.duplicates += counts["duplicate"]
    batch.waiting += counts["waiting"]
    batch.failed += counts["error"]
    batch.skipped += counts["skipped"]
    batch.turned += taken.worse
    batch.beat_at = now
    batch.busy_seconds += monotonic() - began
    batch.save(
        update_fields=[
            "cursor",
            "succeeded",
            "duplicates",
            "waiting",
            "failed",
            "skipped",
            "turned",
            "beat_at",
            "busy_seconds",
        ]
    )


def finish_batch(batch: Batch, now: datetime) -> None:
    """The last row is done: the file is no longer needed."""
    Chunk.objects.filter(batch=batch).delete()
    Batch.objects.filter(pk=batch.pk).update(state="finished", ended_at=now, rows=F("cursor"), stop_wanted=False)
    log.info("batch finished", batch=batch.pk, feed=batch.feed, rows=batch.cursor)
