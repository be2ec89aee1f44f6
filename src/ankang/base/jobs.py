"""Background work of the foundations."""

from django.utils import timezone
from procrastinate.contrib.django import app

from .sign_in import forget_failures


@app.periodic(cron="27 3 * * *")
@app.task(queue="base", queueing_lock="base.tidy")
def tidy(timestamp: int) -> None:
    """Forget yesterday's wrong passwords."""
    forget_failures(timezone.now())
