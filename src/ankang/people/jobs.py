"""Background work of people: forget what is no longer needed."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from .models import Voiding
from .one_time_codes import forget_old_codes


@app.periodic(cron="17 3 * * *")
@app.task(queue="people", queueing_lock="people.tidy")
def tidy(timestamp: int) -> None:
    """Delete one-time codes older than two days, withdrawals whose passes are long over, drafts whose session is."""
    forget_old_codes(timezone.now())
    Voiding.objects.filter(at__lt=timezone.now() - timedelta(days=4)).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
