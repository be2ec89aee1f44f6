"""``python -m bench.device``: from a code on the serial line to the lock's command, with the gate and without it.

The reference box is a process of its own, the serial line a pseudo-terminal (a real one at 115,200 baud adds about 17 ms for a code), the
gate a process with its PostgreSQL, the network the machine's own. Every admission is durable before the lock is told.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from tests.gate.box import Box, wired
from tests.gate.ground import Ground, Person, serving
from tests.gate.test_lists import publish

CODES = 120


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.device")
    parser.add_argument("--json", action="store_true", help="figures as one JSON line")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ankang-bench-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder) / "house")
        try:
            figures = measure(ground, Path(folder) / "box")
        finally:
            ground.close()
    print(json.dumps(figures) if given.json else "\n".join(f"{name}: {value:.1f}" for name, value in figures.items()))


def measure(ground: Ground, folder: Path) -> dict[str, float]:
    """Milliseconds from the code to the lock's command: on line, in the first moment of a cut, and off line."""
    checkpoint = ground.a_checkpoint()
    device, people = ground.a_device(checkpoint), [ground.a_person() for _ in range(2 * CODES + 4)]
    publish(ground)
    with (
        serving(ground) as served,
        wired(served.port, ground.settings.lists_folder, folder, device.token, checkpoint, offline_rest=600.0) as box,
    ):
        box.wait_until(lambda: any((folder / "state" / "lists").glob("1-*/0.akl")))
        for person in people[:2]:
            box.show(person.code(time.time()))
        online = shown(box, people[2 : CODES + 2])
        box.cable.state = "silent"
        first = shown(box, people[CODES + 2 : CODES + 3])
        offline = shown(box, people[CODES + 3 : 2 * CODES + 3])
    return {
        "device_online_p50_ms": quantiles(online, n=100)[49],
        "device_online_p99_ms": quantiles(online, n=100)[98],
        "device_first_silence_ms": first[0],
        "device_offline_p50_ms": quantiles(offline, n=100)[49],
        "device_offline_p99_ms": quantiles(offline, n=100)[98],
    }


def shown(box: Box, people: list[Person]) -> list[float]:
    """Milliseconds for each; everybody is admitted."""
    taken = []
    for person in people:
        heard, seconds = box.show(person.code(time.time()))
        assert "OPEN" in heard, heard
        taken.append(seconds * 1000)
    return taken


if __name__ == "__main__":
    main()
