"""Drills in which something goes away: the database, the control plane, the feed, a gate, the disk."""

import contextlib
import os
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from ankang.config.settings import Settings
from ankang.site.supervisor.plans import Plan, environment, plans
from bench.drills.house import House, Machine, wait_until
from bench.drills.report import Report
from bench.drills.scanners import CANNOT_VERIFY, Scanners

STALE_AFTER = 5
DISK = 16 * 2**20
"""Bytes of the small disk: room for the colour file, a few thousand visits and no more."""


def database(house: House, seconds: float) -> Report:
    """The database is killed under load, stays away, and comes back; visits go to the spool and drain once."""
    report = Report("database", f"database killed under load, away for {seconds:.0f} s", recovery_limit=10 + seconds / 20)
    with house.machines(2) as machines:
        for machine in machines:
            machine.start()
        with Scanners(house, machines) as scanners:
            time.sleep(1.0)
            house.kill_database()
            time.sleep(seconds)
            waiting = sum(int(machine.health().get("spool", 0)) for machine in machines)
            house.revive_database()
            report.recovery = wait_until(lambda: all(machine.is_well() for machine in machines), 120)
        wait_until(lambda: all(machine.is_well() for machine in machines))
        report.notes.append(f"{waiting:,} visits waited in the spools")
        report.expect(waiting > 0, "nothing went to the spool")
        scanners.into(report)
    return report


def gate(house: House, seconds: float) -> Report:
    """A worker and then a whole machine get SIGKILL; the other machine and the scanners' repeats carry on."""
    report = Report("gate", "a gate's worker killed (-9), then its whole machine")
    with house.machines(2) as (one, two):
        one.start(workers=2)
        two.start()
        with Scanners(house, [one, two]) as scanners:
            time.sleep(seconds / 3)
            os.kill(one.workers()[-1], signal.SIGKILL)
            time.sleep(seconds / 3)
            killed = time.monotonic()
            one.kill()
            time.sleep(seconds / 3)
            one.start(workers=2)
            report.recovery = scanners.slowest(killed - 1, time.monotonic())
        wait_until(lambda: one.is_well() and two.is_well())
        report.notes.append("recovery: the longest wait of anybody at a door")
        scanners.into(report)
    return report


def feed(house: House, seconds: float) -> Report:
    """Changes of colours do not come any more: after the limit nobody is green, and nobody is refused for it."""
    report = Report("feed", f"the change feed stands still for {STALE_AFTER + seconds:.0f} s (limit {STALE_AFTER} s)")
    with house.machines(1, ANKANG_STALE_AFTER=str(STALE_AFTER)) as (machine,):
        machine.start()
        with Scanners(house, [machine]) as scanners:
            time.sleep(1.0)
            with psycopg.connect(house.ground.server.url) as holding:
                holding.execute("lock table health_colourchange in access exclusive mode")
                stopped = time.monotonic()
                time.sleep(STALE_AFTER + 2 + seconds)
            report.recovery = wait_until(lambda: machine.health().get("stale") is False)
            again = time.monotonic()
            time.sleep(1.0)
        stale = [one for one in scanners.told if one.reason == "stale"]
        late = [one for one in scanners.told if stopped + STALE_AFTER + 2 < one.at < again - report.recovery - 0.1]
        report.expect(bool(stale), "nobody was told that we cannot verify")
        report.expect(all(one.reason == "stale" for one in late), "somebody was green by stale colours")
        report.notes.append(f"{len(stale):,} were told 'cannot verify', none was green by old colours")
        wait_until(machine.is_well)
        scanners.into(report, {CANNOT_VERIFY})
    return report


def disk(house: House, seconds: float) -> Report:
    """The disk under the gate is full while the database is away: doors are refused with 503, and what was answered is kept."""
    report = Report("disk", "")
    with house.machines(1) as (machine,), _small_disk(machine) as small:
        report.done = f"the gate's disk full ({small}) while the database is away for {seconds:.0f} s"
        machine.start()
        with Scanners(house, [machine]) as scanners:
            time.sleep(0.5)
            house.kill_database()
            time.sleep(max(0.5, seconds / 4))
            with _full(machine, small):
                time.sleep(seconds)
                before = len(scanners.told)
                time.sleep(0.5)
                report.expect(scanners.refused > 0, "nobody was refused although nothing could be kept")
                report.expect(len(scanners.told) - before < 20, "doors were answered although nothing could be kept")
            began, before = time.monotonic(), len(scanners.told)
            wait_until(lambda: len(scanners.told) > before)
            report.notes.append(f"{time.monotonic() - began:.1f} s after room was made doors were answered")
            house.revive_database()
            report.recovery = wait_until(machine.is_well, 60)
        wait_until(machine.is_well)
        scanners.into(report)
        machine.close()
    return report


@contextlib.contextmanager
def _small_disk(machine: Machine) -> Iterator[str]:
    """A tmpfs of its own where we may mount one."""
    folder = machine.gate_folder
    folder.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield "by a limit on file sizes"
        return
    try:
        yield "a small tmpfs"
    finally:
        machine.close()
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def _full(machine: Machine, small: str) -> Iterator[None]:
    """Not a byte more than there is now."""
    if "tmpfs" in small:
        filler = machine.gate_folder / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield
        filler.unlink()
        return
    old = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in machine.workers()}
    for pid, (_, hard) in old.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
    yield
    for pid, limit in old.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def control(house: House, seconds: float, application: str = "ankang.site.wsgi:application") -> Report:
    """The control plane is killed and stays away: doors and the code page go on, the rest says so in words. A test gives an
    ``application`` that starts at once, for what is looked at here is the gate and its front.
    """
    report = Report("control", f"control plane killed, away for {seconds:.0f} s", recovery_limit=20)
    with house.machines(1) as (machine,):
        settings = Settings(data=machine.folder, port=machine.port, database_url=house.ground.server.url, gate_workers=1)
        programs = {plan.name: plan for plan in plans(settings)}
        words = [application if word == "ankang.site.wsgi:application" else word for word in programs["control"].command]
        programs["control"] = replace(programs["control"], command=tuple(words))
        with _running(programs["control"], settings, house) as first:
            machine.start(programs["gate"].command)
            wait_until(lambda: status(machine.port, "/") == 200, 60)
            with Scanners(house, [machine]) as scanners:
                time.sleep(1.0)
                began = time.monotonic()
                os.killpg(first.pid, signal.SIGKILL)
                first.wait()
                wait_until(lambda: status(machine.port, "/") == 503)
                report.expect(status(machine.port, "/code") == 200, "the code page went away")
                time.sleep(seconds)
                report.notes.append(f"longest wait at a door meanwhile {scanners.slowest(began, time.monotonic()):.2f} s")
                (settings.run_folder / "control.sock").unlink(missing_ok=True)
                with _running(programs["control"], settings, house):
                    report.recovery = wait_until(lambda: status(machine.port, "/") == 200, 60)
                    report.expect(scanners.refused == 0, "a door was refused")
                    scanners.stop()
        scanners.into(report)
    return report


@contextlib.contextmanager
def _running(plan: Plan, settings: Settings, house: House) -> Iterator["subprocess.Popen[bytes]"]:
    if plan.leftover is not None:
        plan.leftover.unlink(missing_ok=True)
    given = house.ground.environment(**{key: value for key, value in environment(settings).items() if "ANKANG" in key})
    given |= {"DJANGO_SETTINGS_MODULE": "ankang.site.settings", "ANKANG_DATABASE_URL": house.ground.server.url}
    log = (house.folder / "control.log").open("ab")
    process = subprocess.Popen(
        plan.command, env=given, start_new_session=True, stdout=log, stderr=log, cwd=Path(__file__).parents[2]
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def status(port: int, path: str) -> int:
    """The HTTP status of a page; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


