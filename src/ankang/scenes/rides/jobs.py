"""Daily work on rides: the days ahead, the issuer's certificate, and the days past their time."""

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from ankang.config.settings import load_settings

from .services import prepare_certificate, prepare_partitions, run_retention

log = structlog.get_logger()


@app.periodic(cron="19 * * * *")
@app.task(queue="rides", queueing_lock="rides.prepare_days")
def prepare_ride_days(timestamp: int) -> None:
    """Hourly, so that one missed run costs nothing: partitions two weeks ahead, a certificate that lasts."""
    made = prepare_partitions(timezone.now())
    if made:
        log.info("ride days prepared", days=len(made), last=made[-1].isoformat())
    prepare_certificate(timezone.now())


@app.periodic(cron="50 20 * * *")
@app.task(queue="rides", queueing_lock="rides.retention")
def destroy_old_rides(timestamp: int) -> None:
    """Every night after visits were (20:40 UTC): drop the rides of the same days."""
    dropped = run_retention(timezone.now(), load_settings().visit_days)
    if dropped:
        log.info("ride days dropped", days=[day.isoformat() for day in dropped])
