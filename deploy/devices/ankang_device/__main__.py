"""``python -m ankang_device --settings device.toml``: the box. ``--pair CODE`` first, once, with the code from the console."""

import argparse
import json
import logging
import os
import signal
import sys
import urllib.request
from pathlib import Path

from . import VERSION
from .box import Box
from .clock import Clock
from .door import Door
from .gate import Gate
from .journal import Journal
from .keyboard import open_keyboard
from .knowledge import Knowledge
from .line import open_port
from .settings import Settings, read_settings
from .upkeep import Upkeep


def main() -> int:
    """Run until a signal; the exit code says whether the settings were good."""
    parser = argparse.ArgumentParser(prog="ankang_device")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--pair", metavar="CODE", help="pair with the house and keep the token")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = read_settings(given.settings)
        if given.pair:
            pair(settings, given.pair)
            return 0
        serve(settings)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"ankang_device: {fault}\n")
        return 2
    return 0


def serve(settings: Settings) -> None:
    """The door, and its upkeep beside it."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = Journal(settings.folder / "journal.sqlite3", settings.most_waiting)
    clock = Clock(journal, settings.clock_tolerance, settings.unsynchronised_days)
    knowledge = Knowledge(settings.folder, journal)
    knowledge.begin()
    gate = Gate(settings.gate, settings.token, settings.online_wait, settings.checkpoint)
    door = Door(settings, journal, clock, knowledge, gate)
    ports = [open_port(path) for path in settings.serial]
    box = Box(settings, door, ports, [open_keyboard(settings.keyboard)] if settings.keyboard else [])
    upkeep = Upkeep(settings, journal, clock, knowledge, door, box.faults)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, box.stop)
    upkeep.start()
    box.run()
    upkeep.stop()


def pair(settings: Settings, code: str) -> None:
    """Use a pairing code; the token is readable by its owner alone."""
    body = json.dumps({"pairing": code, "label": f"{settings.hardware} {VERSION}", "bearer": True}).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own setting
        f"{settings.gate}/api/v1/devices/pair", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        bearer = json.load(answer)["bearer"]
    descriptor = os.open(settings.token_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(bearer)


if __name__ == "__main__":
    sys.exit(main())
