"""The ordered feed of colour changes: gap-free numbers in the order of commits."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from ..engine import ENGINE_LOCK
from ..rules import Change

_NEXT = """
INSERT INTO health_feedhead (id, seq) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET seq = health_feedhead.seq + excluded.seq RETURNING seq
"""
_COLUMNS = "seq, person, old, new, since, until, at"
_TYPES = ("int8", "int8", "int2", "int2", "timestamptz", "timestamptz", "timestamptz")


def share_engine() -> None:
    """One person's check: many run side by side, but not beside a bulk. Held until the caller commits."""
    _advisory_lock("pg_advisory_xact_lock_shared")


def own_engine() -> None:
    """A bulk check: waits for single checks and other bulks, then runs alone, so rows and the feed's number are
    never locked in two orders. Held until the caller commits: commit after each chunk.
    """
    _advisory_lock("pg_advisory_xact_lock")


def _advisory_lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [ENGINE_LOCK])


def append_changes(changes: Sequence[Change], now: datetime) -> None:
    """Write the changes under the next numbers. Holds the feed's lock until the caller commits, so call it
    last.
    """
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [len(changes)])
        first = cursor.fetchone()[0] - len(changes) + 1
        with cursor.copy(f"COPY health_colourchange ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_TYPES)
            for seq, (person, old, state) in enumerate(changes, first):
                copy.write_row((seq, person, old, state.colour, state.since, state.until, now))
