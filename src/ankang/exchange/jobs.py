"""Background work of exchange: check files, run batches, take up what was lost, hand in collections, forget in time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from .models import Batch, Chunk, Row
from .rules import REFUSED_DAYS, WAITING_DAYS
from .services.checking import check_batch
from .services.pool import forget_waiting, rematch
from .services.records import hand_in_collected
from .services.running import run_batch
from .services.submitting import CHECK_BATCH, RUN_BATCH

_LOST_AFTER = timedelta(seconds=90)


@app.task(name=CHECK_BATCH, queue="exchange")
def check(batch: int) -> None:
    """Check a file's rows."""
    check_batch(batch)


@app.task(name=RUN_BATCH, queue="exchange")
def run(batch: int) -> None:
    """Run a batch to its end, or to the next stop."""
    run_batch(batch)


@app.periodic(cron="* * * * *")
@app.task(name="exchange.take_up", queue="exchange", queueing_lock="exchange.take_up")
def take_up(timestamp: int) -> None:
    """Collections that are due are handed in; batches whose worker died, or whose moment has come, are worked on."""
    with transaction.atomic():
        hand_in_collected(timezone.now())
    now = timezone.now()
    quiet = Q(beat_at=None) | Q(beat_at__lte=now - _LOST_AFTER)
    for batch in Batch.objects.filter(
        Q(state="draft", sent_at__lte=now - _LOST_AFTER) & quiet
        | Q(state="validated", submit_when_checked=True, validated_at__lte=now - _LOST_AFTER)
    ):
        app.configure_task(CHECK_BATCH, queue="exchange").defer(batch=batch.pk)
    for batch in Batch.objects.filter(
        Q(state="scheduled", run_at__lte=now) | Q(state__in=["approved", "running"], decided_at__lte=now - _LOST_AFTER) & quiet
    ):
        app.configure_task(RUN_BATCH, queue="exchange").defer(batch=batch.pk)


@app.periodic(cron="*/5 * * * *")
@app.task(name="exchange.rematch", queue="exchange", queueing_lock="exchange.rematch")
def rematch_all(timestamp: int) -> None:
    """Waiting rows whose person came on file without telling (registered in bulk), in steps that commit."""
    after = 0
    while True:
        with transaction.atomic():
            _, after = rematch(timezone.now(), after=after)
        if not after:
            return


@app.periodic(cron="41 3 * * *")
@app.task(name="exchange.forget", queue="exchange", queueing_lock="exchange.forget")
def forget(timestamp: int) -> None:
    """Waiting rows after 30 days, refused ones after 90; files of uploads that nobody completed or handed in."""
    now = timezone.now()
    with transaction.atomic():
        forget_waiting(now)
        Row.objects.filter(batch__created_at__lte=now - timedelta(days=REFUSED_DAYS)).delete()
        stale = Batch.objects.filter(
            state__in=["draft", "validated"], created_at__lte=now - timedelta(days=WAITING_DAYS)
        )
        Chunk.objects.filter(batch__in=stale).delete()
        stale.update(state="cancelled", ended_at=now, fault="abandoned")
