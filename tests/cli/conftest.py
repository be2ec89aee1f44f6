"""An `ankang` command in a data folder of its own."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.house import ANKANG, free_port
from tests.template import settle

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database, tables and keys, as `ankang migrate` leaves it."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    settle(folder)
    return folder


@pytest.fixture
def ankang(tmp_path: Path) -> Run:
    """Run `ankang` in an empty data folder: ``ankang("doctor", ANKANG_PORT="1")``."""

    def in_empty_folder(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return run(tmp_path / "data", *arguments, **settings)

    return in_empty_folder


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `ankang` on ``folder`` with nothing of our own environment's settings."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ANKANG_") and name != "DJANGO_SETTINGS_MODULE"
    }
    own = {"ANKANG_DATA": str(folder), "ANKANG_PORT": str(free_port()), "COLUMNS": "110"}
    command = [str(ANKANG), *arguments]
    return subprocess.run(command, env=clean | own | settings, capture_output=True, text=True, check=False, timeout=120)


def processes_of(folder: Path) -> list[str]:
    """The command lines of everything that still works for ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if process.status() != psutil.STATUS_ZOMBIE and (
                any(str(folder) in word for word in words) or process.environ().get("ANKANG_DATA") == str(folder)
            ):
                found.append(" ".join(words)[:200])
        except psutil.Error:
            continue
    return found


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until ``true()`` is, at most ``seconds``; what it is at the end."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()
