"""Numbers that an issuer gives once: a laboratory's number stands for one result of one person."""

from array import array
from collections.abc import Sequence

from ..kinds import FeedKind
from ..rows import Parsed
from .driver import binary_cursor
from .marking import Marked

_CLAIM = """
WITH given AS (SELECT * FROM unnest(%(keys)b::bytea[], %(contents)b::bytea[]) WITH ORDINALITY AS g(key, content, n)),
     fresh AS (
         INSERT INTO exchange_number (feed, key, content)
         SELECT DISTINCT ON (key) %(feed)s::text, key, content FROM given ORDER BY key, n
         ON CONFLICT (feed, key) DO NOTHING RETURNING key, content
     )
SELECT g.n, g.content = coalesce(f.content, o.content)
FROM given g LEFT JOIN fresh f USING (key) LEFT JOIN exchange_number o ON o.feed = %(feed)s::text AND o.key = g.key
ORDER BY g.n
"""


def claim_numbers(kind: FeedKind, rows: Sequence[Marked]) -> list[bool]:
    """For each of ``rows`` (all with a number) whether the number is its own; False: another record has it.

    Rows that say the same as the one that has it are fine: they are duplicates, and found to be so later.
    """
    keys = [row.number for row in rows]
    contents = [row.content[:16] for row in rows]
    with binary_cursor() as cursor:
        cursor.execute(_CLAIM, {"keys": keys, "contents": contents, "feed": kind.slug})
        return [bool(same) for _, same in cursor.fetchall()]


class NumberWatch:
    """Finds, within one file, numbers that are used for two different records; 16 bytes a row, no content."""

    def __init__(self) -> None:
        self._keys, self._contents, self._rows = array("q"), array("q"), array("l")

    def note(self, row: int, parsed: Parsed) -> None:
        """One more row."""
        if parsed.number:
            self._keys.append(hash(parsed.number))
            self._contents.append(hash((parsed.document, parsed.phone, parsed.occurred_at, parsed.attributes)))
            self._rows.append(row)

    def clashes(self) -> list[int]:
        """The rows whose number an earlier row used for something else."""
        order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
        found, first = [], -1
        for at in order:
            if first < 0 or self._keys[at] != self._keys[first]:
                first = at
            elif self._contents[at] != self._contents[first]:
                found.append(self._rows[at])
        return sorted(found)
