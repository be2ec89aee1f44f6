"""Group commit of visits: what arrives while one write is under way goes into the next.

A visit is acknowledged only when it is durable: committed in the database, or, when the database is away or a commit is in
doubt, in the spool. A batch that is in doubt goes to the spool too; the visits' primary key makes that harmless.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ankang.core.epochs import minute_of
from ankang.gate.faults import Overloaded
from ankang.gate.link import LOST, Connection, Link
from ankang.gate.recording import ROW_FAULTS, Recorded, copy_visits, insert_once
from ankang.gate.spool import Spool, SpoolFull
from ankang.gate.visits import Visit
from ankang.gate.window import Window, WindowFull

LIMIT: Final = 8_192
"""Visits that may wait for durability in one process; beyond that load is shed."""
PATIENCE: Final = 1.0
"""Seconds the database may take for a batch before it goes to the spool."""
GATHER: Final = 0.001
GATHER_MOST: Final = 5
"""When the last batch had company, wait a millisecond for more, again while it comes, at most five times: fewer commits."""
COMPANY: Final = 4
RETRY_HOMELESS: Final = 60.0
LOCK_PAUSE: Final = 0.001  # uvloop counts whole milliseconds; less would be a busy loop
LOCK_PATIENCE: Final = 2.0
"""Another process settles its batch in a fraction of a millisecond; one that was stopped meanwhile must not stop us."""

_log = logging.getLogger("ankang.gate")


class _Durable(asyncio.Future[None]):
    """Awaited by many requests; one that is cancelled must not cancel it for the others."""

    def cancel(self, msg: object = None) -> bool:
        return False


class Batch:
    """Visits that become durable together. ``fresh`` are new, ``repeats`` may be there already."""

    __slots__ = ("crowded", "done", "fresh", "known", "recorded", "repeats")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.fresh: list[Visit] = []
        self.repeats: list[Visit] = []
        self.known: dict[bytes, Visit] = {}
        self.crowded: set[bytes] = set()
        self.recorded = Recorded(set(), {}, [])
        self.done = _Durable(loop=loop)

    @property
    def visits(self) -> list[Visit]:
        """All of them."""
        return self.fresh + self.repeats

    def outcome(self, visit: Visit) -> Visit:
        """When the batch is done: the visit as it stands, which is what was decided or stored first under its id.

        Raises Overloaded for a visit that found no place.
        """
        if self.known or self.recorded.stored:
            visit = self.recorded.stored.get(visit.visit) or self.known.get(visit.visit) or visit
        if self.crowded and visit.visit in self.crowded:
            raise Overloaded
        return visit


class Intake:
    """Takes visits of one process; :meth:`start` it in its event loop."""

    def __init__(
        self, link: Link, spool: Spool, window: Window, clock: Callable[[], float],
        in_progress: Callable[[], int] = lambda: LIMIT,
    ) -> None:  # fmt: skip
        """``in_progress``: how many requests were let in and not answered yet; nobody else can join a batch."""
        self._link, self._spool, self._window, self._clock = link, spool, window, clock
        self._in_progress = in_progress
        self._thread = ThreadPoolExecutor(1, "spool")
        self._wake = asyncio.Event()
        self._awake = False
        self._writing: Batch | None = None
        self._task: asyncio.Task[None] | None = None
        self.alerts = 0
        self.batches = 0
        self.rows = 0
        self.spooled = 0

    def start(self) -> None:
        """Begin to write."""
        self._loop = asyncio.get_running_loop()
        self._open = Batch(self._loop)
        self._task = self._loop.create_task(self._write())

    async def stop(self) -> None:
        """Write what waits, then end."""
        while self.waiting:
            await asyncio.sleep(0.01)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._loop.run_in_executor(self._thread, self._spool.close)
        self._thread.shutdown()

    @property
    def waiting(self) -> int:
        """Visits that are not durable yet."""
        writing = self._writing
        under_way = len(writing.fresh) + len(writing.repeats) if writing else 0
        return len(self._open.fresh) + len(self._open.repeats) + under_way

    async def spool_count(self) -> tuple[int, int]:
        """How many visits wait in the machine's spool, and how many of them have no place in the table."""
        return await self._loop.run_in_executor(self._thread, self._spool.count)

    def refuse_when_full(self) -> None:
        """Shed load before any work is done; raises Overloaded."""
        if len(self._open.fresh) > LIMIT:
            raise Overloaded

    def take(self, visit: Visit, repeat: bool = False) -> Batch:
        """The batch that makes the visit durable. Wait for ``done`` (it raises Overloaded when nothing was kept), then ask
        for its ``outcome``.
        """
        batch = self._open
        if repeat:
            batch.repeats.append(visit)
        else:
            batch.fresh.append(visit)
        if not self._awake:
            self._awake = True
            self._wake.set()
        return batch

    def take_all(self, visits: Sequence[Visit]) -> Batch:
        """The batch of many that may be there already; the ids of the new ones are then in ``recorded.new``."""
        batch = self._open
        batch.repeats.extend(visits)
        self._awake = True
        self._wake.set()
        return batch

    async def _write(self) -> None:
        last = 0
        while True:
            await self._wake.wait()
            if last >= COMPANY:
                await self._gather()
            self._wake.clear()
            self._awake = False
            batch, self._open = self._open, Batch(self._loop)
            self._writing = batch
            last = len(batch.fresh)
            await self._finish(batch)
            self._writing = None
            self.batches += 1
            self.rows += len(batch.fresh) + len(batch.repeats)

    async def _gather(self) -> None:
        for _ in range(GATHER_MOST):
            here = len(self._open.fresh)
            if here >= self._in_progress():  # everybody who was let in is here
                return
            await asyncio.sleep(GATHER)
            if len(self._open.fresh) == here:
                return

    async def _finish(self, batch: Batch) -> None:
        """Commit a batch and tell those who wait for it. Whatever goes wrong, the writer lives on."""
        try:
            await self._settle(batch)
            await self._commit(batch)
        except Exception as error:
            self.alerts += 1
            if isinstance(error, SpoolFull):
                _log.error("gate: %d visits refused, no place to keep them: %s", len(batch.visits), error)
            else:
                _log.exception("gate: %d visits refused", len(batch.visits))
            batch.done.set_exception(Overloaded())
            batch.done.exception()
        except BaseException:
            batch.done.set_exception(Overloaded())
            batch.done.exception()
            raise
        else:
            batch.done.set_result(None)

    async def _settle(self, batch: Batch) -> None:
        """Bring the fresh visits into the window that the machine's gates share: first uses, and nonces seen elsewhere."""
        if not batch.fresh:
            return
        deadline = self._loop.time() + LOCK_PATIENCE
        while not self._window.try_lock():
            if self._loop.time() > deadline:
                raise WindowFull("the window stays locked")
            await asyncio.sleep(LOCK_PAUSE)
        try:
            batch.known, batch.crowded = self._window.settle(batch.fresh, minute_of(self._clock()))
        finally:
            self._window.unlock()
        if batch.known or batch.crowded:
            known, crowded = batch.known, batch.crowded
            batch.repeats += [known[visit.visit] for visit in batch.fresh if visit.visit in known]
            batch.fresh = [v for v in batch.fresh if v.visit not in known and v.visit not in crowded]

    async def _commit(self, batch: Batch) -> None:
        connection = self._link.connection
        if connection is None:
            await self._keep(batch, batch.visits)
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._into_database(connection, batch)
        except LOST as error:
            _log.warning("gate: database lost within a batch of %d: %s", len(batch.visits), type(error).__name__)
            self._link.drop(connection)
            await self._keep(batch, batch.visits)

    async def _into_database(self, connection: Connection, batch: Batch) -> None:
        repeats = batch.repeats
        if batch.fresh:
            try:
                await copy_visits(connection, batch.fresh)
            except ROW_FAULTS:
                repeats = batch.visits
        if repeats:
            batch.recorded = await insert_once(connection, repeats)
            if batch.recorded.homeless:
                await self._keep_homeless(batch, batch.recorded.homeless)

    async def _keep(self, batch: Batch, visits: list[Visit]) -> None:
        batch.recorded = await self._loop.run_in_executor(self._thread, self._spool.add, visits)
        self.spooled += len(visits)

    async def _keep_homeless(self, batch: Batch, visits: list[Visit]) -> None:
        self.alerts += 1
        _log.error("gate: the table has no place for %d visits of %s", len(visits), {visit.epoch for visit in visits})
        later = time.time() + RETRY_HOMELESS
        kept = await self._loop.run_in_executor(self._thread, self._spool.add, visits, "no place in the table", later)
        batch.recorded.new.update(kept.new)
        batch.recorded.stored.update(kept.stored)
