"""The drills in short: what tests/gate/test_faults.py does not break already. ``make drill`` does all of them for longer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import network
from bench.drills.cables import cable
from bench.drills.clocks import clock, keys
from bench.drills.house import House
from bench.drills.outages import control, disk, feed
from bench.drills.overload import overload
from bench.drills.report import Report

pytestmark = pytest.mark.timeout(120)
Drill = Callable[[House, float], Report]


def passed(report: Report) -> None:
    # How long the recovery took is for `make drill` to judge: a test asserts no time.
    assert (report.faults, report.wrong, report.lost) == ([], 0, 0), report.name
    assert report.answered > 0


def test_drills_that_leave_the_database_alone_side_by_side(house: House) -> None:
    drills: list[tuple[Drill, float]] = [(feed, 0.5), (clock, 3.0), (keys, 6.0), (_control, 0.5)]
    if network.can():
        drills.append((cable, 2.0))
    with ThreadPoolExecutor(len(drills)) as pool:
        for running in [pool.submit(drill, house, seconds) for drill, seconds in drills]:
            passed(running.result())


def _control(house: House, seconds: float) -> Report:
    return control(house, seconds, "bench.drills.pages:application")


@pytest.mark.parametrize(("drill", "seconds"), [(overload, 2.0), (disk, 0.5)])
def test_a_drill(house: House, drill: Drill, seconds: float) -> None:
    try:
        passed(drill(house, seconds))
    finally:
        house.revive_database()
