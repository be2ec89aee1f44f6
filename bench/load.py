"""Drives a server: wrk where the machine has it, else a generator of our own on raw sockets. One run, one result."""

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_PER_SECOND = 30_000
"""Requests are made beforehand for this rate; a faster server would see some twice."""
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """What to send: ``mode`` verify or pass, the path, the doors' and the persons' files.

    ``start``: with which (person, door) to begin, so that no code is shown twice at a door.
    """

    mode: str
    path: str
    doors: Path
    persons: Path
    start: int = 0


@dataclass(frozen=True)
class Result:
    """Requests answered 200, seconds, and latencies in milliseconds; ``failed`` counts everything else."""

    answered: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


def drive(load: Load, port: int, connections: int, seconds: float) -> Result:
    """Send as fast as ``connections`` allow (each waits for its answer) for ``seconds``."""
    environment = os.environ | {
        "BENCH_MODE": load.mode,
        "BENCH_PATH": load.path,
        "BENCH_DOORS": str(load.doors),
        "BENCH_PERSONS": str(load.persons),
        "BENCH_START": str(load.start),
        "BENCH_COUNT": str(int(seconds * MOST_PER_SECOND)),
        "BENCH_PREFIX": f"{secrets.token_hex(4)}-0000-4000-8000-",
    }
    run = _wrk if shutil.which("wrk") and not os.environ.get("BENCH_OWN_LOAD") else _own
    return run(port, connections, seconds, environment)


def _wrk(port: int, connections: int, seconds: float, environment: dict[str, str]) -> Result:
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds:.0f}s",
        "--latency",
        "--timeout",
        "30s",
        "-s",
        str(HERE / "load.lua"),
    ]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/"], env=environment, capture_output=True, text=True, check=True
    )
    out = done.stdout
    answered, took = re.search(r"(\d+) requests in ([\d.]+\w+)", out).groups()  # type: ignore[union-attr]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    failed = int(bad[1]) if bad else 0
    failed += sum(map(int, broken.groups())) if broken else 0
    percentile = {int(p): _ms(v) for p, v in re.findall(r"^\s+(50|99)%\s+(\S+)", out, re.MULTILINE)}
    return Result(int(answered) - failed, _ms(took) / 1000, percentile[50], percentile[99], failed)


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def _own(port: int, connections: int, seconds: float, environment: dict[str, str]) -> Result:
    command = [sys.executable, "-m", "bench.load", str(port), str(connections), str(seconds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=HERE.parent)
    answered, took, p50, p99, failed = done.stdout.split()
    return Result(int(answered), float(took), float(p50), float(p99), int(failed))


def _requests(environment: Any) -> Iterator[bytes]:
    """The same requests as ``load.lua`` makes."""
    doors = [line.split() for line in Path(environment["BENCH_DOORS"]).read_text().splitlines()]
    persons = Path(environment["BENCH_PERSONS"]).read_text().splitlines()
    head = f"POST {environment['BENCH_PATH']} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    for count in range(int(environment["BENCH_START"]), sys.maxsize):
        person = persons[count % len(persons)]
        if environment["BENCH_MODE"] == "pass":
            token, body = person, '{"anchor":"AAECAwQFBgcICQoLDA0ODw"}'
        else:
            token, checkpoint = doors[count // len(persons) % len(doors)]
            body = (
                f'{{"code":"{person}","checkpoint":{checkpoint},"direction":"entry","temperature":36.5,'
                f'"nonce":"{environment["BENCH_PREFIX"]}{count:012x}"}}'
            )
        yield f"{head}Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class _Client(asyncio.Protocol):
    """One connection: a request, its answer, the next request. Answers are small and come in one piece."""

    def __init__(self, source: Iterator[bytes], times: list[float], bad: list[bytes]) -> None:
        self._source, self._times, self._bad = source, times, bad

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._source))

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 200"):
            self._times.append(time.perf_counter() - self._sent)
        else:
            self._bad.append(data)
        self._send()


async def _generate(port: int, connections: int, seconds: float) -> None:
    source, times, bad = _requests(os.environ), [], []  # type: ignore[var-annotated]
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Client(source, times, bad), "127.0.0.1", port) for _ in range(connections)
    ]
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - started
    for transport, _ in made:
        transport.abort()
    ordered = sorted(times)
    p50, p99 = ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 99 // 100] * 1000
    print(len(times), took, p50, p99, len(bad))


if __name__ == "__main__":
    import uvloop

    uvloop.run(_generate(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
