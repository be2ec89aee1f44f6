"""``ankang migrate``."""

import click

from ankang.cli.standing import database
from ankang.cli.words import in_plain_words


@click.command()
@in_plain_words()
def migrate() -> None:
    """Bring the database's tables, keys and partitions up to date.

    `ankang up` does it by itself. A second run changes nothing.
    """
    from ankang.site.supervisor import groundwork
    from ankang.site.supervisor.house import guard_root_key

    with database() as settings:
        guard_root_key(settings)
        groundwork.run(settings, ["tables", "static"])
    click.echo("Tables, keys and partitions are up to date.")
