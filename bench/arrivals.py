"""An open-loop load: requests come at the moments of a Poisson process of a fixed rate, whether the server keeps up or not.

A generator that waits for an answer before it sends the next request leaves out just the requests that would have waited
("coordinated omission"). Here every request has the moment at which it was *meant* to be sent, and its latency counts from
there, so that a stall of the server, of the connections or of the generator itself shows in full.

Several processes share the rate; each keeps ``connections`` open and answers for its part (an array file). Requests are the
product's own: 80 verifications, 10 scans of a place, 8 looks at one's colour, 2 day passes (``MIX``). No pipelining.
"""

import asyncio
import os
import random
import secrets
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ankang.core.epochs import minute_of

HERE = Path(__file__).parent
MIX = (("verify", 0.80), ("scan", 0.10), ("me", 0.08), ("pass", 0.02))
KINDS = tuple(kind for kind, _ in MIX)
FIELDS = ("kinds", "statuses", "latencies", "waits", "moments", "lags", "visits", "admitted")
NOTE_SENT = "BENCH_STAGES" in os.environ
"""Whether requests say when they were sent, for bench.stages."""
_reserved = 0
DRAIN = 5.0
"""Seconds that answers may come after the last arrival."""
PERCENTILES = (50.0, 90.0, 99.0, 99.9, 99.99)


@dataclass(frozen=True)
class Arrivals:
    """What came of a load. One entry a request: kind (of ``KINDS``), HTTP status (0: no answer), latency in ms."""

    rate: float
    seconds: float
    kinds: Any = field(repr=False)
    statuses: Any = field(repr=False)
    latencies: Any = field(repr=False)
    waits: Any = field(repr=False)
    """Seconds of Retry-After, 0 where there was none."""
    moments: Any = field(repr=False)
    """When it was meant to be sent, in seconds from the start."""
    lags: Any = field(repr=False)
    """How long it waited in the generator (for its processor, or for a free connection), in ms; part of the latency."""
    visits: Any = field(repr=False)
    """The id of the visit in the answer (36 bytes; empty when there was none)."""
    admitted: Any = field(repr=False)
    """Whether the answer let somebody in."""

    def count(self, status: int) -> int:
        """Requests with this status."""
        return int((self.statuses == status).sum())

    @property
    def answered(self) -> int:
        """Requests that were answered 200."""
        return self.count(200)

    @property
    def goodput(self) -> float:
        """Answers 200 a second."""
        return self.answered / self.seconds

    def service(self, percentile: float, status: int = 200) -> float:
        """As :meth:`latency`, from the moment at which it was really sent: what the server alone made it wait."""
        chosen = (self.latencies - self.lags)[self.statuses == status]
        return float(np.percentile(chosen, percentile)) if len(chosen) else float("nan")

    def latency(self, percentile: float, status: int = 200) -> float:
        """Milliseconds at a percentile, of the requests with this status; not a number when there are none."""
        chosen = self.latencies[self.statuses == status]
        return float(np.percentile(chosen, percentile)) if len(chosen) else float("nan")


def drive(
    folder: Path, ports: Sequence[int], rate: float, seconds: float, connections: int = 256, processes: int = 1,
    mix: str = "mixed", host: str = "127.0.0.1",
) -> Arrivals:  # fmt: skip
    """Let ``rate`` requests a second arrive for ``seconds``. ``folder`` holds what bench.mixed wrote: doors, persons, …"""
    started, running, share = time.time() + 1.0 + 0.2 * processes, [], int(rate * seconds * 1.2 / processes) + 1000
    for part in range(processes):
        first = _reserve(share)
        out = folder / f"arrivals.{os.getpid()}.{part}.npz"
        command = [
            sys.executable, "-m", "bench.arrivals", str(folder), host, ",".join(map(str, ports)), str(rate / processes),
            str(seconds), str(connections // processes), str(started), str(part), mix, str(out), str(first),
        ]  # fmt: skip
        running.append((subprocess.Popen(command, cwd=HERE.parent), out))
    parts = []
    for process, out in running:
        assert process.wait(seconds + DRAIN + 60) == 0, "the load generator failed"
        with np.load(out) as found:
            parts.append({name: found[name] for name in FIELDS})
        out.unlink()
    return Arrivals(rate, seconds, **{name: np.concatenate([part[name] for part in parts]) for name in FIELDS})


def _reserve(count: int) -> int:
    """The first of ``count`` numbers of codes; no two loads of this process show the same one at the same door."""
    global _reserved
    first, _reserved = _reserved, _reserved + count
    return first


class Requests:
    """Makes requests from the files of the bench's ground; every verification is a code not yet shown at its door."""

    def __init__(self, folder: Path, part: int, mix: str, first: int) -> None:
        lines = {name: (folder / name).read_text().splitlines() for name in ("doors", "persons", "residents", "places")}
        self._persons, self._residents = lines["persons"], lines["residents"]
        self._doors = [tuple(line.split()) for line in lines["doors"]]
        self._places: dict[int, list[tuple[str, str]]] = {}
        for minute, place, checkpoint in map(str.split, lines["places"]):
            self._places.setdefault(int(minute), []).append((place, checkpoint))
        self._prefix = f"{secrets.token_hex(4)}-0000-4000-8000-"
        self._verified, self._count = first, 0
        self._random = random.Random(f"{part} {time.time()}")
        self._kinds = list(range(len(KINDS))) if mix == "mixed" else [KINDS.index(mix)]
        self._weights = [MIX[kind][1] for kind in self._kinds]

    def kinds(self, count: int) -> list[int]:
        """The kinds of the next ``count`` requests."""
        return self._random.choices(self._kinds, self._weights, k=count)

    def make(self, kind: int) -> bytes:
        """One request."""
        self._count += 1
        return (self._verify, self._scan, self._me, self._pass)[kind]()

    def _verify(self) -> bytes:
        self._verified += 1
        round_, position = divmod(self._verified, len(self._persons))
        person = self._persons[position]
        token, checkpoint = self._doors[(position + round_) % len(self._doors)]  # every door at once, no pair twice
        return _post(
            "/g/v1/verify", token,
            f'{{"code":"{person}","checkpoint":{checkpoint},"direction":"entry","temperature":36.5,'
            f'"nonce":"{self._prefix}{self._count:012x}"}}', checkpoint,
        )  # fmt: skip

    def _scan(self) -> bytes:
        places = self._places.get(minute_of(time.time())) or next(iter(self._places.values()))
        place, checkpoint = places[self._count % len(places)]
        token = self._residents[self._count % len(self._residents)]
        return _post("/g/v1/scan", token, f'{{"place":"{place}","nonce":"{self._prefix}{self._count:012x}"}}', checkpoint)

    def _me(self) -> bytes:
        token = self._residents[self._count % len(self._residents)]
        return f"GET /g/v1/me HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    def _pass(self) -> bytes:
        token = self._residents[self._count % len(self._residents)]
        return _post("/g/v1/pass", token, '{"anchor":"AAECAwQFBgcICQoLDA0ODw"}', "")


def _post(path: str, token: str, body: str, place: str) -> bytes:
    where = f"X-Ankang-Place: {place}\r\n" if place else ""
    if NOTE_SENT:
        where += f"X-Sent: {time.time():.6f}\r\n"
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{where}"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Crowd:
    """The connections of one process, and who waits for one."""

    def __init__(self, requests: Requests, moments: Any, kinds: list[int]) -> None:
        self._requests, self._moments, self.kinds = requests, moments, kinds
        self.free: list[_Connection] = []
        self._waiting: deque[int] = deque()
        self.statuses = np.zeros(len(kinds), np.int16)
        self.done = np.zeros(len(kinds))
        self.waits = np.zeros(len(kinds), np.int8)
        self.sent = np.zeros(len(kinds))
        self.admitted = np.zeros(len(kinds), np.bool_)
        self.visits = np.zeros(len(kinds), "S36")
        self.answers = self._next = 0

    def arrive(self, now: float) -> None:
        """Send what is due."""
        moments, many = self._moments, len(self.kinds)
        while self._next < many and moments[self._next] <= now:
            self._waiting.append(self._next)
            self._next += 1
        while self._waiting and self.free:
            self._send(self.free.pop(), self._waiting.popleft())

    def _send(self, connection: "_Connection", number: int) -> None:
        self.sent[number] = time.time()
        connection.send(number, self._requests.make(self.kinds[number]))

    def answered(self, connection: "_Connection", number: int, status: int, wait: int, body: bytes) -> None:
        """An answer came; whoever waits takes the connection."""
        self.statuses[number], self.done[number], self.waits[number] = status, time.time(), wait
        if (at := body.find(b'"visit":"')) > 0:
            self.visits[number], self.admitted[number] = body[at + 9 : at + 45], body.startswith(b'{"verdict":"admit"')
        self.answers += 1
        if self._waiting:
            self._send(connection, self._waiting.popleft())
        else:
            self.free.append(connection)


class _Connection(asyncio.Protocol):
    """One request at a time. Answers are small: head and body are looked at when the body is whole."""

    def __init__(self, crowd: Crowd, again: Any) -> None:
        self._crowd, self._again, self._number, self._data = crowd, again, -1, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._crowd.free.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._crowd.free:
            self._crowd.free.remove(self)
        self._number = -1
        self._again()

    def send(self, number: int, request: bytes) -> None:
        """Send it; the answer belongs to ``number``."""
        self._number, self._data = number, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        data = self._data = self._data + data if self._data else data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = data[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(data) < end + 4 + length or self._number < 0:
            return
        status, number, wait = int(data[9:12]), self._number, 0
        self._number = -1
        if status in (429, 503) and (at := head.find(b"retry-after:")) >= 0:
            wait = int(head[at + 12 :].split(b"\r")[0])
        self._crowd.answered(self, number, status, wait, data[end + 4 :])


def moments_of(rate: float, seconds: float, seed: int) -> Any:
    """Arrivals of a Poisson process within ``seconds``, in seconds from its start."""
    generator = np.random.default_rng(seed)
    gaps = generator.exponential(1 / rate, int(rate * seconds * 1.1) + 100)
    moments = np.cumsum(gaps)
    return moments[moments < seconds]


async def _generate(given: list[str]) -> None:
    folder, host, ports, rate, seconds, connections, started, part, mix, out, first = given
    moments = moments_of(float(rate), float(seconds), int(part) + int(float(rate))) + float(started)
    requests = Requests(Path(folder), int(part), mix, int(first))
    crowd, over = Crowd(requests, moments, requests.kinds(len(moments))), False
    loop, doors = asyncio.get_running_loop(), [int(port) for port in ports.split(",")]

    def again() -> None:
        if not over:
            loop.create_task(connect(random.choice(doors)))

    async def connect(port: int) -> None:
        while not over:
            try:
                await loop.create_connection(lambda: _Connection(crowd, again), host, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return

    await asyncio.gather(*[connect(doors[one % len(doors)]) for one in range(int(connections))])
    end = float(started) + float(seconds)
    while (now := time.time()) < end:
        crowd.arrive(now)
        await asyncio.sleep(0.001)
    crowd.arrive(end)
    while crowd.answers < len(moments) and time.time() < end + DRAIN:
        await asyncio.sleep(0.01)
    over = True
    latencies = np.where(crowd.statuses > 0, (crowd.done - moments) * 1000, np.nan)
    np.savez(
        out, kinds=np.array(crowd.kinds, np.int8), statuses=crowd.statuses, latencies=latencies, waits=crowd.waits,
        moments=moments - float(started), lags=(crowd.sent - moments) * 1000, visits=crowd.visits, admitted=crowd.admitted,
    )  # fmt: skip


if __name__ == "__main__":
    import gc

    import uvloop

    gc.disable()
    uvloop.run(_generate(sys.argv[1:]))
