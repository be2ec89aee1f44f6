"""Visits that were decided without the gate, on disk before the door opens, until the gate has stored them.

SQLite with every commit synced. The nonce is the row's key here and makes the visit one at the gate, however often it is sent.
"""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any


class JournalFull(Exception):
    """So many visits wait that the door lets nobody pass by itself any more."""


class Journal:
    """``small`` facts (last moment, clock, revocation) are kept beside the visits."""

    def __init__(self, path: Path, most: int = 100_000) -> None:
        self._most, self._lock = most, threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        self._base.execute(
            "create table if not exists visit (n integer primary key, nonce text unique, scan text not null)"
        )
        self._base.execute("create table if not exists fact (name text primary key, value text not null)")

    def keep(self, scan: dict[str, Any]) -> None:
        """Durable when this returns. Raises JournalFull, sqlite3.Error."""
        with self._lock:
            if self._count() >= self._most:
                raise JournalFull
            self._base.execute(
                "insert or ignore into visit (nonce, scan) values (?, ?)", (scan["nonce"], json.dumps(scan))
            )

    def first(self, most: int = 200) -> list[dict[str, Any]]:
        """The oldest visits that wait."""
        with self._lock:
            rows = self._base.execute("select scan from visit order by n limit ?", (most,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def stored(self, nonces: list[str]) -> None:
        """The gate has these."""
        with self._lock:
            self._base.execute("begin")
            self._base.executemany("delete from visit where nonce = ?", [(nonce,) for nonce in nonces])
            self._base.execute("commit")

    def count(self) -> int:
        """How many wait."""
        with self._lock:
            return self._count()

    def fact(self, name: str, default: Any = None) -> Any:
        """A small fact."""
        with self._lock:
            row = self._base.execute("select value from fact where name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def note(self, name: str, value: Any) -> None:
        """Keep a small fact."""
        with self._lock:
            self._base.execute("insert or replace into fact values (?, ?)", (name, json.dumps(value)))

    def _count(self) -> int:
        return int(self._base.execute("select count(*) from visit").fetchone()[0])
