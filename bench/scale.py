"""Several gate machines behind nginx: does what is answered grow with the machines?

``python -m bench.scale [--seconds N] [--json]``. A *machine* is a gate with a folder (memory, window, spool) and a network namespace
of its own, on a cable to one switch; nginx (deploy/nginx) is another. Without root or iproute2 machines are ports of 127.0.0.1.
All share one PostgreSQL, which they reach by its socket. Two cores cannot hold four real machines, so each is
held to ``EACH`` requests a second, and a third more than that arrives: what grows then is not cores but what nothing shared
takes away. The CPU of nginx, gates and database for an answer is measured beside, which is what the capacity page counts with.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import balancer
from bench.arrivals import drive
from bench.drills.house import House, Machine, wait_until
from bench.drills.overload import show_green
from bench.measure import come_first, cpu_seconds
from bench.network import ABSENT, LOCAL, Network, network

OUT = Path(__file__).parent / "out" / "scale.json"
EACH = 400.0
OFFERED = 1.3
MACHINES = (1, 2, 3, 4)


@dataclass(frozen=True)
class Scale:
    """What so many machines answered a second, and the CPU µs an answer of each part."""

    machines: int
    per_second: float
    refused: float
    p99_ms: float
    nginx_us: float
    gates_us: float
    database_us: float


def measure(seconds: float, wire: Network | None) -> list[Scale]:
    """One to four machines, on a network of their own where there can be one."""
    found = []
    with tempfile.TemporaryDirectory(prefix="ankang-scale-", ignore_cleanup_errors=True) as folder:
        house = House(Path(folder))
        try:
            for count in MACHINES:
                found.append(_with_machines(house, count, seconds, wire))
                print(found[-1], file=sys.stderr)
        finally:
            house.close()
    return found


def _with_machines(house: House, count: int, seconds: float, wire: Network | None) -> Scale:
    front = wire.host() if wire else LOCAL
    with house.machines(count, wire, ANKANG_GATE_MOST_PER_S=str(EACH)) as machines:
        for machine in machines:
            machine.start()
        gates = [machine.address for machine in machines]
        with balancer.balancing(house.folder / f"nginx{count}", gates, host=front) as (port, nginx):
            show_green(house, seconds)
            for pid in (nginx, os.getpid(), *[machine.pid for machine in machines]):
                come_first(pid)
            before = _cpu(house, nginx, machines)
            load = drive(house.folder, [port], EACH * count * OFFERED, seconds, 256, mix="verify", host=front.address)
            spent = [after - then for after, then in zip(_cpu(house, nginx, machines), before, strict=True)]
        wait_until(lambda: all(machine.is_well() for machine in machines))
        nginx_us, gates_us, database_us = (one / max(load.answered, 1) * 1e6 for one in spent)
        return Scale(
            count, load.goodput, load.count(503) / load.seconds, load.latency(99), nginx_us, gates_us, database_us
        )


def _cpu(house: House, nginx: int, machines: list[Machine]) -> list[float]:
    pid = house.ground.server.pid
    assert pid is not None
    return [cpu_seconds(nginx), sum(cpu_seconds(machine.pid) for machine in machines), cpu_seconds(pid)]


def main() -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not balancer.is_there():
        print(balancer.ABSENT, file=sys.stderr)
        print("{}")
        return
    with network() as wire:
        if wire is None:
            print(ABSENT, file=sys.stderr)
        found = measure(given.seconds, wire)
    OUT.parent.mkdir(exist_ok=True)
    told = {"at": int(time.time()), "each": EACH, "namespaces": wire is not None, "runs": [asdict(one) for one in found]}
    OUT.write_text(json.dumps(told, indent=1) + "\n")
    first, last = found[0], found[-1]
    ratio = last.per_second / first.per_second / last.machines
    print(json.dumps({"scaling_efficiency_4": round(ratio, 3), "nginx_us": round(last.nginx_us, 1)}))


if __name__ == "__main__":
    main()
