"""One gate process of a machine leads: it keeps the colour file fresh and empties the spool. A file lock says who; the
kernel frees it when the process dies, and another takes over within a second.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ankang.gate.feed import Feed
from ankang.gate.link import LOST, Link
from ankang.gate.recording import insert_once
from ankang.gate.spool import Spool

LOOK_EVERY: Final = 0.5
CHUNK: Final = 1_000
RETRY_HOMELESS: Final = 60.0

_log = logging.getLogger("ankang.gate")


class Leader:
    """Stands for leadership and, when elected, does the leader's work."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._task: asyncio.Task[None] | None = None
        self._lock = -1
        self.leads = False

    def start(self) -> None:
        """Begin to stand."""
        self._task = asyncio.get_running_loop().create_task(self._stand())

    async def stop(self) -> None:
        """Lay the work down; another process takes over."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _stand(self) -> None:
        self._lock = os.open(self._folder / "leader.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not self._elected():
                await asyncio.sleep(LOOK_EVERY)
            self.leads = True
            _log.info("gate: this process leads")
            await self._lead()
        finally:
            self.leads = False
            os.close(self._lock)

    def _elected(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def _lead(self) -> None:
        feed_link, drain_link = (
            Link(self._url, "feed", patience=30.0),
            Link(self._url, "drain", patience=10.0),
        )
        feed_link.start()
        drain_link.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_for_ever("feed", Feed(feed_link, self._folder).follow))
                tasks.create_task(_for_ever("drain", Drain(drain_link, self._folder / "spool.sqlite3").run))
        finally:
            await feed_link.stop()
            await drain_link.stop()


async def _for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Begin anew after whatever went wrong: a full disk or a bug must not leave the machine without its leader's work."""
    while True:
        try:
            await work()
        except Exception:
            _log.exception("gate: %s failed; it begins anew", name)
            await asyncio.sleep(1.0)


class Drain:
    """Moves visits from the spool into the database, oldest first, each exactly once."""

    def __init__(self, link: Link, path: Path) -> None:
        self._link, self._spool = link, Spool(path)
        self._thread = ThreadPoolExecutor(1, "drain")  # one thread: the spool's calls come one at a time

    async def run(self) -> None:
        """Drain whenever something waits, until cancelled."""
        try:
            while True:
                if not await self.step():
                    await asyncio.sleep(LOOK_EVERY)
        finally:
            self._spool.close()

    async def step(self) -> bool:
        """Move one chunk; True when something was moved."""
        loop = asyncio.get_running_loop()
        waiting = await loop.run_in_executor(self._thread, self._spool.take, CHUNK, time.time())
        connection = self._link.connection
        if not waiting or connection is None:
            return False
        try:
            recorded = await insert_once(connection, [visit for _, visit in waiting])
        except LOST as error:
            _log.warning("gate: spool waits: %s", error or type(error).__name__)
            self._link.drop(connection)
            return False
        homeless = {visit.visit for visit in recorded.homeless}
        moved = [position for position, visit in waiting if visit.visit not in homeless]
        stuck = [position for position, visit in waiting if visit.visit in homeless]
        await loop.run_in_executor(self._thread, self._settle, moved, stuck)
        return bool(moved)

    def _settle(self, moved: list[int], stuck: list[int]) -> None:
        self._spool.remove(moved)
        if stuck:
            self._spool.defer(stuck, "no place in the table", time.time() + RETRY_HOMELESS)
            _log.error("gate: %d spooled visits have no place in the table", len(stuck))
