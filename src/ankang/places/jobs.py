"""Background work of places: policy sets whose moment has come are marked so; long lists are checked and carried out."""

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from .models import PlaceImport
from .services.import_running import run_import
from .services.imports import RUN_IMPORT, check_import, waiting_imports
from .services.policy_releases import publish_due_policies

_LIST = 0x616B706C


@app.periodic(cron="* * * * *")
@app.task(name="places.publish_policies", queue="places", queueing_lock="places.publish_policies")
def publish_policies(timestamp: int) -> None:
    """Mark what is in force; doors turn by their own clocks and do not wait for this."""
    with transaction.atomic():
        publish_due_policies(timezone.now())


@app.task(name=RUN_IMPORT, queue="places")
def import_job(number: int) -> None:
    """Check a list, or carry out a confirmed one; again changes nothing."""
    batch = PlaceImport.objects.defer("data").filter(pk=number).first()
    if batch is None:
        return
    by = User.objects.filter(pk=batch.by, is_active=True).first()
    if by is None and batch.by:  # whoever handed it in has left: nobody answers for it
        PlaceImport.objects.filter(pk=number).update(state="cancelled", data=None, finished_at=timezone.now())
        return
    PlaceImport.objects.filter(pk=number, state="waiting").update(state="checking")
    PlaceImport.objects.filter(pk=number, state="confirmed").update(state="running")
    work = run_import if batch.state in ("confirmed", "running") else check_import
    with transaction.atomic():
        if _nobody_else(number):
            work(number, by, timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="places.take_up_imports", queue="places", queueing_lock="places.take_up_imports")
def take_up_imports(timestamp: int) -> None:
    """Lists whose worker died, or whose job was lost, go on."""
    for number in waiting_imports():
        enqueue_import(number)


def enqueue_import(number: int) -> None:
    """Let the worker look at a list, or carry it out. No lock of the queue: one that a dead worker held would never be let go."""
    try:
        with transaction.atomic():
            app.configure_task(RUN_IMPORT, queue="places", queueing_lock=f"{RUN_IMPORT}.{number}").defer(number=number)
    except AlreadyEnqueued:
        return


def _nobody_else(number: int) -> bool:
    """Be the one worker on a list until the transaction ends, however it ends; False while another one is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LIST, number])
        return bool(cursor.fetchone()[0])
