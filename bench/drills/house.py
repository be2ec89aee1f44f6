"""A temporary house for drills: its own PostgreSQL and as many gate machines as a drill needs, each with a folder of its own.

A *machine* here is a gate with its own memory, window and spool, on its own port of 127.0.0.1 or, where a drill asks for one, with
a network of its own (:mod:`bench.network`). It never touches a running house: every folder is temporary, every port free.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from ankang.core.colours import Colour
from ankang.gate.shared_memory import memory_path
from bench.gate_ground import DOORS, Ground
from bench.gate_verify import free_port
from bench.measure import come_first
from bench.network import LOCAL, PORT, Host, Network

RED_EVERY = 10
"""Every tenth person is red, so that a drill sees refusals too."""


class Machine:
    """One gate machine."""

    def __init__(self, house: "House", number: int, host: Host = LOCAL, **environment: str) -> None:
        self.folder, self.host = house.folder / f"machine{number}", host
        self.port = PORT if host.namespace else free_port()
        self._house, self._environment = house, environment
        self._process: subprocess.Popen[bytes] | None = None
        if not self.folder.exists():
            shutil.copytree(house.ground.settings.keys_folder, self.folder / "keys")

    @property
    def gate_folder(self) -> Path:
        """What its processes share."""
        return self.folder / "gate"

    def start(self, command: Sequence[str] = (), workers: int = 1) -> "Machine":
        """Start and wait until it can answer doors."""
        self.launch(command, workers)
        return self.ready(workers)

    def launch(self, command: Sequence[str] = (), workers: int = 1) -> None:
        """Start; several machines start at once, and then each is waited for."""
        where = ["--host", self.host.address, "--port", str(self.port)]
        words = command or [sys.executable, "-m", "ankang.gate", "--workers", str(workers), *where]
        environment = self._house.ground.environment(
            **{"ANKANG_DATA": str(self.folder), "ANKANG_GATE_NAME": self.folder.name, **self._environment}
        )
        log = (self._house.folder / f"{self.folder.name}.log").open("ab")
        self._process = subprocess.Popen(
            self.host.command(list(words)), env=environment, start_new_session=True, cwd=Path(__file__).parents[2], stdout=log, stderr=log
        )

    def ready(self, workers: int = 1) -> "Machine":
        """Wait until it can answer doors."""
        wait_until(lambda: self.health().get("keys") is True and self.health().get("feed_age") is not None, 60)
        if workers > 1:
            time.sleep(1.2)  # other workers behind the port look once a second
        come_first(self.pid)
        return self

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host.address}:{self.port}"

    @property
    def pid(self) -> int:
        """Of its first process."""
        assert self._process is not None
        return self._process.pid

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        found = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """SIGKILL to all its processes, as a power cut would do."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def health(self) -> dict[str, Any]:
        """What it says of itself; empty when nobody answers."""
        return self.get("/g/v1/health")

    def get(self, path: str) -> dict[str, Any]:
        """A JSON answer, whatever its status; empty when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {}

    def metric(self, name: str) -> float:
        """The sum of a metric of its processes."""
        with urllib.request.urlopen(f"http://{self.address}/g/v1/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name}{{"))

    def is_well(self) -> bool:
        """It answers doors, the database is there, and nothing waits in its spool."""
        health = self.health()
        return health.get("status") == "ok" and health.get("queue") == 0

    def close(self) -> None:
        """End it and remove what a killed gate leaves in memory."""
        self.kill()
        memory_path(self.gate_folder / "window.bin").unlink(missing_ok=True)


class House:
    """The database, the persons and the doors; machines are started by each drill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ground = Ground(folder)
        red = [number for number in self.ground.numbers if number % RED_EVERY == 0]
        reasons = '[{"rule": "drill"}]'
        self.sql(
            "update health_colour set colour = %s, reasons = %s where person = any(%s)", int(Colour.RED), reasons, red
        )
        self.keep_green(self.ground.residents)
        self._made = itertools.count(1)

    def keep_green(self, path: Path) -> None:
        """Leave the lines of red people out of a file that has one line a person."""
        pairs = zip(self.ground.numbers, path.read_text().splitlines(), strict=True)
        path.write_text("".join(f"{line}\n" for number, line in pairs if number % RED_EVERY))

    @contextlib.contextmanager
    def machines(self, count: int = 1, wire: Network | None = None, **environment: str) -> Iterator[list[Machine]]:
        """Machines not yet started, ended afterwards; on ``wire`` each has a network of its own."""
        made = []
        for _ in range(count):
            made.append(Machine(self, next(self._made), wire.host() if wire else LOCAL, **environment))
        try:
            yield made
        finally:
            for machine in made:
                machine.close()
                if wire is not None:
                    wire.remove(machine.host)

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement and commit."""
        with psycopg.connect(self.ground.server.url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def post(self, machine: Machine, path: str, token: str, body: dict[str, object]) -> dict[str, Any]:
        """One request, its JSON answer whatever its status."""
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"http://{machine.address}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head), timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))

    def verify(self, machine: Machine, code: str, number: int) -> dict[str, Any]:
        """Show a code at the ``number``-th door, going out (the scanners' people come in)."""
        token, door = self.ground.doors.read_text().splitlines()[number % DOORS].split()
        body = {"code": code, "checkpoint": int(door), "direction": "exit", "nonce": str(uuid4())}
        return self.post(machine, "/g/v1/verify", token, body)

    def kill_database(self) -> None:
        """SIGKILL to the server and its children."""
        pid = self.ground.server.pid
        assert pid is not None
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        wait_until(lambda: self.ground.server.pid is None)

    def revive_database(self) -> None:
        """Start it again."""
        self.ground.server.revive()
        come_first(self.ground.server.pid or os.getpid())

    def close(self) -> None:
        """Stop the database."""
        self.revive_database()
        self.ground.close()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> float:
    """Wait until something holds; how long it took. Raises AssertionError when it never does."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came true"
        time.sleep(0.02)
    return time.monotonic() - began
