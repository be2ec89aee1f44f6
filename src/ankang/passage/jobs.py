"""Daily work on visits: prepare the days ahead, destroy the days past their time."""

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from ankang.config.settings import load_settings

from .services import prepare_index_spaces, prepare_partitions, run_retention

log = structlog.get_logger()


@app.periodic(cron="17 * * * *")
@app.task(queue="passage", queueing_lock="passage.prepare_days")
def prepare_days(timestamp: int) -> None:
    """Hourly, so that one missed run costs nothing: keys and partitions exist two weeks ahead."""
    made = prepare_partitions(timezone.now())
    if made:
        log.info("visit days prepared", days=len(made), last=made[-1].isoformat())
    spaces = prepare_index_spaces(timezone.now())
    if spaces:
        log.info("index spaces fixed", epochs=spaces)


@app.periodic(cron="40 20 * * *")
@app.task(queue="passage", queueing_lock="passage.retention")
def destroy_old_days(timestamp: int) -> None:
    """Every night after 04:00 in Shanghai (20:00 UTC): destroy the days past the retention."""
    destroyed = run_retention(timezone.now(), load_settings().visit_days)
    if destroyed:
        log.info("visit days destroyed", days=[day.isoformat() for day in destroyed])


@app.periodic(cron="* * * * *")
@app.task(queue="passage", queueing_lock="passage.publish_lists")
def publish_lists(timestamp: int) -> None:
    """Every minute: the lists for scanners without a network. A run killed half-way is made good by the next one."""
    from .lists import publish_lists as publish

    for done in publish(timezone.now()):
        if done.full:
            log.info("list published", chain=done.chain.folder, sequence=done.sequence, bytes=done.full)
