"""Background work of people: forget what is no longer needed."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from . import companions
from .carriers_runs import RUN, do_run, lost_runs, tidy_runs
from .models import Voiding
from .one_time_codes import forget_old_codes
from .services.entering import forget_claims
from .services.erasing import erase_due
from .services.indexing import index_names
from .services.leaving import close_due
from .services.legacy import forget_lists
from .services.requests import destroy_old_pictures

CHUNKS_A_MINUTE = 50


@app.periodic(cron="17 3 * * *")
@app.task(queue="people", queueing_lock="people.tidy")
def tidy(timestamp: int) -> None:
    """Delete one-time codes older than two days, withdrawals whose passes are long over, lists of a month ago, drafts whose session is over."""
    forget_old_codes(timezone.now())
    forget_claims(timezone.now())
    Voiding.objects.filter(at__lt=timezone.now() - timedelta(days=4)).delete()
    tidy_runs(timezone.now())
    forget_lists(timezone.now())
    with transaction.atomic():
        destroy_old_pictures(timezone.now())
    with transaction.atomic():
        erase_due(timezone.now())
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@app.periodic(cron="* * * * *")
@app.task(name="people.index_names", queue="people", queueing_lock="people.index_names")
def index_missing_names(timestamp: int) -> None:
    """Index people of before there was an index over name and birth date; who is left over waits for the next minute."""
    for _ in range(CHUNKS_A_MINUTE):
        with transaction.atomic():
            if not index_names():
                break


@app.task(name=RUN, queue="people")
def run_carriers(run: int) -> None:
    """Print the sheets, or bind the cards, of a list."""
    do_run(run)


@app.periodic(cron="* * * * *")
@app.task(name="people.take_up_carriers", queue="people", queueing_lock="people.take_up_carriers")
def take_up_carriers(timestamp: int) -> None:
    """Lists whose worker died are worked on by another."""
    for run in lost_runs(timezone.now()):
        app.configure_task(RUN, queue="people").defer(run=run)


@app.periodic(cron="*/10 * * * *")
@app.task(name="people.end_of_age", queue="people", queueing_lock="people.end_of_age")
def end_of_age(timestamp: int) -> None:
    """Who came of age is brought along by a guardian no more."""
    with transaction.atomic():
        companions.end_of_age(timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue="people", queueing_lock="people.close_accounts")
def close_accounts(timestamp: int) -> None:
    """Close the accounts whose week to think it over is past."""
    with transaction.atomic():
        close_due(timezone.now())
