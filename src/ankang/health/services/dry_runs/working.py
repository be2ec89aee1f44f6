"""One worker a dry run: a lock of the database's session, gone with the worker's connection however it dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_WORKING = 0x616B6477  # the class of the advisory locks that workers hold

_HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


@contextmanager
def work_on(number: int) -> Iterator[bool]:
    """Whether this worker has the dry run for itself; held to the end of the block, over commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_WORKING, number])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_WORKING, number])


def is_worked_on(number: int) -> bool:
    """Whether a worker of any machine holds the dry run."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [_WORKING, number])
        return bool(cursor.fetchone()[0])
