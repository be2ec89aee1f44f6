"""Who is let in when more come than can be served."""

import pytest

from ankang.gate.admission import FIRST, LEAST, TARGET, Admission, LastMinute
from ankang.gate.limits import Allowance

VERIFY, ME, HEALTH = "/g/v1/verify", "/g/v1/me", "/g/v1/health"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def served(admission: Admission, clock: Clock, delay: float, intervals: int, crowd: int = LEAST) -> None:
    """A crowd comes and is served after ``delay``, ten times a second."""
    for _ in range(intervals):
        began = [clock.now for _ in range(crowd) if admission.enter(VERIFY, clock.now)]
        clock.now += max(delay, 0.1)
        for one in began:
            admission.leave(clock.now - delay if delay < 0.1 else one, clock.now, durable=True)


def test_no_more_are_in_progress_than_the_limit() -> None:
    clock = Clock()
    admission = Admission(clock=clock)
    let_in = sum(admission.enter(VERIFY, clock.now) for _ in range(2 * FIRST))
    assert (let_in, admission.in_flight, admission.is_full(VERIFY)) == (FIRST, FIRST, True)


def test_doors_come_before_phones_and_operators_before_all() -> None:
    clock = Clock()
    admission = Admission(clock=clock)
    while admission.enter(ME, clock.now):
        pass
    assert [admission.is_full(path) for path in (ME, VERIFY, HEALTH)] == [True, False, False]
    while admission.enter(VERIFY, clock.now):
        pass
    assert [admission.enter(path, clock.now) for path in (ME, VERIFY, HEALTH)] == [False, False, True]


def test_a_standing_queue_makes_the_limit_smaller_down_to_the_least() -> None:
    clock = Clock()
    admission = Admission(clock=clock)
    served(admission, clock, delay=3 * TARGET, intervals=30)
    assert admission.limit == LEAST


def test_a_burst_that_is_served_in_time_makes_it_larger() -> None:
    clock = Clock()
    admission = Admission(clock=clock)
    served(admission, clock, delay=TARGET / 4, intervals=20, crowd=FIRST + 200)
    assert admission.limit > FIRST


def test_an_operators_bound_holds_whatever_the_delay() -> None:
    clock = Clock()
    admission = Admission(most_per_second=100.0, clock=clock)
    let_in = 0
    for _ in range(1000):
        clock.now += 0.01
        if admission.enter(VERIFY, clock.now):
            let_in += 1
            admission.leave(clock.now, clock.now, durable=True)
        admission.enter(VERIFY, clock.now)
        admission.in_flight = 0
    assert let_in <= 100 * 10 + 10


def test_the_last_minute_forgets_what_was_before() -> None:
    minute = LastMinute()
    told = [minute.note(10 * second, second) for second in range(1, 101)]
    assert (told[0], told[59], told[99]) == ((10, 1), (600, 60), (600, 60))


@pytest.mark.parametrize("jump", [-600.0, -1e9, 600.0])
def test_an_allowance_survives_a_clock_that_is_set(jump: float) -> None:
    allowance = Allowance(5.0, 1000.0)
    assert allowance.take(1000.0)
    assert allowance.take(1000.0 + jump)
    assert allowance.take(1001.0 + jump)
