"""The ordered feed of colour changes: gap-free numbers in the order of commits."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from ..rules import Change

_NEXT = """
INSERT INTO health_feedhead (id, seq) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET seq = health_feedhead.seq + excluded.seq RETURNING seq
"""
_COLUMNS = "seq, person, old, new, since, until, at"
_TYPES = ("int8", "int8", "int2", "int2", "timestamptz", "timestamptz", "timestamptz")


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
