"""``ankang simulate``."""

import click

from ankang.cli.words import in_plain_words, piece


@click.command()
@click.option(
    "--hours",
    type=click.FloatRange(0.01, 24 * 31),
    default=12.0,
    show_default=True,
    help="Hours of Ningguo's life to play.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 100_000),
    default=50.0,
    show_default=True,
    help="Visits a second, at most.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Where the product runs.  [env: ANKANG_PORT; default: 8000]"
)
@in_plain_words()
def simulate(hours: float, rate: float, port: int | None) -> None:
    """Drive a day in Ningguo through the real HTTP interface.

    Residents fetch passes, walk to doors and are verified; the board fills. It needs a running
    `ankang up --demo`.
    """
    from ankang.cli.commands import override
    from ankang.config.settings import load_settings

    override(port=str(port) if port else None)
    piece("ankang.demo.simulate", "run")(load_settings(), hours=hours, rate=rate)
