"""Drills in which nothing goes away and something is wrong: a clock, a key that changes."""

import subprocess
import sys
import time
from pathlib import Path

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes import show
from ankang.core.epochs import step_of
from bench.drills.house import House, Machine, wait_until
from bench.drills.report import Report
from bench.drills.scanners import CANNOT_VERIFY, Scanners
from bench.gate_verify import granian

OFF = 600.0
NEWS_LIMIT = 3.0
"""Seconds: gates look once a second, and a busy machine takes a while to ask them."""


def clock(house: House, seconds: float) -> Report:
    """The clock of one of two machines is ten minutes off: it says 'cannot verify' and that it is unable, the other goes on."""
    report = Report("clock", f"one gate's clock {OFF / 60:.0f} minutes ahead, then behind")
    setting = house.folder / "clock"
    setting.write_text("0")
    with house.machines(2, BENCH_CLOCK=str(setting)) as (right, off):
        right.launch()
        off.launch(granian("bench.drills.skewed:app", "rsgi", off.port, 1))
        right.ready()
        off.ready()
        with Scanners(house, [right, off]) as scanners:
            time.sleep(1.0)
            for error in (OFF, -OFF):
                setting.write_text(str(error))
                wait_until(lambda: abs(float(off.health().get("clock_error") or 0)) > OFF - 5)
                since = time.monotonic()
                report.expect(off.health().get("status") == "unable", "a gate with a wrong clock says it is able")
                time.sleep(seconds / 2)
                said = {one.reason for one in scanners.told if one.meant > since + 0.1}
                report.expect("stale" in said, "nobody was told that we cannot verify")
            setting.write_text("0")
            report.recovery = wait_until(lambda: off.health().get("status") == "ok")
        scanners.into(report, {CANNOT_VERIFY, *_BEFORE_NOTICED})
        unnoticed = sum((one.verdict, one.reason) in _BEFORE_NOTICED for one in scanners.told)
        report.notes.append(f"{unnoticed} codes refused as expired or too early in the second before it noticed")
        wait_until(lambda: right.is_well() and off.is_well())
    return report


_BEFORE_NOTICED = (("deny", "expired"), ("deny", "not_yet_valid"))
"""Within the second until the gate looks, a code of the right minute is refused; the next one is not."""


def keys(house: House, seconds: float) -> Report:
    """The signing key is rotated while doors are busy: gates know it within a second, no code is refused on the way."""
    report = Report("keys", "the signing key of codes rotated under load, with two gates", recovery_limit=NEWS_LIMIT)
    with house.machines(2) as (one, two):
        one.launch()
        two.launch()
        one.ready()
        two.ready()
        with Scanners(house, [one, two]) as scanners:
            held = newest(one)
            rotating = subprocess.Popen(
                [sys.executable, "-m", "ankang.cli", "keys", "rotate", "code_sign"],
                env=house.ground.environment(ANKANG_DATABASE_URL=house.ground.server.url),
                stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2],
            )  # fmt: skip
            wait_until(lambda: stored_kid(house) > held, 60)
            report.recovery = wait_until(lambda: newest(one) > held and newest(two) > held)
            report.expect(rotating.wait(60) == 0, "the rotation failed")
            phones = _fetch_and_show(house, one, two, held, max(seconds, 7.0), report)
            report.expect(phones > 0, "no pass was signed with the new key")
        wait_until(lambda: one.is_well() and two.is_well())
        scanners.into(report)
        report.notes.append(f"{phones} passes of the new key were good at the other gate at once")
    return report


def newest(machine: Machine) -> int:
    """The highest id of the keys it publishes."""
    return max((key["kid"] for key in machine.get("/g/v1/keys").get("keys", [])), default=0)


def stored_kid(house: House) -> int:
    """The highest id of a signing key in the database."""
    return int(house.sql("select max(kid) from trust_key where purpose = 'code_sign'")[0][0])


def _fetch_and_show(house: House, one: Machine, two: Machine, held: int, seconds: float, report: Report) -> int:
    """Phones fetch a pass at one gate and show it at the other at once; how many were of the new key."""
    tokens = house.ground.residents.read_text().splitlines()
    new, end, number = 0, time.monotonic() + seconds, 0
    while time.monotonic() < end and new < 20:
        number += 1
        position = number % len(tokens)
        got = house.post(one, "/g/v1/pass", tokens[position], {"anchor": to_base64url(house.ground.link(0))})
        pass_ = from_base64url(got["pass"])
        step = step_of(time.time())
        code = show(pass_, from_base64url(got["gate_key"]), step, house.ground.link(step))
        answer = house.verify(two, code, number)
        report.answered += 1
        if answer.get("verdict") not in ("admit", "deny") or answer.get("reason") not in ("ok", "colour"):
            report.wrong += 1
            report.faults.append(f"a pass of key {pass_[1]} was told {answer}")
        new += pass_[1] > held
        time.sleep(0.05)
    return new


