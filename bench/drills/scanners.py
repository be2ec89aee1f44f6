"""Scanners at doors: codes come at a fixed rate, and a scanner sends a verification again until it is answered, with the same
nonce, as the real one does. The ledger of what they were told is held against the table afterwards.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

from ankang.core.verdicts import Reason, Verdict
from bench.drills.house import RED_EVERY, House, Machine
from bench.drills.report import Report
from bench.gate_ground import DOORS

LONGEST_WAIT = 1.0
"""Scanners of a drill wait a second at most, so that it is over sooner; real ones wait as Retry-After says."""
PATIENCE = 4.0
RIGHT = (("admit", "ok"), ("deny", "colour"))
CANNOT_VERIFY = ("refer", "stale")


@dataclass
class Told:
    """What a scanner was told, and when (monotonic seconds: meant to ask, answered)."""

    visit: str
    verdict: str
    reason: str
    red: bool
    meant: float
    at: float


class Scanners:
    """Asks ``machines`` in turn, ``rate`` codes a second, within the ``with`` block."""

    _shown = itertools.count(1)
    """Numbers the codes shown in this process: none is shown twice at a door within its minute."""

    def __init__(self, house: House, machines: Sequence[Machine], rate: float = 60.0) -> None:
        self._house, self._rate = house, rate
        self.addresses = [machine.address for machine in machines]
        self._doors = [tuple(line.split()) for line in house.ground.doors.read_text().splitlines()]
        self.told: list[Told] = []
        self.asked = self.refused = 0
        self.strange: list[str] = []
        self._over = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._arrive()))

    def __enter__(self) -> "Scanners":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No more arrivals; wait until everybody was answered."""
        self._over = True
        if self._thread.is_alive():
            self._thread.join()

    async def _arrive(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        connector = aiohttp.TCPConnector(limit=200)
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            due = time.monotonic()
            while not self._over:
                task = asyncio.create_task(self._ask(session, due))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                due += 1 / self._rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            await asyncio.gather(*self._tasks)

    async def _ask(self, session: aiohttp.ClientSession, meant: float) -> None:
        number, numbers = next(Scanners._shown), self._house.ground.numbers
        position, (token, door) = number % len(numbers), self._doors[number // len(numbers) % DOORS]
        body = {
            "code": self._house.ground.code_of(position, time.time()), "checkpoint": int(door), "direction": "entry",
            "nonce": str(uuid4()),
        }  # fmt: skip
        self.asked += 1
        red = numbers[position] % RED_EVERY == 0
        for attempt in range(400):
            address = self.addresses[(number + attempt) % len(self.addresses)]
            url, head = f"http://{address}/g/v1/verify", {"Authorization": f"Bearer {token}", "X-Ankang-Place": door}
            pause = 0.1
            try:
                async with session.post(url, json=body, headers=head) as response:
                    answer = await response.json()
                    if response.status == 200:
                        words = (answer["visit"], answer["verdict"], answer["reason"])
                        self.told.append(Told(*words, red, meant, time.monotonic()))
                        return
                    if response.status != 503:
                        self.strange.append(f"{response.status} {answer}")
                        return
                    pause = min(float(response.headers.get("Retry-After", "1")), LONGEST_WAIT)
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
                pass
            self.refused += 1
            await asyncio.sleep(pause)
        self.strange.append("never answered")

    def into(self, report: Report, also: Collection[tuple[str, str]] = ()) -> None:
        """Count what was told; ``also``: verdicts that are right besides the usual ones in this drill."""
        report.asked += self.asked
        report.refused += self.refused
        report.answered += len(self.told)
        wrong = [one for one in self.told if (one.verdict, one.reason) not in (RIGHT[one.red], *also)]
        report.wrong += len(wrong) + len(self.strange)
        report.faults += sorted({f"told {one.verdict} {one.reason}" for one in wrong} | set(self.strange))[:4]
        report.lost += len(self.lost())

    def lost(self) -> list[str]:
        """Answered visits that are not in the table exactly once as they were told."""
        rows = self._house.sql(
            "select visit::text, min(verdict), min(reason), count(*) from passage_visit "
            "where visit = any(%s::uuid[]) group by visit",
            [one.visit for one in self.told],
        )
        stored = {row[0]: row[1:] for row in rows}
        return [
            one.visit
            for one in self.told
            if stored.get(one.visit) != (Verdict[one.verdict.upper()], Reason[one.reason.upper()], 1)
        ]

    def slowest(self, since: float, until: float) -> float:
        """The longest wait, in seconds, of those who were meant to be asked between two moments (monotonic)."""
        return max((one.at - one.meant for one in self.told if since <= one.meant < until), default=0.0)
