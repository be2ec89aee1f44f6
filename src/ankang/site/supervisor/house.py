"""The life of a running house: database, groundwork, three children; then the same backwards."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from ankang.config import postgres
from ankang.config.postgres import DatabaseFault, PostgresUse
from ankang.config.settings import Settings
from ankang.site.supervisor import groundwork
from ankang.site.supervisor.child import Child
from ankang.site.supervisor.occupancy import DataFolderLock, wait_for_port
from ankang.site.supervisor.plans import environment, plans, tied_to_us
from ankang.site.supervisor.readiness import wait_until_ready
from ankang.site.supervisor.screen import Screen

PATIENCE = {"gate": 15.0, "worker": 10.0, "control": 10.0}
"""Seconds a child may take to end; the gate finishes what it answers and writes its last visits."""
DEATHS_BEFORE_READY = 3
"""A child that dies this often before the house ever answered will not get better by itself."""
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class HouseFault(Exception):
    """The house cannot stand; the text is for the operator."""


class Stopped(Exception):
    """Somebody asked us to stop while we were still starting."""


def run(settings: Settings, screen: Screen) -> None:
    """Run the house until somebody stops it (SIGINT, SIGTERM, SIGHUP).

    Raises Occupied, DatabaseFault or HouseFault, in words for the operator; nothing is left running then.
    """
    lock = DataFolderLock(settings)
    lock.take(f"http://localhost:{settings.port}")
    try:
        wait_for_port(settings)
        screen.title(str(settings.data))
        with stoppable(), database(settings, screen) as use:
            lay_groundwork(settings, screen)
            asyncio.run(House(settings, screen, use).live())
    except Stopped:
        screen.step("stopped")
    finally:
        lock.release()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Inside the block, a stopping signal raises Stopped, so that whatever was opened is closed again."""

    def stop(_number: int, _frame: object) -> None:
        ignore_signals()
        raise Stopped

    before = {number: signal.signal(number, stop) for number in STOPPING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Once is enough: closing must not be interrupted."""
    for number in STOPPING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def database(settings: Settings, screen: Screen) -> Iterator[PostgresUse | None]:
    """The embedded PostgreSQL while the house stands (None when the operator has one)."""
    if settings.database_url:
        screen.step(f"PostgreSQL at {postgres.without_password(settings.database_url)}")
        yield None
        return
    new = not (settings.data / "postgres").exists()
    use = postgres.start(settings)
    screen.step("PostgreSQL made and started" if new else "PostgreSQL started")
    try:
        yield use
    finally:
        ignore_signals()
        use.leave()


def lay_groundwork(settings: Settings, screen: Screen) -> None:
    """Make tables, keys and the demonstration if something is missing, in a process that ends afterwards."""
    import psycopg

    try:
        guard_root_key(settings)
        steps = groundwork.due(settings, datetime.now(UTC))
    except psycopg.OperationalError as error:
        raise HouseFault(f"The database does not answer: {str(error).strip().splitlines()[-1]}") from error
    if steps:
        screen.step(f"preparing: {', '.join(steps)}")
        command = [sys.executable, "-m", "ankang.cli", "groundwork", *steps]
        if subprocess.run(tied_to_us(command), env=environment(settings), check=False).returncode:
            raise HouseFault("The groundwork was not finished; the reason is above. Nothing is running now.")
    screen.step("tables, keys and partitions are in place")


def guard_root_key(settings: Settings) -> None:
    """Refuse to go on when the database holds keys but the root key is gone: a new one opens nothing."""
    import psycopg

    if (settings.keys_folder / "root.key").exists():
        return
    params = postgres.connection_params(postgres.database_url(settings))
    with psycopg.connect(**params) as connection:  # type: ignore[arg-type]
        exists = connection.execute("SELECT to_regclass('trust_key') IS NOT NULL").fetchone()
        used = exists and exists[0] and connection.execute("SELECT 1 FROM trust_key LIMIT 1").fetchone()
    if used:
        raise HouseFault(
            f"The root key {settings.keys_folder / 'root.key'} is missing, but the database holds keys "
            "sealed with it. Bring the file back from your backup; without it nothing stored can be read."
        )


class House:
    """The three children and the database, once the groundwork is laid."""

    def __init__(self, settings: Settings, screen: Screen, use: PostgresUse | None) -> None:
        self._settings, self._screen, self._use = settings, screen, use
        self._children = [Child(plan, environment(settings), screen.line) for plan in plans(settings)]
        self._asked_to_stop = asyncio.Event()
        self._answers = asyncio.Event()

    async def live(self) -> None:
        """Start everything, say when it answers, keep it standing, and take it down in order."""
        loop = asyncio.get_running_loop()
        for number in STOPPING_SIGNALS:
            loop.add_signal_handler(number, self._asked_to_stop.set)
        keeping = [asyncio.create_task(self._keep(child)) for child in self._children]
        watching = [asyncio.create_task(task) for task in (self._announce(), self._watch_children())]
        if self._use is not None:
            watching.append(asyncio.create_task(self._watch_database(self._use)))
        asked = asyncio.create_task(self._asked_to_stop.wait())
        try:
            await self._until_asked_or_broken(asked, [*watching, *keeping])
        finally:
            for task in (*watching, asked):
                task.cancel()
            await self._take_down(keeping)

    async def _keep(self, child: Child) -> None:
        if child.plan.after_the_page:
            await self._answers.wait()
        await child.keep_running()

    async def _until_asked_or_broken(
        self, asked: asyncio.Task[bool], watching: list[asyncio.Task[None]]
    ) -> None:
        waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {asked, *watching}
        while asked in waiting:
            finished, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                task.result()  # a HouseFault ends the house

    async def _take_down(self, keeping: list[asyncio.Task[None]]) -> None:
        self._screen.note("stopping…")
        front, *others = reversed(self._children)
        await front.stop(PATIENCE[front.plan.name])  # first nobody new comes in
        await asyncio.gather(*(child.stop(PATIENCE[child.plan.name]) for child in others))
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        self._screen.step("stopped")

    async def _announce(self) -> None:
        await wait_until_ready(self._settings.host, self._settings.port)
        self._answers.set()
        self._screen.ready(self._settings)

    async def _watch_children(self) -> None:
        """Give up when a child keeps dying before the house ever answered."""
        while not self._answers.is_set():
            for child in self._children:
                if child.deaths >= DEATHS_BEFORE_READY:
                    words = child.last_words
                    raise HouseFault(f"The {child.plan.name} does not start. Its last words: {words}")
            await asyncio.sleep(0.2)

    async def _watch_database(self, use: PostgresUse) -> None:
        """Start the database again when it died; the gates answer from memory meanwhile."""
        while True:
            await asyncio.sleep(0.5)
            if use.pid is None:
                self._screen.note("PostgreSQL ended; starting it again")
                try:
                    await asyncio.to_thread(use.revive)
                    self._screen.step("PostgreSQL started")
                except DatabaseFault as fault:
                    self._screen.note(str(fault))
                    await asyncio.sleep(3)
