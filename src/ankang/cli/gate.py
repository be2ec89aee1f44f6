"""``ankang gate``."""

import click

from ankang.cli.commands import override
from ankang.cli.words import in_plain_words, piece


@click.command()
@click.option("--host", help="Address to listen on.  [env: ANKANG_HOST; default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [env: ANKANG_PORT; default: 8000]")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that share one state.  [env: ANKANG_GATE_WORKERS; default: 2]",
)
@in_plain_words()
def gate(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the gate alone: pass, verify, scan.

    For a machine of its own beside others: set ANKANG_DATABASE_URL, and bring the root key into
    ANKANG_DATA/keys. Several gates on one machine share the state of their data folder.
    """
    from ankang.config.postgres import running
    from ankang.config.settings import load_settings
    from ankang.site.supervisor.occupancy import check_port

    override(host=host, port=str(port) if port else None, gate_workers=str(workers) if workers else None)
    settings = load_settings()
    with running(settings):
        check_port(settings.host, settings.port)
        piece("ankang.gate.serve", "run")(settings, settings.gate_workers, settings.host, settings.port)
