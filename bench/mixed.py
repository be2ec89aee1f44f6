"""A gate with sixty million people under mixed traffic at fixed arrival rates: the latency curve, saturation, overload.

``python -m bench.mixed [--seconds N] [--json]``. Verifications 80, scans 10, looks at one's colour 8, passes 2 (bench.arrivals).
The generator runs on the same two cores; its own cost is measured against the bare server and told beside.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.arrivals import PERCENTILES, Arrivals, drive
from bench.gate_ground import Ground, process
from bench.gate_memory import PERSONS, database_of, write_colours
from bench.gate_verify import WORKERS, free_port, gate_command, granian, wait_for
from bench.measure import come_first, cpu_seconds

OUT = Path(__file__).parent / "out" / "mixed.json"
SHOWN = 4_000
FRACTIONS = (0.25, 0.5, 0.7, 0.85, 1.0)
OVER = 2.0
"""The overload of the curve's last point, as a multiple of saturation: more the generator's half of the machine cannot make."""
CONNECTIONS = 256
CROWD = 1_000
"""Connections under overload: a crowd that is not held back by its own connections."""
SERVED = 0.999
BUDGET_MS = 25.0


@dataclass(frozen=True)
class Point:
    """One rate: what was offered, what was answered and refused a second, latencies in ms, CPU in µs an answered request."""

    rate: float
    goodput: float
    refused: float
    silent: int
    latencies: dict[str, float]
    service_p99_ms: float
    refusal_p99_ms: float
    gate_us: float
    database_us: float


def numbers() -> range:
    """People from all over the sixty million, so that every part of the colour file is touched; all of them are green."""
    return range(1, PERSONS, PERSONS // SHOWN)


class Bench:
    """A served gate and its database."""

    def __init__(self, ground: Ground, pid: int, port: int) -> None:
        self.ground, self._pid, self.port = ground, pid, port

    def point(self, rate: float, seconds: float, connections: int = CONNECTIONS, mix: str = "mixed") -> Point:
        """Let this rate arrive; codes are of the minute, so a minute is the longest."""
        self.ground.show_codes()
        before = self._cpu()
        load = drive(self.ground.folder, [self.port], rate, min(seconds, 60.0), connections, mix=mix)
        after = self._cpu()
        gate, database = ((b - a) / max(load.answered, 1) * 1e6 for a, b in zip(before, after, strict=True))
        return summary(load, gate, database)

    def _cpu(self) -> tuple[float, float]:
        pid = self.ground.server.pid
        assert pid is not None
        return cpu_seconds(self._pid), cpu_seconds(pid)


def summary(load: Arrivals, gate_us: float, database_us: float) -> Point:
    """The figures of a load."""
    return Point(
        load.rate, load.goodput, load.count(503) / load.seconds, load.count(0),
        {f"{percentile:g}": load.latency(percentile) for percentile in PERCENTILES}, load.service(99), load.service(99, 503),
        gate_us, database_us,
    )  # fmt: skip


def curve(bench: Bench, seconds: float, say: Sequence[object] = ()) -> list[Point]:
    """The points from a quarter of saturation to twice of it."""
    rough = bench.point(16_000.0, 3.0, CROWD).goodput
    points = []
    for fraction in (*FRACTIONS, OVER):
        points.append(bench.point(rough * fraction, seconds, CROWD if fraction > 1 else CONNECTIONS))
        print(line(points[-1]), file=sys.stderr)
    return points


def line(point: Point) -> str:
    """A point as a line."""
    told = "  ".join(f"p{name} {value:8.2f}" for name, value in point.latencies.items())
    return (
        f"{point.rate:8.0f}/s offered  {point.goodput:8.0f}/s answered  {point.refused:8.0f}/s refused  {told} ms  "
        f"server alone p99 {point.service_p99_ms:.1f}  gate {point.gate_us:5.1f}  database {point.database_us:5.1f} µs"
    )


def sustained(points: Sequence[Point]) -> Point:
    """The highest rate at which all but a thousandth were answered, within the budget if there is such a rate."""
    served = [point for point in points if point.goodput >= point.rate * SERVED * 0.99 and not point.silent]
    in_budget = [point for point in served if point.latencies["99"] <= BUDGET_MS]
    return max(in_budget or served or list(points[:1]), key=lambda point: point.rate)


def floor_of_generator(ground: Ground, seconds: float) -> float:
    """Verifications a second that the generator can send to the bare server, at most."""
    port = free_port()
    with process(granian("bench.http_floor:app", "rsgi", port, 1), ground.environment()):
        wait_for(port, "/")
        ground.show_codes()
        return drive(ground.folder, [port], 40_000.0, seconds, CONNECTIONS, mix="verify").goodput


def measure(seconds: float) -> dict[str, object]:
    """Everything, as one JSON value."""
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="ankang-mixed-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder), numbers())
        try:
            generator = floor_of_generator(ground, 3.0)
            path = ground.settings.gate_folder / "colours.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_colours(path, asyncio.run(database_of(ground)))
            port = free_port()
            with process(gate_command(port), ground.environment()) as server:
                wait_for(port, "/g/v1/health")
                time.sleep(1.5)
                for one in (server.pid, ground.server.pid, os.getpid()):
                    come_first(one or os.getpid())
                points = curve(Bench(ground, server.pid, port), seconds)
        finally:
            ground.close()
    return {
        "at": int(time.time()), "seconds": seconds, "workers": WORKERS, "persons": PERSONS,
        "load_before": busy, "generator_per_s": generator, "points": [asdict(point) for point in points],
    }  # fmt: skip


def figures(found: dict[str, object]) -> dict[str, float]:
    """The keys of ``make bench``."""
    points = [Point(**point) for point in found["points"]]  # type: ignore[attr-defined]
    best, over = sustained(points[:-1]), points[-1]
    return {
        "mixed_per_s": best.goodput,
        "mixed_p99_ms": best.latencies["99"],
        "overload_goodput_ratio": over.goodput / max(point.goodput for point in points[:-1]),
        "overload_p99_ms": over.service_p99_ms,
        "overload_refusal_p99_ms": over.refusal_p99_ms,
    }


def main() -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.mixed")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.seconds)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({name: round(value, 3) for name, value in figures(found).items()}))


if __name__ == "__main__":
    main()
