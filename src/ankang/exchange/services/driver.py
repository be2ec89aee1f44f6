"""The database driver's own cursor: thousands of blind indexes go as binary arrays, not as text that is quoted twice."""

from typing import Any

import psycopg
from django.db import connection


def binary_cursor() -> "psycopg.Cursor[Any]":
    """A cursor on Django's connection, in its transaction; parameters ``%(name)b`` are sent as they are."""
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)
    return psycopg.Cursor(raw)
