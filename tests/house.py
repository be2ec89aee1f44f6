"""The whole product, started as an operator starts it, for tests that need all of it."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.template import ANKANG, settle

__all__ = ["ANKANG", "House", "free_port"]


def free_port() -> int:
    """A TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """``ankang up`` with the demonstration in a folder of its own; a context manager. ``fresh``: from nothing, tables too."""

    def __init__(self, folder: Path, residents: int = 60, fresh: bool = False, **settings: str) -> None:
        self.folder = folder
        if not fresh:
            settle(folder / "data")
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.log = folder / "house.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANKANG_")}
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = clean | {
            "ANKANG_DATA": str(folder / "data"),
            "ANKANG_PORT": str(self.port),
            "ANKANG_DEMO": "1",
            "ANKANG_DEMO_RESIDENTS": str(residents),
            **settings,
        }

    def __enter__(self) -> "House":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until both planes answer."""
        self._output = self.log.open("ab")
        self.process = subprocess.Popen(
            [str(ANKANG), "up"], env=self.environment, stdout=self._output, stderr=subprocess.STDOUT
        )
        self.wait_for("/g/v1/health")
        self.wait_for("/")

    def stop(self) -> None:
        """Ctrl-C, and wait until everything is gone."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
        self._output.close()

    def wait_for(self, path: str, seconds: float = 90) -> None:
        """Wait until ``path`` answers 200; show the log when it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise AssertionError(f"{path} never answered; the log says:\n{self.log.read_text()[-6000:]}")

    def ankang(self, *arguments: str) -> str:
        """Run an ``ankang`` command against this house and return what it prints."""
        done = subprocess.run(
            [str(ANKANG), *arguments], env=self.environment, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout

    def credentials(self) -> dict[str, Any]:
        """What ``ankang demo credentials`` prints."""
        return dict(json.loads(self.ankang("demo", "credentials")))

    def accounts(self) -> dict[str, Any]:
        """The demonstration's staff accounts, by role."""
        return dict(json.loads((self.folder / "data" / "keys" / "demo-accounts.json").read_text()))
