"""The leader's work on the colour file: load it once, then follow the change feed, gap-free (architecture.md "State").

``health_colourchange.seq`` has no gaps and is in commit order, because health takes it from ``health_feedhead`` under a
row lock in the same transaction. So "everything up to n" is a true statement, and a missing number means: wait.
"""

import asyncio
import contextlib
import logging
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg

from ankang.core.sm import sm3
from ankang.gate.colours import ColourWriter
from ankang.gate.link import LOST, Connection, Link
from ankang.gate.tests import TestWriter

PAUSE: Final = 0.5
"""Seconds between two looks at the feed; a NOTIFY on :data:`CHANNEL` cuts it short."""
CHANNEL: Final = "ankang_feed"
CHUNK: Final = 2_000
GAP_PATIENCE: Final = 30.0
SYNC_EVERY: Final = 10.0

_log = logging.getLogger("ankang.gate")
_ROW = struct.Struct(">hiqihiqiq")  # a binary COPY row: person, colour, since, until
_COPY_HEAD: Final = 19

_HEAD = "select seq from health_feedhead where id = 1"
_CHANGES = """
    select seq, person, old is null, new, date_part('epoch', since)::bigint, coalesce(date_part('epoch', until), 0)::bigint
    from health_colourchange where seq > $1 order by seq limit $2"""
_ALL = """
    select person, colour, date_part('epoch', since)::bigint, coalesce(date_part('epoch', until), 0)::bigint
    from health_colour order by person"""
_IDENTITY = (
    "select current_database() || ':' || 'health_colour'::regclass::oid || ':' || 'health_feedhead'::regclass::oid"
)
_SYSTEM = "select system_identifier::text from pg_control_system()"


class Gap(Exception):
    """A sequence number is missing in the feed."""


class Feed:
    """Follows the feed into ``folder``/colours.bin; one process of the machine runs it."""

    def __init__(self, link: Link, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._link, self._folder, self._clock = link, folder, clock
        self._path = folder / "colours.bin"
        self._writer: ColourWriter | None = None
        self._met: Connection | None = None
        self._database = b""
        self._news = asyncio.Event()
        self._gap_since: float | None = None
        self._synced_at = 0.0
        self._tests = TestWriter(folder / "tests.bin")

    async def follow(self) -> None:
        """Keep the file fresh until cancelled."""
        try:
            while True:
                connection = await self._link.wait()
                more = False
                try:
                    more = await self.catch_up(connection)
                except asyncpg.UndefinedTableError:
                    _log.info("gate: the database has no colours yet")
                except LOST as error:
                    _log.warning("gate: feed interrupted: %s", error or type(error).__name__)
                    self._link.drop(connection)
                if not more:
                    await self._pause()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._tests.close()

    async def catch_up(self, connection: Connection) -> bool:
        """Apply the next changes; True when there may be more. Loads the whole when there is nothing to go on with."""
        await self._meet(connection)
        writer = self._writer or self._resume()
        head = await connection.fetchval(_HEAD)
        if writer is None or (head or 0) < writer.seq or self._waited_too_long():
            writer = await self._load(connection)
        self._writer = writer
        moment = self._clock()
        try:
            more = await self._apply(connection, writer)
        except Gap:
            self._gap_since = self._gap_since or time.monotonic()
            return False
        self._gap_since = None
        if not more and writer.seq >= (head or 0):
            writer.stamp(moment)
        await self._sync(writer)
        await self._tests.catch_up(connection, self._database)
        return more

    async def _apply(self, connection: Connection, writer: ColourWriter) -> bool:
        rows = await connection.fetch(_CHANGES, writer.seq, CHUNK)
        expected = writer.seq + 1
        good = []
        for row in rows:
            if row[0] != expected:
                break
            good.append(row)
            expected += 1
        if good:
            writer.put((person, new, since, until) for _, person, _, new, since, until in good)
            writer.advance(expected - 1, sum(1 for row in good if row[2]))
        if len(good) < len(rows):
            raise Gap
        return len(rows) == CHUNK

    def _waited_too_long(self) -> bool:
        waited = self._gap_since is not None and time.monotonic() - self._gap_since > GAP_PATIENCE
        if waited:
            _log.error("gate: the feed has a gap; loading all colours again")
            self._gap_since = None
        return waited

    async def _load(self, connection: Connection) -> ColourWriter:
        """Build a new file from health_colour as of one moment, and put it in place of the old one."""
        started = time.monotonic()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        draft = ColourWriter.create(self._folder / "colours.new", self._database, time.time_ns())
        try:
            persons = await self._fill(connection, draft)
            await asyncio.get_running_loop().run_in_executor(None, draft.publish, self._path)
        except BaseException:
            draft.abandon()
            raise
        _log.info("gate: %d colours loaded in %.1f s", persons, time.monotonic() - started)
        return draft

    async def _fill(self, connection: Connection, draft: ColourWriter) -> int:
        """Write the whole of health_colour as of one moment; returns the number of persons."""
        reader = _RowReader(draft)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            moment = self._clock()
            seq = await connection.fetchval(_HEAD)
            await connection.copy_from_query(_ALL, output=reader.take, format="binary", timeout=3600.0)
        draft.advance(seq or 0, reader.rows)
        draft.stamp(moment)
        return reader.rows

    async def _meet(self, connection: Connection) -> None:
        if self._met is connection:
            return
        self._database = await identify(connection)
        await connection.add_listener(CHANNEL, lambda *_: self._news.set())
        self._met = connection

    def _resume(self) -> ColourWriter | None:
        writer = ColourWriter.resume(self._path, self._database)
        if writer is None:  # colours of another database must not be served while ours are loaded
            self._path.unlink(missing_ok=True)
        return writer

    async def _pause(self) -> None:
        self._news.clear()
        with contextlib.suppress(asyncio.TimeoutError):
            async with asyncio.timeout(PAUSE):
                await self._news.wait()

    async def _sync(self, writer: ColourWriter) -> None:
        if time.monotonic() - self._synced_at < SYNC_EVERY:
            return
        self._synced_at = time.monotonic()
        writer.synced(await asyncio.get_running_loop().run_in_executor(None, writer.flush))


class _RowReader:
    """Puts the rows of a binary COPY into a new colour file, as they come."""

    def __init__(self, writer: ColourWriter) -> None:
        self._writer = writer
        self._rest = b""
        self._begun = False
        self.rows = 0

    async def take(self, data: bytes) -> None:
        """Take the next bytes of the COPY stream."""
        data = self._rest + data
        if not self._begun:
            if len(data) < _COPY_HEAD:
                self._rest = data
                return
            data, self._begun = data[_COPY_HEAD:], True
        whole = len(data) // _ROW.size * _ROW.size
        self._rest = data[whole:]
        rows = [(r[2], r[4], r[6], r[8]) for r in _ROW.iter_unpack(data[:whole])]
        if rows:
            self._writer.fill(rows)
            self.rows += len(rows)
        await asyncio.sleep(0)  # doors go first


async def identify(connection: Connection) -> bytes:
    """16 bytes that name this database: the same file must never go on with another one's feed."""
    name = await connection.fetchval(_IDENTITY)
    with contextlib.suppress(asyncpg.PostgresError):
        name += ":" + await connection.fetchval(_SYSTEM)
    return sm3(str(name).encode() + os.fsencode("ankang colours"))[:16]
