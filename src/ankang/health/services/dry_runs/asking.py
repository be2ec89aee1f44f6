"""Asking for a dry run, stopping and resuming it. The work itself is a job."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from ankang.base.errors import NotFound

from ...errors import DryRunHasEnded, MomentIsPast
from ...models import DryRun
from .candidates import CANDIDATES
from .working import is_worked_on

RUN_DRY_RUN = "health.run_dry_run"
PAST_AFTER = timedelta(hours=1)
LOST_AFTER = timedelta(minutes=1)
OPEN = ("waiting", "running")
_ASKING = 0x616B6472  # the class of the advisory locks that askers hold


def ask_dry_run(
    subject: str, reference: str, digest: bytes, text: str, moment: datetime, by: Any, now: datetime
) -> DryRun:
    """Ask what the candidate would change at ``moment``; the same candidate again, while one is open, is that one.

    ``digest``: SM3 of the candidate. ``by``: a user, or None for the system. Raises MomentIsPast (more than an hour).
    """
    assert subject in CANDIDATES
    if moment < now - PAST_AFTER:
        raise MomentIsPast(details={"moment": moment.isoformat()})
    _one_asker(subject, reference)
    same = DryRun.objects.filter(subject=subject, reference=reference, digest=digest)
    run = same.filter(state__in=OPEN, stop_wanted=False).order_by("pk").first()
    if run is not None:
        return run
    run = DryRun.objects.create(
        subject=subject,
        reference=reference,
        digest=digest,
        text=text,
        moment=moment,
        asked_by_name=(by.get_full_name() or by.username) if by else "ankang",
        asked_at=now,
    )
    enqueue(run.pk)
    return run


def stop_dry_run(number: int) -> DryRun:
    """Stop after the chunk that is being counted; at once when nobody works on it. What was counted is kept.

    Raises NotFound, DryRunHasEnded.
    """
    run = _locked(number)
    if run.state not in OPEN:
        raise DryRunHasEnded()
    run.stop_wanted = True
    if not is_worked_on(number):
        run.state = "stopped"
    run.save(update_fields=["stop_wanted", "state"])
    return run


def resume_dry_run(number: int) -> DryRun:
    """Go on where it was stopped or failed. Raises NotFound, DryRunHasEnded (it is finished, or running)."""
    run = _locked(number)
    if run.state == "finished" or (run.state in OPEN and not run.stop_wanted):
        raise DryRunHasEnded()
    run.stop_wanted, run.fault = False, ""
    if run.state != "running":
        run.state = "waiting"
    run.save(update_fields=["stop_wanted", "fault", "state"])
    enqueue(run.pk)
    return run


def latest_dry_run(subject: str, reference: str, digest: bytes) -> DryRun | None:
    """The last dry run of exactly this candidate."""
    same = DryRun.objects.filter(subject=subject, reference=reference, digest=digest)
    return same.order_by("-asked_at", "-pk").first()


def waiting_dry_runs(now: datetime) -> list[int]:
    """Open dry runs that nobody works on: their worker was killed, or their job was lost."""
    lost = Q(state="running") | Q(state="waiting", asked_at__lte=now - LOST_AFTER)
    return [number for number in DryRun.objects.filter(lost).values_list("pk", flat=True) if not is_worked_on(number)]


def enqueue(number: int) -> None:
    """Put the job into the queue, unless it waits there already."""
    task = app.configure_task(RUN_DRY_RUN, queue="health", queueing_lock=f"{RUN_DRY_RUN}:{number}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(dry_run=number)


def _one_asker(subject: str, reference: str) -> None:
    """Two who ask for the same thing at once: the second waits, until the first commits, and finds its row."""
    key = crc32(f"{subject} {reference}".encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ASKING, key])


def _locked(number: int) -> DryRun:
    run = DryRun.objects.select_for_update().filter(pk=number).first()
    if run is None:
        raise NotFound()
    return run
