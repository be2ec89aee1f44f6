"""One runner for a piece of long work at a time, and a way to see whether one lives.

A runner holds a session's advisory lock, which the database lets go of when the runner dies, however it dies.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

RECOLOURING, DRY_RUN = 0x616B7263, 0x616B6472


@contextmanager
def sole_runner(work: int, identity: int) -> Iterator[bool]:
    """Be the one runner of this work inside the block; False when somebody else is."""
    mine = _ask("pg_try_advisory_lock", work, identity)
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.connection.closed:
            _ask("pg_advisory_unlock", work, identity)


def has_runner(work: int, identity: int) -> bool:
    """Whether somebody works on it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND objid = %s AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [work, identity],
        )
        return bool(cursor.fetchone()[0])


def _ask(function: str, work: int, identity: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [work, identity])
        return bool(cursor.fetchone()[0])
