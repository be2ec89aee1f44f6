"""Background work of the foundations."""

from django.utils import timezone
from procrastinate.contrib.django import app

from .api.once import forget_answers
from .exports import expire_exports
from .services import forget_messages
from .sign_in import forget_failures


@app.periodic(cron="27 3 * * *")
@app.task(queue="base", queueing_lock="base.tidy")
def tidy(timestamp: int) -> None:
    """Forget yesterday's wrong passwords, what was answered to yesterday's keys, and messages of a month ago."""
    forget_failures(timezone.now())
    forget_answers(timezone.now())
    forget_messages(timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(queue="base", queueing_lock="base.expire_exports")
def destroy_late_exports(timestamp: int) -> None:
    """Files that nobody fetched within their day are gone."""
    expire_exports(timezone.now())
