"""Puts an alert on file: once a pattern, reader or person, and key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

_RAISE = """
INSERT INTO access_alert (pattern, reader, reader_name, person, region_id, key, counts, raised_at, state)
VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s, 'open')
ON CONFLICT (pattern, reader, person, key) DO UPDATE SET counts = excluded.counts
WHERE access_alert.state = 'open' AND access_alert.counts <> excluded.counts
RETURNING xmax = 0
"""


def raise_alert(
    pattern: str,
    key: str,
    counts: Mapping[str, Any],
    region: str,
    now: datetime,
    *,
    reader: int = 0,
    reader_name: str = "",
    person: int = 0,
) -> bool:
    """Whether this is a new alert. An open one takes the newer counts; one that was weighed stays as it is."""
    import json

    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [pattern, reader, reader_name, person, region, key, json.dumps(dict(counts)), now])
        found = cursor.fetchone()
    return bool(found and found[0])
