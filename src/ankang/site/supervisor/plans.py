"""The programs of a running house: what each is called and how it is started."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ankang.config.settings import Settings
from ankang.config.sockets import prepare_control_socket
from ankang.site.supervisor import tether

GRANIAN = (sys.executable, "-m", "granian", "--log-level", "warning", "--no-ws", "--http", "1")


@dataclass(frozen=True)
class Plan:
    """One child: its short name in the logs, its command, a socket file it leaves when it is killed.

    ``after_the_page``: it starts when the first page answers, so that nobody waits for it.
    """

    name: str
    command: tuple[str, ...]
    colour: str
    leftover: Path | None = None
    after_the_page: bool = False


def plans(settings: Settings) -> list[Plan]:
    """The children in the order they are started; they are stopped in the reverse order."""
    return [_control_plane(settings), _worker(), _front(settings)]


def environment(settings: Settings) -> dict[str, str]:
    """What every child sees: our environment with the settings as we understood them."""
    known = {
        "ANKANG_DATA": str(settings.data),
        "ANKANG_HOST": settings.host,
        "ANKANG_PORT": str(settings.port),
        "ANKANG_DEMO": "1" if settings.demo else "0",
        "ANKANG_DEMO_RESIDENTS": str(settings.demo_residents),
        "ANKANG_GATE_WORKERS": str(settings.gate_workers),
        "DJANGO_SETTINGS_MODULE": "ankang.site.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return os.environ | known


def tied_to_us(command: Sequence[str]) -> list[str]:
    """The command, such that it is asked to end when we die, however we die."""
    return [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]


def _control_plane(settings: Settings) -> Plan:
    socket = prepare_control_socket(settings.data)
    options = ("--interface", "wsgi", "--uds", str(socket), "--uds-permissions", "0o600", "--workers", "1")
    most = 2 * (os.cpu_count() or 1) + 1  # more would only wait for the interpreter
    threads = ("--blocking-threads", str(min(settings.web_threads, most)), "--backpressure", "512")
    return Plan(
        "control",
        (*GRANIAN, *options, *threads, "--workers-kill-timeout", "5", "ankang.site.wsgi:application"),
        "cyan",
        socket,
    )


def _front(settings: Settings) -> Plan:
    where = ("--interface", "rsgi", "--host", settings.host, "--port", str(settings.port))
    workers = (
        "--workers",
        str(settings.gate_workers),
        "--respawn-failed-workers",
        "--respawn-interval",
        "0.2",
    )
    options = ("--loop", "uvloop", "--backlog", "4096", "--workers-kill-timeout", "10")
    return Plan("gate", (*GRANIAN, *where, *workers, *options, "ankang.site.front:app"), "blue")


def _worker() -> Plan:
    options = (
        "worker",
        "--concurrency",
        "2",
        "--shutdown-graceful-timeout",
        "8",
        "--delete-jobs",
        "successful",
    )
    return Plan(
        "worker",
        (sys.executable, "-m", "ankang.site.manage", "procrastinate", *options),
        "magenta",
        after_the_page=True,
    )
