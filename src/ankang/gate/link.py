"""A database connection that mends itself: whoever needs it now asks once and never waits for it."""

import asyncio
import contextlib
import logging
from random import random
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = asyncpg.Connection
LOST = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What a statement may raise when the database is away, restarting, read-only or out of space."""

_log = logging.getLogger("ankang.gate")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Link:
    """Keeps one connection to ``url`` open; ``patience`` is the limit in seconds for connecting and for a statement."""

    def __init__(self, url: str, name: str, patience: float | None = 1.0) -> None:
        self._url, self._name, self._patience = url, name, patience
        self._connection: Connection | None = None
        self._lost = asyncio.Event()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._away = False

    @property
    def connection(self) -> Connection | None:
        """The connection when there is one now."""
        connection = self._connection
        return connection if connection is not None and not connection.is_closed() else None

    def start(self) -> None:
        """Begin to connect in the background."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def wait(self) -> Connection:
        """The connection, as soon as there is one."""
        while (connection := self.connection) is None:
            self._ready.clear()
            self._lost.set()
            await self._ready.wait()
        return connection

    def drop(self, connection: Connection | None = None) -> None:
        """Give up the connection (or do nothing if ``connection`` is already an older one) and make a new one."""
        if self._connection is not None and connection in (None, self._connection):
            self._connection.terminate()
            self._connection = None
            self._lost.set()

    async def stop(self) -> None:
        """Close for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None and not self._connection.is_closed():
            with contextlib.suppress(*LOST):
                await self._connection.close(timeout=1.0)
        self._connection = None

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._lost.clear()
            if self.connection is None and not await self._connect():
                await asyncio.sleep(pause * (0.5 + random()))
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._lost.set()
            else:
                pause = _FIRST_PAUSE
            await self._lost.wait()

    async def _connect(self) -> bool:
        try:
            async with asyncio.timeout(2.0):
                connection = await asyncpg.connect(
                    self._url,
                    timeout=2.0,
                    command_timeout=self._patience,
                    server_settings={"application_name": f"ankang gate {self._name}", "timezone": "UTC"},
                )
        except (*LOST, ValueError) as error:
            if not self._away:
                _log.warning("gate %s: the database is away: %s", self._name, error or type(error).__name__)
            self._away = True
            return False
        if self._away:
            _log.warning("gate %s: the database is back", self._name)
        self._away = False
        connection.add_termination_listener(lambda _: self._lost.set())
        self._connection = connection
        self._ready.set()
        return True
