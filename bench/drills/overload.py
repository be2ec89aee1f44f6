"""Ten times as many as the house takes, for a while, arriving at a fixed rate whether they are answered or not.

Two cores cannot make ten times what two cores serve, so the gate is given a bound (``ANKANG_GATE_MOST_PER_S``), and ten
times that bound comes. What an unbounded gate does when its processor is short is in docs/capacity.md (``bench.mixed``).
"""

import time

import numpy as np

from bench.arrivals import KINDS, Arrivals, drive
from bench.drills.house import House, Machine, wait_until
from bench.drills.report import Report

TAKES = 300.0
"""Requests a second of the gate."""
TIMES = 10
BUDGET_MS = 25.0
SLOW_MS = 250.0
"""After the load's end, whoever waits longer than this or is refused was not yet served as usual."""
MARGIN = 10.0
"""Seconds between a load's end and the end of its codes."""


def overload(house: House, seconds: float) -> Report:
    """Ten times the load, then an ordinary one, to see when all is well again."""
    report = Report("overload", f"{TIMES} × {TAKES:.0f} requests a second for {seconds:.0f} s, at a fixed rate")
    with house.machines(1, ANKANG_GATE_MOST_PER_S=str(TAKES)) as (machine,):
        machine.start()
        show_green(house, 1.4 * seconds)
        load = drive(house.folder, [machine.port], TAKES * TIMES, seconds, connections=128)
        after = drive(house.folder, [machine.port], TAKES / 2, min(10.0, max(3.0, seconds / 4)), connections=64)
        wait_until(machine.is_well)
        told = np.concatenate([load.visits[load.visits != b""], after.visits[after.visits != b""]])
        report.lost = len(told) - stored(house, [visit.decode() for visit in told])
        report.recovery = back_to_normal(after)
        _count(report, load, after, machine)
    return report


def _count(report: Report, load: Arrivals, after: Arrivals, machine: Machine) -> None:
    report.asked, report.refused = len(load.statuses), load.count(503)
    report.answered = load.answered
    visits = load.visits != b""
    report.wrong = int((visits & ~load.admitted).sum())
    silent = int((load.statuses == 0).sum())
    others = report.asked - load.answered - report.refused - silent
    report.expect(others == 0, f"{others} got neither an answer nor a 503")
    report.expect(silent == 0, f"{silent} were not answered at all")
    waits = load.waits[load.statuses == 503]
    report.expect(bool(len(waits)) and int(waits.min()) >= 1, "a refusal did not say when to come again")
    report.expect(len(set(waits.tolist())) > 4, "everybody was told to come again at the same moment")
    bounded = load.kinds != KINDS.index("me")  # looking at one's colour makes no visit and is not under the bound
    goodput = int((bounded & (load.statuses == 200)).sum()) / load.seconds / TAKES
    report.expect(goodput > 0.8, f"only {goodput:.0%} of what the gate takes was answered")
    report.expect(after.count(503) == 0 or report.recovery <= report.recovery_limit, "still refused after the load's end")
    p99, refused = load.latency(99), load.latency(99, 503)
    report.notes.append(
        f"goodput {goodput:.0%} of the bound; p99 of the admitted {p99:.1f} ms (budget {BUDGET_MS:.0f}), of the refused "
        f"{refused:.1f} ms; alone afterwards {after.latency(99):.1f} ms; Retry-After {waits.min()}–{waits.max()} s"
    )


def back_to_normal(after: Arrivals) -> float:
    """Seconds until the last one who was refused or had to wait."""
    slow = (after.statuses != 200) | (after.latencies > SLOW_MS)
    return float(after.moments[slow].max()) if slow.any() else 0.0


def stored(house: House, visits: list[str]) -> int:
    """How many of these visits the table holds, once, as admissions."""
    query = (
        "select count(*) from (select visit from passage_visit where visit = any(%s::uuid[]) and verdict = 1 "
        "group by visit having count(*) = 1) v"
    )
    return int(house.sql(query, visits)[0][0])


def show_green(house: House, seconds: float) -> None:
    """Write codes of this minute, of green people only: whoever is answered is to be let in."""
    left = 120 - time.time() % 60  # codes are good until the end of the next minute, and must outlive the load
    if left < seconds + MARGIN:
        time.sleep(left - 60)
    house.ground.show_codes()
    house.keep_green(house.ground.persons)
