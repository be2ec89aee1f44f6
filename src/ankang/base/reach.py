"""The second wall: what staff may reach is told to PostgreSQL, whose row-level security then hides the rest (G3).

Services narrow by region; should one forget, the database shows nothing of another region. While staff are served the connection
takes the role ``ankang_desk``, which owns nothing and obeys the policies. Residents, workers and gates keep the owner's role. Off
unless ``ANKANG_ROW_SECURITY=1`` (decision 0020).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

EVERYWHERE = "*"
ROLE = "ankang_desk"
_now: ContextVar[str] = ContextVar("ankang_reach", default="")


@contextmanager
def within_reach(codes: Iterable[str]) -> Iterator[None]:
    """Inside, this thread's connection shows persons of these regions only; no region shows none."""
    with _telling(",".join(codes) or "-"):
        yield


@contextmanager
def province_wide() -> Iterator[None]:
    """Inside, the whole province: for telling whether a document is on file already (one person, one code)."""
    if _now.get():
        with _telling(""):
            yield
    else:
        yield


@contextmanager
def _telling(value: str) -> Iterator[None]:
    token = _now.set(value)
    _tell(connection, value)
    try:
        yield
    finally:
        _now.reset(token)
        if not connection.needs_rollback:  # the rollback itself puts the former value back
            _tell(connection, _now.get())


def _tell(to: Any, value: str) -> None:
    with to.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('ankang.reach', %s, false), set_config('role', %s, false)", [value, ROLE if value else "none"]
        )


def _tell_new_connection(connection: Any, **_: Any) -> None:
    """A connection that was made anew in the middle of a request is told too."""
    if _now.get():
        _tell(connection, _now.get())


connection_created.connect(_tell_new_connection, dispatch_uid="ankang.base.reach")
