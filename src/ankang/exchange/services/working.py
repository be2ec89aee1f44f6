"""One worker a batch: a lock of the database's session, gone with the worker's connection however it dies."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_WORKING = 0x616B6578  # the class of the advisory locks that workers on batches hold


@contextmanager
def work_on(batch: int) -> Iterator[bool]:
    """Whether this worker has the batch for itself; held to the end of the block, over commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_WORKING, batch])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_WORKING, batch])


@contextmanager
def without_collector() -> Iterator[None]:
    """Rows by the ten thousand hold no cycles; looking for them after every few hundred costs a fifth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
