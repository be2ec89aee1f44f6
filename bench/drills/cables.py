"""A drill in which a machine is cut off: its cable is pulled, with everything on it running on."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ankang.config.postgres import connection_params
from bench import balancer
from bench.drills.house import House, Machine, wait_until
from bench.drills.report import Report
from bench.drills.scanners import Scanners
from bench.network import Host, Network, network

DATABASE_PORT = 5432


def cable(house: House, seconds: float) -> Report:
    """The cable of one of two machines behind nginx is out, doors and database with it; then it is plugged in again."""
    report = Report("cable", f"the cable of one of two gate machines pulled for {seconds:.0f} s")
    with network() as wire, contextlib.ExitStack() as stack:
        assert wire is not None, "no network namespaces"
        url = stack.enter_context(_database(house, wire))
        machines = stack.enter_context(house.machines(2, wire, ANKANG_DATABASE_URL=url))
        for machine in machines:
            machine.start()
        front = wire.host()
        with _doors(house, machines, front) as scanners:
            wait_until(lambda: any(map(_served, machines)))
            cut = next(filter(_served, machines))  # a few places may all be one machine's
            cut.host.pull()
            pulled = time.monotonic()
            time.sleep(seconds)
            report.expect(cut.health() == {}, "the cable was not out")
            back = time.monotonic()
            cut.host.plug()
            report.recovery = wait_until(lambda: all(machine.is_well() for machine in machines))
            time.sleep(1.0)
        longest = scanners.slowest(pulled - 1, back)
        report.recovery = max(report.recovery, longest)
        wait_until(lambda: all(machine.is_well() for machine in machines))
        report.notes.append(f"recovery: until all is well, or the longest wait at a door if that is more; longest wait {longest:.1f} s")
        scanners.into(report)
    return report


def _served(machine: Machine) -> bool:
    return machine.metric("ankang_gate_visits_durable_total") > 0


@contextlib.contextmanager
def _doors(house: House, machines: list[Machine], front: Host) -> Iterator[Scanners]:
    """Scanners that ask nginx on a machine of its own; where there is no nginx, they ask the machines in turn."""
    with contextlib.ExitStack() as stack:
        scanners = Scanners(house, machines)
        if balancer.is_there():
            gates = [machine.address for machine in machines]
            port, _ = stack.enter_context(balancer.balancing(house.folder / "nginx-cable", gates, host=front))
            scanners.addresses = [f"{front.address}:{port}"]
        yield stack.enter_context(scanners)


@contextlib.contextmanager
def _database(house: House, wire: Network) -> Iterator[str]:
    """The database's address on the switch: the server of a drill's house itself listens on a socket only."""
    url = house.ground.server.url
    known, params = urlsplit(url), connection_params(url)
    port = int(params.get("port") or DATABASE_PORT)
    socket = f"{params['host']}/.s.PGSQL.{port}"
    relay = subprocess.Popen(
        [sys.executable, "-m", "bench.relay", wire.address, str(DATABASE_PORT), socket], cwd=Path(__file__).parents[2]
    )
    try:
        yield f"postgresql://{known.netloc.split('@')[0]}@{wire.address}:{DATABASE_PORT}{known.path}"
    finally:
        relay.kill()
        relay.wait()


