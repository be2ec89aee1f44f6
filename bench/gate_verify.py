"""Verifications and passes a second over HTTP, beside the bare server and a plain service, in one run."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ankang.config.postgres import connection_params
from bench.gate_ground import Ground, process
from bench.load import Load, Result, drive
from bench.measure import cpu_seconds

WORKERS = 2
WARM_SECONDS = 2.0
PATIENT_MS = "1000"
"""A closed loop of 256 connections waits by itself for as long as it takes; nobody is refused while costs are measured."""


@dataclass(frozen=True)
class Measured:
    """One run, with CPU microseconds an answer of the server and of the database."""

    result: Result
    server_us: float
    database_us: float

    @property
    def cpu_us(self) -> float:
        """Server and database."""
        return self.server_us + self.database_us


def granian(target: str, interface: str, port: int, workers: int = WORKERS) -> list[str]:
    """The command line of the gate's server with another application."""
    return [
        sys.executable, "-m", "granian", target, "--interface", interface, "--port", str(port), "--loop", "uvloop",
        "--workers", str(workers), "--http", "1", "--no-ws", "--no-log", "--backlog", "4096",
    ]  # fmt: skip


def gate_command(port: int) -> list[str]:
    """The command line of the gate."""
    return [sys.executable, "-m", "ankang.gate", "--workers", str(WORKERS), "--port", str(port)]


class Trial:
    """Runs loads against one server."""

    def __init__(self, ground: Ground, pid: int, port: int) -> None:
        self._ground, self._pid, self._port = ground, pid, port
        self._start = 0

    def verify(self, connections: int, seconds: float) -> Measured:
        """Distinct codes of this minute at many doors."""
        self._ground.show_codes()
        load = Load("verify", "/g/v1/verify", self._ground.doors, self._ground.persons)
        return self._measure(load, connections, seconds)

    def _drive(self, load: Load, connections: int, seconds: float) -> Result:
        result = drive(replace(load, start=self._start), self._port, connections, seconds)
        self._start += result.answered + result.failed + 2 * connections
        return result

    def passes(self, connections: int, seconds: float) -> Measured:
        """Day passes for many residents."""
        load = Load("pass", "/g/v1/pass", self._ground.doors, self._ground.residents)
        return self._measure(load, connections, seconds)

    def _measure(self, load: Load, connections: int, seconds: float) -> Measured:
        self._drive(load, connections, WARM_SECONDS)
        database = self._ground.server.pid
        assert database is not None
        before = cpu_seconds(self._pid), cpu_seconds(database)
        result = self._drive(load, connections, seconds)
        after = cpu_seconds(self._pid), cpu_seconds(database)
        assert result.failed == 0, f"{result.failed} requests failed"
        server, data = ((b - a) / result.answered * 1e6 for a, b in zip(before, after, strict=True))
        return Measured(result, server, data)


def try_floor(ground: Ground, work: Callable[[Trial], list[Measured]]) -> list[Measured]:
    """The bare server."""
    port = free_port()
    with process(granian("bench.http_floor:app", "rsgi", port), ground.environment()) as server:
        wait_for(port, "/")
        return work(Trial(ground, server.pid, port))


def try_baseline(ground: Ground, work: Callable[[Trial], list[Measured]]) -> list[Measured]:
    """FastAPI + SQLAlchemy."""
    port, parts, params = free_port(), urlsplit(ground.server.url), connection_params(ground.server.url)
    url = f"postgresql+asyncpg://{parts.netloc}{parts.path}"
    environment = ground.environment(BENCH_SQLALCHEMY_URL=url, BENCH_SOCKET=params["host"])
    prepare = "import asyncio; from bench.baseline_fastapi import prepare; asyncio.run(prepare())"
    with process([sys.executable, "-c", prepare], environment) as preparing:
        assert preparing.wait(60) == 0
    with process(granian("bench.baseline_fastapi:app", "asgi", port), environment) as server:
        wait_for(port, "/openapi.json")
        return work(Trial(ground, server.pid, port))


def try_gate(ground: Ground, work: Callable[[Trial], list[Measured]]) -> list[Measured]:
    """The gate; afterwards every answer must be a stored, admitted visit."""
    port = free_port()
    with process(gate_command(port), ground.environment(ANKANG_GATE_WAIT_MS=PATIENT_MS)) as server:
        wait_for(port, "/g/v1/health")
        time.sleep(1.5)
        return work(Trial(ground, server.pid, port))


def check_visits(ground: Ground, answered: int) -> None:
    """Every answer of the gate is a stored admission (a few were still under way when a load ended)."""
    rows = ground.fetch("select verdict, reason, count(*) from passage_visit group by 1, 2")
    stored = {(row[0], row[1]): row[2] for row in rows}
    assert set(stored) == {(1, 1)}, f"not every verification was an admission: {stored}"
    assert stored[1, 1] >= answered, f"{answered} answers but {stored[1, 1]} visits"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str, host: str = "127.0.0.1") -> None:
    """Wait until the server answers 200."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"nothing answers on {port}")


if __name__ == "__main__":  # python -m bench.gate_verify: the gate and the floor alone, quickly
    import tempfile
    from pathlib import Path

    SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory(prefix="ankang-bench-") as name:
        ground = Ground(Path(name))
        try:
            both = lambda trial: [trial.verify(64, SECONDS), trial.verify(256, SECONDS)]
            for label, found in (("floor", try_floor(ground, both)), ("gate", try_gate(ground, both))):
                for one in found:
                    print(
                        f"{label:6} {one.result.per_second:9.0f}/s  p50 {one.result.p50_ms:6.2f}  "
                        f"p99 {one.result.p99_ms:6.2f} ms  server {one.server_us:5.1f}  database {one.database_us:5.1f} us"
                    )
        finally:
            ground.close()
