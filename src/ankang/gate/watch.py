"""What each gate process does once a second: see new colours and tables, and tell the others how it is."""

import asyncio
import contextlib
import json
import logging
import os
import time
from pathlib import Path
from typing import Final

from msgspec import structs

from ankang.config.keys import RootKey, RootKeyExposed, RootKeyMissing
from ankang.config.settings import Settings
from ankang.core.epochs import epoch_of
from ankang.core.sm import SealBroken
from ankang.gate.link import LOST, Connection, Link
from ankang.gate.state import State
from ankang.gate.tables import EMPTY, REVISIONS, Tables, load_tables, read_snapshot, save_snapshot

EVERY: Final = 1.0
APART: Final = ("carriers", "companions", "groups")
"""Revisions of what is not among the tables: each follows its own changes."""
RELOAD_AFTER: Final = 600.0
"""Seconds after which tables are read again although no revision moved (new day keys, expired credentials)."""
ALIVE: Final = 5.0
COMPARE_EVERY: Final = 10.0
GLANCE: Final = 1.0
"""Seconds for which a request waits for a look of its own, and the least between two such looks."""
_CLOCK: Final = "select extract(epoch from clock_timestamp())::float8"

_REVISION: Final = "select revision from base_revision where name = $1"

KEYS_CLOSED: Final = (RootKeyMissing, RootKeyExposed, SealBroken, ValueError)

_log = logging.getLogger("ankang.gate")
Report = dict[str, object]


class Watch:
    """Keeps a :class:`State` up to date."""

    def __init__(self, settings: Settings, state: State, link: Link) -> None:
        self._settings, self._state, self._link = settings, state, link
        self._snapshot = settings.gate_folder / "tables.bin"
        self._root: RootKey | None = None
        self._read_at = 0.0
        self._complaint = ""
        self._turn = asyncio.Lock()
        self._glance: asyncio.Task[None] | None = None
        self._glanced_at = -GLANCE
        self._compared_at, self._database_ahead = 0.0, 0.0

    def begin(self) -> None:
        """Take what the disk remembers, so that doors are served before the database answers."""
        self._state.carriers.begin()
        tables = read_snapshot(self._snapshot)
        if tables is not EMPTY:
            try:
                self._take(tables)
            except KEYS_CLOSED as error:
                self._complain(f"keys of the snapshot cannot be opened: {error!r}")

    async def look(self) -> None:
        """One look; never raises."""
        try:
            self._state.colours.refresh()
            self._state.tests.refresh()
            self._state.lists.refresh(time.time())
            self._note_clock()
            async with self._turn:
                await self._look_at_tables()
            self._open_tomorrow()
        except LOST as error:
            self._complain(f"tables not read: {error or type(error).__name__}")
        except Exception as error:
            self._complain(f"tables not read: {error!r}")
        else:
            self._complaint = ""

    async def glance_at_groups(self) -> bool:
        """Look for groups now, for a request that names one we do not know; one such look a second, whoever asks.

        Those who ask while one is under way share it. False when nothing new was seen. Never raises; takes a second at most.
        """
        before = self._state.groups.revision
        if self._glance is None or self._glance.done():
            if time.monotonic() - self._glanced_at < GLANCE:
                return False
            self._glanced_at = time.monotonic()
            self._glance = asyncio.get_running_loop().create_task(self._look_at_groups())
        await asyncio.shield(self._glance)
        return self._state.groups.revision != before

    async def _look_at_groups(self) -> None:
        connection = self._link.connection
        if connection is None:
            return
        try:
            async with asyncio.timeout(GLANCE), self._turn:
                wanted = await connection.fetchval(_REVISION, "groups") or 0
                await self._state.groups.look(connection, wanted)
        except LOST as error:
            self._complain(f"groups not read: {error or type(error).__name__}")

    def _complain(self, complaint: str) -> None:
        """Say it once, not every second."""
        if complaint != self._complaint:
            _log.error("gate: %s", complaint)
        self._complaint = complaint

    async def _look_at_tables(self) -> None:
        connection = self._link.connection
        if connection is None:
            return
        revisions = {str(name): int(number) for name, number in await connection.fetch(REVISIONS)}
        await self._compare_clocks(connection)
        await self._state.reports.write(connection)
        for name in APART:
            await getattr(self._state, name).look(connection, revisions.get(name, 0))
        held = self._state.tables
        apart = dict.fromkeys(APART, 0)
        current = held.revisions | apart == revisions | apart and self._state.keys is not None
        if current and held.revisions != revisions:  # only such moved as are not among the tables
            self._state.tables = held = structs.replace(held, revisions=revisions)
        if current and time.monotonic() - self._read_at < RELOAD_AFTER:
            return
        tables = await load_tables(connection)
        self._read_at = time.monotonic()
        if tables != self._state.tables:
            self._take(tables)
            save_snapshot(tables, self._snapshot)

    async def _compare_clocks(self, connection: Connection) -> None:
        """Ask the database what time it is. While it is away its last answer goes on by the clock that cannot be set."""
        if time.monotonic() - self._compared_at >= COMPARE_EVERY:
            before = time.monotonic()
            told = float(await connection.fetchval(_CLOCK))
            self._compared_at = time.monotonic()
            self._database_ahead = told - (before + self._compared_at) / 2
            self._note_clock()

    def _note_clock(self) -> None:
        """How far our clock is off; said once."""
        if not self._compared_at:
            return
        was, state = self._state.clock_is_off, self._state
        state.clock_error = time.time() - time.monotonic() - self._database_ahead
        if state.clock_is_off != was:
            _log.error("gate: the clock is %+.0f s off the database's", state.clock_error)

    def _take(self, tables: Tables) -> None:
        """Raises RootKeyMissing, RootKeyExposed, SealBroken or ValueError when the keys cannot be opened."""
        self._root = self._root or RootKey.from_file(self._settings.keys_folder / "root.key")
        self._state.replace(tables, self._root)

    def _open_tomorrow(self) -> None:
        """Opening an epoch's keys takes milliseconds; do it before a door needs them."""
        if self._state.keys is not None:
            today = epoch_of(time.time())
            for epoch in (today - 1, today, today + 1):
                self._state.keys.epoch(epoch)
            self._state.keys.permanent_person(0)


class Workers:
    """How the gate processes of the machine are: one small file each, written every second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "workers"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own = self._folder / f"{os.getpid()}-{id(self)}.json"

    def report(self, report: Report) -> None:
        """Say how this process is."""
        draft = self._own.with_suffix(".new")
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(report))
            os.replace(draft, self._own)

    def all(self) -> list[Report]:
        """The reports of the processes that lived within the last seconds; files of the dead are removed."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                if time.time() - path.stat().st_mtime > ALIVE:
                    path.unlink()
                else:
                    found.append(json.loads(path.read_text()))
        return found

    def leave(self) -> None:
        """This process ends."""
        self._own.unlink(missing_ok=True)
