"""Background work of places: policy sets whose moment has come are marked so."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from .services.policy_releases import publish_due_policies


@app.periodic(cron="* * * * *")
@app.task(name="places.publish_policies", queue="places", queueing_lock="places.publish_policies")
def publish_policies(timestamp: int) -> None:
    """Mark what is in force; doors turn by their own clocks and do not wait for this."""
    with transaction.atomic():
        publish_due_policies(timezone.now())
