"""The drills in short: what tests/gate/test_faults.py does not break already. ``make drill`` does all of them for longer."""

from collections.abc import Callable

import pytest

from bench.drills.clocks import clock, keys
from bench.drills.house import House
from bench.drills.outages import control, disk, feed
from bench.drills.overload import overload
from bench.drills.report import Report


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("drill", "seconds"), [(feed, 1.0), (clock, 1.5), (keys, 6.0), (disk, 1.0), (control, 1.0), (overload, 3.0)]
)
def test_a_drill(house: House, drill: Callable[[House, float], Report], seconds: float) -> None:
    try:
        report = drill(house, seconds)
    finally:
        house.revive_database()
    # How long the recovery took is for `make drill` to judge: a test asserts no time.
    assert (report.faults, report.wrong, report.lost) == ([], 0, 0)
    assert report.answered > 0
