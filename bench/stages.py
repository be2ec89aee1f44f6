"""Where the time of an admitted request goes under overload: every stage with its own clock, generator and house weighed apart.

``python -m bench.stages [--rates N …] [--seconds N] [--pin] [--workers N]``. ``--pin`` gives the generator one processor and
the house the others, so that what is seen is the gate's own queue and not the generator's share of its processor; BENCH_FIRST=1
puts all of it before what else the machine does.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.arrivals import Arrivals, drive
from bench.gate_ground import Ground, process
from bench.gate_verify import free_port, granian, wait_for
from bench.measure import come_first, family

STAGES = ("sent", "entered", "read", "taken", "written", "durable", "answered", "status")

SPANS = (
    ("server", "sent", "entered"),
    ("body", "entered", "read"),
    ("decide", "read", "taken"),
    ("batch", "taken", "written"),
    ("commit", "written", "durable"),
    ("wake", "durable", "answered"),
    ("in all", "sent", "answered"),
)
"""What is between two stages: the server's queue, the body, the decision, waiting for the batch before, its commit, waking up."""


def spans(rows: Any) -> dict[str, tuple[float, float]]:
    """Median and 99th percentile of each span of the admitted visits, in ms; the refused ones as ``refused``."""
    at = {name: number for number, name in enumerate(STAGES)}
    good = rows[(rows[:, at["status"]] == 200) & (rows[:, at["durable"]] > 0)]
    told = {name: _both(good[:, at[after]] - good[:, at[before]]) for name, before, after in SPANS}
    refused = rows[rows[:, at["status"]] == 503]
    return told | {"refused": _both(refused[:, at["answered"]] - refused[:, at["sent"]])}


def _both(seconds: Any) -> tuple[float, float]:
    if not len(seconds):
        return (0.0, 0.0)
    return (float(np.percentile(seconds, 50)) * 1000, float(np.percentile(seconds, 99)) * 1000)


@contextlib.contextmanager
def served(ground: Ground, folder: Path, workers: int) -> Any:
    """A staged gate; afterwards its notes are in ``folder``."""
    folder.mkdir()
    port = free_port()
    command = granian("bench.staged:app", "rsgi", port, workers)
    with process(command, ground.environment(BENCH_STAGES=str(folder))) as server:
        wait_for(port, "/g/v1/health")
        time.sleep(1.5)
        yield port, server.pid


def pin(pid: int, processors: set[int]) -> None:
    """All threads of a process family onto these processors."""
    for one in family(pid):
        for thread in Path(f"/proc/{one}/task").iterdir():
            with contextlib.suppress(OSError):
                os.sched_setaffinity(int(thread.name), processors)


def run(ground: Ground, name: str, rate: float, given: argparse.Namespace) -> tuple[Arrivals, dict[str, tuple[float, float]]]:
    """One load against a gate of its own."""
    folder = ground.folder / f"stages-{name}"
    everywhere = os.sched_getaffinity(0)
    with served(ground, folder, given.workers) as (port, pid):
        if given.pin:
            database = ground.server.pid
            assert database is not None
            first = min(everywhere)
            pin(pid, everywhere - {first})
            pin(database, everywhere - {first})
            os.sched_setaffinity(0, {first})
        for one in (pid, ground.server.pid, os.getpid()):
            come_first(one or os.getpid())
        ground.show_codes()
        try:
            load = drive(ground.folder, [port], rate, given.seconds, given.connections, mix="verify")
        finally:
            os.sched_setaffinity(0, everywhere)
    return load, spans(np.concatenate([np.load(path) for path in folder.glob("*.npy")]))


def say(rate: float, load: Arrivals, told: dict[str, tuple[float, float]]) -> None:
    """A block of lines."""
    print(
        f"{rate:,.0f}/s offered, {load.goodput:,.0f}/s answered, {load.count(503) / load.seconds:,.0f}/s refused; "
        f"p99 from the moment meant {load.latency(99):.1f} ms, from the moment sent {load.service(99):.1f} ms, "
        f"refused {load.service(99, 503):.1f} ms; load average {os.getloadavg()[0]:.1f}"
    )
    print("   ".join(f"{name} {half:.1f}/{most:.1f}" for name, (half, most) in told.items()) + "   (p50/p99 ms)", flush=True)


def main(words: Sequence[str] = ()) -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[2000.0, 8000.0, 12000.0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pin", action="store_true")
    given = parser.parse_args(words or None)
    os.environ["BENCH_STAGES"] = "1"
    with tempfile.TemporaryDirectory(prefix="ankang-stages-", ignore_cleanup_errors=True) as name:
        ground = Ground(Path(name))
        try:
            for number, rate in enumerate(given.rates):
                say(rate, *run(ground, str(number), rate, given))
        finally:
            ground.close()


if __name__ == "__main__":
    sys.exit(main())
