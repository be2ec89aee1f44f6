"""The simulated day: its load curve and pace, and a short one over the whole running product."""

import asyncio
import re
from array import array
from pathlib import Path
from time import monotonic
from typing import cast

import pytest

from ankang.demo.simulate.curve import STARTS_AT, DayCurve, entering, load_at
from ankang.demo.simulate.doors import Actor, Cast
from ankang.demo.simulate.pace import CurvePace
from ankang.demo.simulate.play import length_of
from ankang.demo.simulate.tally import Tally, percentile
from ankang.demo.simulate.wire import DayOver
from tests.house import House


def test_the_morning_peak_is_higher_than_the_evening_peak_and_both_than_the_rest() -> None:
    morning, noon, evening = load_at(8.2), load_at(10), load_at(17.5)
    assert morning > evening > 2 * noon
    assert load_at(8.2 + 24) == pytest.approx(morning)


def test_requests_come_faster_in_the_peak() -> None:
    curve = DayCurve(12)
    assert curve.share_of_time(0) == 0
    assert curve.share_of_time(1) == pytest.approx(1)
    shares = [curve.share_of_time(done / 100) for done in range(101)]
    assert shares == sorted(shares)
    assert curve.clock(curve.share_of_time(0.25)) < STARTS_AT + 12 * 0.25


def test_people_come_in_the_morning_and_leave_in_the_evening() -> None:
    assert entering(8) > 0.9
    assert entering(17.5) < 0.2


def test_the_pace_ends_after_the_last_request() -> None:
    async def all_turns() -> int:
        pace = CurvePace(DayCurve(12), total=20, seconds=0.2)
        turns = 0
        try:
            while True:
                await pace.turn()
                turns += 1
        except DayOver:
            return turns

    assert asyncio.run(all_turns()) == 20


@pytest.mark.parametrize(("hours", "rate", "speed"), [(12, 30, None), (1, 30, None), (12, 30, 1440), (5, 200, 3600)])
def test_the_whole_day_has_the_rate_asked_for(hours: float, rate: float, speed: float | None) -> None:
    nobody = cast("Actor", None)
    total, seconds = length_of(Cast([nobody] * 400, []), hours, rate, speed)
    assert total / seconds == pytest.approx(rate, rel=0.01)


def test_the_rush_is_at_most_about_twice_the_average() -> None:
    curve = DayCurve(12)
    times = [curve.share_of_time(done / 1000) for done in range(1001)]
    fastest = max(0.01 / (later - sooner) for sooner, later in zip(times, times[10:], strict=False))
    assert 1.5 < fastest < 2.2


def test_calling_off_the_day_wakes_those_who_wait() -> None:
    async def wait_for_a_turn() -> float:
        pace, started = CurvePace(DayCurve(12), total=2, seconds=3600), monotonic()
        await pace.turn()
        asyncio.get_running_loop().call_later(0.05, pace.call_off)
        with pytest.raises(DayOver):
            await pace.turn()
        return monotonic() - started

    assert asyncio.run(wait_for_a_turn()) < 5


def test_percentiles_and_verdicts_of_a_tally() -> None:
    tally = Tally()
    for milliseconds in range(100):
        tally.took("verify", milliseconds / 1000)
    tally.answer("verify", "admit", "ok")
    tally.answer("scan", "refer", "presence")
    assert percentile(tally.latencies["verify"], 0.5) == pytest.approx(50)
    assert percentile(tally.latencies["verify"], 0.99) == pytest.approx(99)
    assert percentile(array("f"), 0.5) == 0
    assert tally.by_verdict() == {"admit": 1, "refer": 1}


def test_a_day_over_the_running_product(tmp_path: Path) -> None:
    with House(tmp_path, residents=200) as house:
        text = house.ankang("simulate", "--rate", "40", "--speed", "3600", "--seed", "7")
    rows = {
        tuple(cell.strip() for cell in line.split("│")[1:-1]) for line in text.splitlines() if "│" in line
    }
    found = {row[:3] for row in rows if len(row) == 4}
    assert ("verify", "admit", "ok") in found
    assert ("scan", "admit", "ok") in found
    assert ("forgery", "deny", "invalid") in found
    assert ("upload", "recorded", "ok") in found
    assert "error" not in re.sub(r"errors", "", text)
