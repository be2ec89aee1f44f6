"""Dry runs (I7): who would change colour if a candidate counted, and the alarm that a candidate may raise (I2).

A dry run walks everybody concerned as a recolouring does, in chunks that commit, and writes nothing but its own row.
"""

from .alarms import alarm_of
from .asking import (
    RUN_DRY_RUN,
    ask_dry_run,
    enqueue,
    latest_dry_run,
    resume_dry_run,
    stop_dry_run,
    waiting_dry_runs,
)
from .candidates import CANDIDATES, RIGHTS, SOURCES, Candidate, Source
from .counting import MOVES
from .running import run_dry_run

__all__ = [
    "CANDIDATES",
    "MOVES",
    "RIGHTS",
    "RUN_DRY_RUN",
    "SOURCES",
    "Candidate",
    "Source",
    "alarm_of",
    "ask_dry_run",
    "enqueue",
    "latest_dry_run",
    "resume_dry_run",
    "run_dry_run",
    "stop_dry_run",
    "waiting_dry_runs",
]
