"""``ankang groundwork``: what ``ankang up`` has done by a process of its own; not for people."""

import click

from ankang.cli.words import in_plain_words


@click.command(hidden=True)
@click.argument("steps", nargs=-1, required=True)
@in_plain_words()
def groundwork(steps: tuple[str, ...]) -> None:
    """Do steps of the groundwork; the database runs already."""
    from ankang.config.settings import load_settings
    from ankang.site.supervisor.groundwork import run
    from ankang.site.supervisor.screen import seeding_bar

    with seeding_bar() as advance:
        run(load_settings(), list(steps), advance)
