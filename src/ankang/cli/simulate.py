"""``ankang simulate``."""

from pathlib import Path

import click

from ankang.cli.standing import django
from ankang.cli.words import in_plain_words, piece


@click.command()
@click.option(
    "--hours",
    type=click.FloatRange(0.01, 24 * 31),
    default=12.0,
    show_default=True,
    help="How much of a day.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 100_000),
    default=50.0,
    show_default=True,
    help="Requests a second, passes and all others, on average over the whole day; the rush hours go up to twice as fast.",
)
@click.option(
    "--speed", type=click.FloatRange(1, 1e6), help="Simulated seconds a real second; else as fast as RATE."
)
@click.option("--base", help="Address of the product.  [default: this machine and ANKANG_PORT]")
@click.option("--seed", type=int, help="The same number plays the same day.")
@in_plain_words()
def simulate(hours: float, rate: float, speed: float | None, base: str | None, seed: int | None) -> None:
    """Drive a day in Ningguo through the real HTTP interface.

    Residents fetch passes, walk to doors and are verified; the board fills. It needs a running
    `ankang up --demo` on the same data folder. Ctrl-C ends the day.
    """
    with django() as settings:
        run = piece("ankang.demo.simulate", "run")
        run(settings, hours=hours, rate=rate, speed=speed, base=base or _running_at(settings.data), seed=seed)


def _running_at(data: Path) -> str | None:
    """Where the `ankang up` of this data folder answers; None when there is none."""
    from ankang.site.supervisor.occupancy import running_up

    found = running_up(data)
    return str(found["address"]) if found and "address" in found else None
