"""The machine: Python, the data folder, the disk, the clock, the port."""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ankang.config.settings import Settings
from ankang.site.doctor.findings import Finding, note, well, wrong
from ankang.site.supervisor.occupancy import Occupied, check_port, running_up

ENOUGH_DISK, LITTLE_DISK = 2 * 2**30, 512 * 2**20
"""Bytes: below the first the doctor speaks, below the second nothing durable can be promised."""
OLDEST_PYTHON = (3, 11)
WRITTEN_IN = datetime(2025, 1, 1).astimezone().timestamp()
"""No clock that is right shows an earlier time than this."""


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be seen without the database."""
    yield python_version()
    yield data_folder(settings.data)
    yield disk_space(settings.data)
    yield clock(settings.data)
    yield port(settings)


def python_version() -> Finding:
    """At least 3.11, on Linux."""
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if tuple(sys.version_info) < OLDEST_PYTHON:
        return wrong("python", f"{found} is too old.", "Install Python 3.11 or newer, and `make run` again.")
    if platform.system() != "Linux":
        return note("python", f"{found}: only Linux is tried.")
    return well("python", found)


def data_folder(data: Path) -> Finding:
    """It can be written."""
    if not data.exists():
        parent = next(folder for folder in data.parents if folder.exists())
        try:
            tempfile.TemporaryDirectory(dir=parent, prefix=".doctor-").cleanup()
        except OSError:
            return wrong("data", f"The data folder {data} cannot be made.", "Set ANKANG_DATA to a folder of yours.")
        return well("data", f"The data folder {data} will be made at the first start.")
    if not data.is_dir():
        return wrong("data", f"The data folder {data} is not a folder.", "Set ANKANG_DATA to a folder of yours.")
    try:
        with tempfile.NamedTemporaryFile(dir=data, prefix=".doctor-") as probe:
            probe.write(b"x")
            probe.flush()
    except OSError as error:
        remedy = f"Make it yours (chown -R {os.geteuid()} {data}), or set ANKANG_DATA to another folder."
        return wrong("data", f"The data folder {data} cannot be written: {error.strerror}.", remedy)
    return well("data", f"The data folder {data} can be written.")


def disk_space(data: Path) -> Finding:
    """Room for the database and the spool."""
    folder = next(folder for folder in (data, *data.parents) if folder.exists())
    usage = shutil.disk_usage(folder)
    if usage.total == 0:
        return note("disk", f"{folder} lies on no disk.")
    free = usage.free
    says = f"{free / 2**30:.1f} GB are free on the disk of {folder}."
    if free < LITTLE_DISK:
        return wrong("disk", says, "Make room: without it visits cannot be kept, and doors will say so.")
    if free < ENOUGH_DISK:
        return note("disk", says, "Make room soon; a busy city writes some GB a day.")
    return well("disk", says)


def clock(data: Path) -> Finding:
    """Codes change each minute, so a wrong clock refuses everybody. Here only against what cannot be."""
    now = time.time()
    shown = datetime.fromtimestamp(now).astimezone().isoformat(timespec="seconds")
    remedy = "Set the clock (timedatectl set-ntp true); codes are checked to the minute."
    if now < WRITTEN_IN:
        return wrong("clock", f"The clock shows {shown}, which is in the past.", remedy)
    ahead = _newest(data) - now
    if ahead > 60:
        return wrong("clock", f"The clock shows {shown}, but data was written {ahead:.0f} s later than that.", remedy)
    return well("clock", f"The clock shows {shown}.")


def port(settings: Settings) -> Finding:
    """The one port is free, or is ours."""
    ours = running_up(settings.data)
    if ours is not None:
        return well("port", f"Ankang code runs: {ours.get('address')} (process {ours.get('pid')}).")
    try:
        check_port(settings.host, settings.port)
    except Occupied as fault:
        says, _, remedy = str(fault).partition(". ")
        return wrong("port", f"{says}.", remedy)
    return well("port", f"Port {settings.port} is free.")


def _newest(data: Path) -> float:
    """When something in the data folder was last written (unix seconds; 0 when nothing was)."""
    times = [0.0]
    for pattern in ("*", "keys/*", "run/*", "gate/*"):
        for path in data.glob(pattern):
            try:
                times.append(path.stat().st_mtime)
            except OSError:
                continue
    return max(times)
