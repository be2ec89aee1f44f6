"""``python -m bench.drills``: every drill, or those named; exit code 1 when one failed."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench import network
from bench.drills.cables import cable
from bench.drills.clocks import clock, keys
from bench.drills.house import House
from bench.drills.outages import control, database, disk, feed, gate
from bench.drills.overload import overload
from bench.drills.report import Report, show
from bench.measure import come_first

DRILLS: dict[str, tuple[Callable[[House, float], Report], float, float]] = {
    "database": (database, 20, 600),
    "control": (control, 5, 60),
    "feed": (feed, 3, 60),
    "keys": (keys, 8, 30),
    "gate": (gate, 6, 30),
    "cable": (cable, 6, 30),
    "disk": (disk, 3, 30),
    "clock": (clock, 4, 30),
    "overload": (overload, 20, 60),
}
"""What is done, and for how many seconds: usually, and with ``--full``."""


def main() -> int:
    """Run, print."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRILLS))
    parser.add_argument("--seconds", type=float, help="how long each trouble lasts")
    parser.add_argument("--full", action="store_true", help="as long as promised: the database away for ten minutes")
    given = parser.parse_args()
    if unknown := set(given.names) - DRILLS.keys():
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    console, reports = Console(width=None if sys.stdout.isatty() else 140), []
    with tempfile.TemporaryDirectory(prefix="ankang-drill-", ignore_cleanup_errors=True) as folder:
        console.print("A house for the drills …")
        house = House(Path(folder))
        come_first(os.getpid())
        come_first(house.ground.server.pid or os.getpid())
        try:
            for name in _able(given.names or list(DRILLS), console):
                drill, usual, full = DRILLS[name]
                seconds = given.seconds or (full if given.full else usual)
                console.print(f"{name} ({seconds:.0f} s) …")
                reports.append(run(drill, house, seconds, name))
        finally:
            house.close()
    show(reports, console)
    return 0 if all(report.passed for report in reports) else 1


def _able(names: list[str], console: Console) -> list[str]:
    """Without namespaces no cable can be pulled; that is said."""
    if "cable" in names and not network.can():
        console.print(f"cable left out: {network.ABSENT}")
        return [name for name in names if name != "cable"]
    return names


def run(drill: Callable[[House, float], Report], house: House, seconds: float, name: str) -> Report:
    """A drill; one that breaks is a failed one, and the next still has a database."""
    began = time.monotonic()
    try:
        return drill(house, seconds)
    except (AssertionError, OSError) as error:
        report = Report(name, f"broke off after {time.monotonic() - began:.0f} s")
        report.faults.append(f"{type(error).__name__}: {error}")
        return report
    finally:
        house.revive_database()


if __name__ == "__main__":
    sys.exit(main())
