"""Where visits wait while the database is away: one SQLite file for the machine, every commit on disk before it returns."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ankang.gate.recording import Recorded
from ankang.gate.visits import Visit, pack_record, unpack_record

_SCHEMA = """
    create table if not exists visit (
        position integer primary key autoincrement,
        visit blob not null, trace blob not null, epoch integer not null,
        record blob not null, not_before real not null default 0, problem text not null default '',
        unique (trace, visit, epoch))"""


class SpoolFull(Exception):
    """The spool cannot take visits (disk full, read-only, broken); nothing of the batch was kept."""


class Spool:
    """The spool file; its calls block on the disk, so call them in a thread, one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None

    def add(self, visits: Sequence[Visit], problem: str = "", not_before: float = 0.0) -> Recorded:
        """Keep the visits, all or none. Raises :class:`SpoolFull`."""
        recorded = Recorded(set(), {}, [])
        try:
            with self._connection() as connection:
                for visit in visits:
                    self._add(connection, visit, (problem, not_before), recorded)
        except sqlite3.Error as error:
            self.close()
            raise SpoolFull(str(error)) from error
        return recorded

    def _add(self, connection: sqlite3.Connection, v: Visit, why: tuple[str, float], recorded: Recorded) -> None:
        done = connection.execute(
            "insert or ignore into visit (visit, trace, epoch, record, problem, not_before) values (?, ?, ?, ?, ?, ?)",
            (v.visit, v.trace, v.epoch, pack_record(v), *why),
        )
        if done.rowcount:
            recorded.new.add(v.visit)
        else:
            key = (v.trace, v.visit, v.epoch)
            row = connection.execute("select record from visit where trace = ? and visit = ? and epoch = ?", key)
            recorded.stored[v.visit] = unpack_record(row.fetchone()[0])

    def take(self, limit: int, now: float) -> list[tuple[int, Visit]]:
        """The oldest visits (position, visit) that may be tried at ``now``; they stay until :meth:`remove`."""
        if not self._path.exists():
            return []
        rows = self._connection().execute(
            "select position, record from visit where not_before <= ? order by position limit ?", (now, limit)
        )
        return [(position, unpack_record(record)) for position, record in rows.fetchall()]

    def remove(self, positions: Sequence[int]) -> None:
        """Forget visits that are in the database now."""
        with self._connection() as connection:
            connection.executemany("delete from visit where position = ?", [(one,) for one in positions])

    def defer(self, positions: Sequence[int], problem: str, not_before: float) -> None:
        """Try these again later; they do not hold up the others."""
        with self._connection() as connection:
            rows = [(problem, not_before, one) for one in positions]
            connection.executemany("update visit set problem = ?, not_before = ? where position = ?", rows)

    def count(self) -> tuple[int, int]:
        """How many visits wait, and how many of them because the table has no place for them."""
        if not self._path.exists():
            return (0, 0)
        query = "select count(*), count(*) filter (where problem <> '') from visit"
        with closing(self._connection().execute(query)) as rows:
            waiting, homeless = rows.fetchone()
        return (int(waiting), int(homeless))

    def close(self) -> None:
        """Close the file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            connection = sqlite3.connect(self._path, timeout=2.0, check_same_thread=False)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute(_SCHEMA)
            self._path.chmod(0o600)
            self._open = connection
        return self._open
