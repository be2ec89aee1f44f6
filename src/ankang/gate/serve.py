"""Runs gate processes on one port: ``ankang gate`` or ``python -m ankang.gate``."""

import os

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops

from ankang.config.settings import Settings

BACKLOG = 4096


def run(settings: Settings, workers: int, host: str, port: int) -> None:
    """Serve until a signal ends it. A worker that dies is replaced; Ctrl-C writes what waits and ends cleanly."""
    hand_over(settings)
    Granian(
        "ankang.gate.served:app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=20,
        log_access=False,
    ).serve()


def hand_over(settings: Settings) -> None:
    """Workers are new processes and read the environment, so every setting goes there."""
    for name, value in settings.model_dump(exclude_none=True).items():
        os.environ[f"ANKANG_{name.upper()}"] = str(value)
