"""``ankang demo``."""

import json

import click

from ankang.cli.commands import override
from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words, piece


@click.group()
def demo() -> None:
    """The demonstration: residents, accounts, credentials for scripts."""


@demo.command()
@click.option(
    "--residents",
    type=click.IntRange(0, 382_909),
    help="How many.  [env: ANKANG_DEMO_RESIDENTS; default: 3829]",
)
@in_plain_words()
def seed(residents: int | None) -> None:
    """Fill in the city of Ningguo: 19 towns, 74 sites, residents. A second run adds only what is missing."""
    from ankang.site.supervisor import groundwork
    from ankang.site.supervisor.screen import seeding_bar

    override(demo="1", demo_residents=None if residents is None else str(residents))
    with prepared() as settings, seeding_bar() as advance:
        groundwork.run(settings, ["demo"], advance)


@demo.command()
@in_plain_words()
def accounts() -> None:
    """Print who may sign in to the console."""
    from ankang.config.settings import load_settings
    from ankang.site.supervisor.welcome import demo_accounts

    found = demo_accounts(load_settings())
    if not found:
        raise click.ClickException(
            "There is no demonstration yet; run `ankang demo seed`, or `ankang up --demo`."
        )
    for name, text in found:
        click.echo(f"{name:<28} {text}")


@demo.command()
@in_plain_words()
def credentials() -> None:
    """Print JSON for scripts: a resident's bearer, a device's bearer, a checkpoint, a place code."""
    with prepared():
        made = piece("ankang.demo.credentials", "demo_credentials")()
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


@demo.command()
@click.option("--report", is_flag=True, help="A bus reports the ride too, so that it appears on /me/rides.")
@in_plain_words()
def ride(report: bool) -> None:
    """Print the ride code of this moment in hex, for `ankang ride verify` and `inspect`; at most 20 a day."""
    with prepared():
        code = piece("ankang.demo.rides", "demo_ride")(report)
    click.echo(code.hex())
