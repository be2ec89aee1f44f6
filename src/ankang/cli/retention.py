"""``ankang retention``."""

from datetime import UTC, datetime

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words, piece


@click.group()
def retention() -> None:
    """Destroy what was kept long enough."""


@retention.command()
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    help="Days a visit is kept.  [env: ANKANG_VISIT_DAYS; default: 30]",
)
@in_plain_words()
def run(days: int | None) -> None:
    """Drop the visits of days gone by, and destroy those days' keys for good."""
    with prepared() as settings:
        destroyed = piece("ankang.passage.services", "run_retention")(
            datetime.now(UTC),
            days or settings.visit_days,
            lambda done, total: click.echo(f"{done} of {total} days"),
        )
        for day in destroyed:
            click.echo(f"{day}: visits dropped, key destroyed")
        if not destroyed:
            click.echo("Nothing is old enough to be destroyed.")
