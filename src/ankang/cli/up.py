"""``ankang up``."""

import click

from ankang.cli.commands import override
from ankang.cli.words import in_plain_words


@click.command()
@click.option("--host", help="Address to listen on.  [env: ANKANG_HOST; default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The one port; 0 takes a free one.  [env: ANKANG_PORT; default: 8000]",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Gate processes.  [env: ANKANG_GATE_WORKERS; default: 2]"
)
@click.option("--demo", is_flag=True, help="With the Ningguo demonstration.  [env: ANKANG_DEMO]")
@click.option(
    "--residents",
    type=click.IntRange(0, 382_909),
    help="Residents of the demonstration.  [env: ANKANG_DEMO_RESIDENTS; default: 3829]",
)
@in_plain_words()
def up(host: str | None, port: int | None, workers: int | None, demo: bool, residents: int | None) -> None:
    """Start the whole product on one port; Ctrl-C stops it.

    Starts the embedded PostgreSQL (unless ANKANG_DATABASE_URL names another), makes missing tables and keys,
    with --demo fills in the city of Ningguo, and then keeps three programs running: gate, control plane and
    worker. One that dies is started again. A second `ankang up` on the same data folder is refused.
    """
    from ankang.config.settings import load_settings
    from ankang.site.supervisor.house import run
    from ankang.site.supervisor.occupancy import free_port
    from ankang.site.supervisor.screen import Screen

    override(host=host, port=_text(port), gate_workers=_text(workers), demo_residents=_text(residents))
    override(demo="1" if demo else None)
    settings = load_settings()
    if settings.port == 0:
        override(port=str(free_port(settings.host)))
    run(load_settings(), Screen())


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
