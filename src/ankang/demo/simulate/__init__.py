"""A day in Ningguo over the real HTTP interface: ``ankang simulate``. See README.md."""

import asyncio
from datetime import UTC, datetime
from random import Random

from rich.console import Console

from ankang.config.settings import Settings

from .play import NotRunning, play
from .report import write_summary
from .tally import Tally
from .wire import GaveUp

__all__ = ["GaveUp", "NotRunning", "Tally", "run"]


def run(
    settings: Settings,
    hours: float = 12.0,
    rate: float = 50.0,
    speed: float | None = None,
    base: str | None = None,
    seed: int | None = None,
    console: Console | None = None,
) -> Tally:
    """Play ``hours`` of a day at ``rate`` requests a second and print what came of it.

    With ``speed`` (simulated seconds a real second) the day takes ``hours`` / ``speed``; without it, as long
    as what the cast does takes at ``rate``. ``base`` is the product's address (default: this machine and
    port). Django must be set up on the product's database. Raises NotRunning, GaveUp and, when nobody was
    loaded, NoDemonstration.
    """
    from .cast import gather  # needs Django

    random, console = Random(seed), console or Console(highlight=False)
    base = (base or f"http://127.0.0.1:{settings.port}").rstrip("/")
    cast = gather(base, random, datetime.now(UTC))
    people, doors = f"{len(cast.actors):,} residents", f"{len(cast.open_doors)} doors"
    console.print(f"{people}, {doors}, {hours:g} hours, {rate:g} requests a second; Ctrl-C ends the day")
    tally, elapsed = asyncio.run(play(base, cast, hours, rate, speed, random, console))
    write_summary(console, tally, elapsed)
    return tally
