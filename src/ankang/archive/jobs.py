"""Once a night: uploads of requests that were answered a month ago are destroyed."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from .services.asking import forget_documents


@app.periodic(cron="25 3 * * *")
@app.task(name="archive.forget_documents", queue="archive", queueing_lock="archive.forget_documents")
@transaction.atomic
def forget_old_documents(timestamp: int) -> None:
    """Destroy them."""
    forget_documents(timezone.now())
