"""Background work of staff."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from .models import UsedCode


@app.periodic(cron="37 3 * * *")
@app.task(queue="staff", queueing_lock="staff.tidy")
def tidy(timestamp: int) -> None:
    """Forget used codes after a day, and sessions that ended by themselves."""
    UsedCode.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
    call_command("clearsessions")
