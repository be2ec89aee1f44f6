"""Background work of health: first checks, colours that end by themselves, partitions ahead of time."""

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import services
from .services import dry_runs, statements
from .services.colours import CHECK_PERSON
from .services.publishing import publish_due
from .services.recolourings import RUN_RECOLOURING

BATCH = 1_000


@app.task(name=CHECK_PERSON, queue="health", retry=RetryStrategy(max_attempts=5, exponential_wait=2))
def check_person_job(person: int) -> None:
    """Check one person; checking again changes nothing."""
    with transaction.atomic():
        services.check_person(person, timezone.now())


@app.task(name=RUN_RECOLOURING, queue="health")
def run_recolouring_job(identity: int) -> None:
    """Evaluate everybody concerned anew; running it again goes on where it ended."""
    services.run_recolouring(identity)


@app.periodic(cron="* * * * *")
@app.task(name="health.recheck_due", queue="health", queueing_lock="health.recheck_due")
def recheck_due(timestamp: int) -> None:
    """Publish the rule sets whose moment has come, let open recolourings go on, and check everybody whose colour has
    ended by itself or whose first check was lost, in batches that commit.
    """
    with transaction.atomic():
        publish_due(timezone.now())
    services.take_up_recolourings()
    while True:
        with transaction.atomic():
            due = services.due_people(timezone.now(), BATCH)
            services.check_people_in_bulk(due, timezone.now())
        if len(due) < BATCH:
            return


@app.periodic(cron="23 2 * * *")
@app.task(name="health.prepare_partitions", queue="health", queueing_lock="health.prepare_partitions")
def prepare_partitions(timestamp: int) -> None:
    """Make the partitions of the coming months."""
    with transaction.atomic():
        services.prepare_partitions(timezone.now())


@app.task(name=dry_runs.RUN_DRY_RUN, queue="health")
def run_dry_run_job(dry_run: int) -> None:
    """Count who would change; running it again goes on where it ended."""
    dry_runs.run_dry_run(dry_run)


@app.periodic(cron="* * * * *")
@app.task(name="health.take_up_dry_runs", queue="health", queueing_lock="health.take_up_dry_runs")
def take_up_dry_runs(timestamp: int) -> None:
    """Dry runs whose worker died, or whose job was lost, go on."""
    for number in dry_runs.waiting_dry_runs(timezone.now()):
        dry_runs.enqueue(number)


@app.periodic(cron="* * * * *")
@app.task(name="health.sign_statements", queue="health", queueing_lock="health.sign_statements")
def sign_statements(timestamp: int) -> None:
    """Sign the reasons of the states that have changed, in batches that commit."""
    after: int | None = 0
    while after is not None:
        with transaction.atomic():
            after, _ = statements.sign_waiting(timezone.now(), after)
