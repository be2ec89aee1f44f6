"""Background work of this room."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from .services import watch_reads


@app.periodic(cron="* * * * *")
@app.task(queue="base", queueing_lock="access.watch")
def watch(timestamp: int) -> None:
    """Weigh the reads since the last look."""
    with transaction.atomic():
        watch_reads(timezone.now())
