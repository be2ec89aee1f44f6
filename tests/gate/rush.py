"""A rush at the doors: scanners that, like real ones, send a verification again until it is answered."""

import asyncio
import random
import threading
import time
import urllib.error
import urllib.request
from uuid import UUID, uuid5

import aiohttp

from ankang.core.epochs import epoch_of, epoch_start
from tests.gate.ground import Device, Ground, Person, wait_until

_NAMES = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")


class Rush:
    """Many scanners in a thread, each taking the next (person, door) and asking any of the gates."""

    def __init__(self, ground: Ground, ports: list[int], scanners: int = 24) -> None:
        self._ports, self._scanners = ports, scanners
        self.persons = [ground.a_person() for _ in range(40)]
        self.devices = [ground.a_device(ground.a_checkpoint()) for _ in range(12)]
        self.answers: dict[str, dict[str, object]] = {}
        self.repeats = 0
        self.shed = 0
        self.strange: list[tuple[int, str]] = []
        self._count = 0
        self._over = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> "Rush":
        for port in self._ports:
            wait_until(lambda port=port: self._knows(port))  # type: ignore[misc]
        time.sleep(1.2)  # other workers behind the same port look once a second
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()

    def _knows(self, port: int) -> bool:
        head = {"authorization": f"Bearer {self.devices[-1].token}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/g/v1/door", headers=head)):
                return True
        except urllib.error.HTTPError:
            return False

    async def _all(self) -> None:
        timeout = aiohttp.ClientTimeout(total=4)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await asyncio.gather(*[self._scanner(session) for _ in range(self._scanners)])

    async def _scanner(self, session: aiohttp.ClientSession) -> None:
        while not self._over:
            self._count += 1
            person, device = self.persons[self._count % 40], self.devices[self._count // 40 % 12]
            direction = ("entry", "exit")[self._count // 480 % 2]
            await self._until_answered(
                session, person, device, direction, str(uuid5(_NAMES, f"{id(self)} {self._count}"))
            )

    async def _until_answered(
        self, session: aiohttp.ClientSession, person: Person, device: Device, direction: str, nonce: str
    ) -> None:
        now = time.time()
        body = {
            "code": person.code(now, epoch_start(epoch_of(now))), "checkpoint": device.checkpoint,
            "direction": direction, "nonce": nonce,
        }  # fmt: skip
        head = {"authorization": f"Bearer {device.token}"}
        for attempt in range(200):
            self.repeats += attempt > 0
            try:
                url = f"http://127.0.0.1:{random.choice(self._ports)}/g/v1/verify"
                async with session.post(url, json=body, headers=head) as response:
                    answer = await response.json()
                    if response.status == 200:
                        self.answers[nonce] = answer
                        return
                    if response.status != 503:
                        self.strange.append((response.status, str(answer)))
                        return
                    self.shed += 1
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
                pass
            await asyncio.sleep(0.1)
        self.strange.append((0, f"never answered: {nonce}"))

    def check(self, ground: Ground) -> None:
        """Every answered visit is in the table exactly once, with the verdict that was told."""
        rows = ground.sql(
            "select visit::text, min(verdict), min(reason), count(*) from passage_visit "
            "where device = any(%s) group by visit",
            [device.number for device in self.devices],
        )
        stored = {row[0]: row[1:] for row in rows}
        verdicts, reasons = {"admit": 1, "deny": 2, "refer": 3}, {"ok": 1, "already_used": 6, "stale": 10}
        told = {
            str(answer["visit"]): (verdicts[str(answer["verdict"])], reasons[str(answer["reason"])], 1)
            for answer in self.answers.values()
        }
        assert self.strange == []
        assert len(told) == len(self.answers)
        assert {visit: stored.get(visit) for visit in told} == told
        # Nothing else was stored but what a scanner had asked and, at the very end, not waited for.
        assert len(stored) - len(told) <= self._scanners
