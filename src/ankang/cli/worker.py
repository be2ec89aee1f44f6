"""``ankang worker``."""

import click

from ankang.cli.standing import django
from ankang.cli.words import in_plain_words


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Jobs at the same time."
)
@in_plain_words()
def worker(concurrency: int) -> None:
    """Run the background jobs alone.

    `ankang up` runs one already; more of them, on any machine, share the same queue.
    """
    with django():
        from django.core.management import call_command

        call_command("procrastinate", "worker", "--concurrency", str(concurrency))
