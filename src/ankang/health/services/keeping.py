"""Writing states and their changes: by COPY into a stage, then one statement that keeps rows, feed and numbers in step."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ..engine import Finding

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS health_stage (
    person bigint, old smallint, colour smallint, since timestamptz, until timestamptz, reasons text, rule_set text, mark text
) ON COMMIT DROP
"""
_COPY = "COPY health_stage (person, old, colour, since, until, reasons, rule_set, mark) FROM STDIN (FORMAT BINARY)"
_TYPES = ("int8", "int2", "int2", "timestamptz", "timestamptz", "text", "text", "text")
_KEEP = """
WITH kept AS (
    UPDATE health_colour c
    SET colour = s.colour, since = s.since, until = s.until, reasons = s.reasons::jsonb, rule_set = s.rule_set,
        evaluated_at = %(now)s
    FROM health_stage s
    WHERE c.person = s.person AND s.old IS NOT NULL AND (s.mark IS NULL OR s.mark = c.xmin::text || '.' || c.xmax::text)
    RETURNING c.person, s.old, c.colour, c.since, c.until
), made AS (
    INSERT INTO health_colour (person, colour, since, until, reasons, rule_set, evaluated_at)
    SELECT person, colour, since, until, reasons::jsonb, rule_set, %(now)s FROM health_stage WHERE old IS NULL
    ORDER BY person ON CONFLICT (person) DO NOTHING
    RETURNING person, NULL::smallint AS old, colour, since, until
), written AS (
    SELECT * FROM kept UNION ALL SELECT * FROM made
), changed AS (
    SELECT w.*, row_number() OVER (ORDER BY person) AS number FROM written w WHERE old IS DISTINCT FROM colour
), head AS (
    INSERT INTO health_feedhead (id, seq) SELECT 1, count(*) FROM changed HAVING count(*) > 0
    ON CONFLICT (id) DO UPDATE SET seq = health_feedhead.seq + excluded.seq
    RETURNING seq - (SELECT count(*) FROM changed) AS before
), fed AS (
    INSERT INTO health_colourchange (seq, person, old, new, since, until, at)
    SELECT before + number, person, old, colour, since, until, %(now)s FROM changed, head
    RETURNING seq
)
SELECT (SELECT count(*) FROM fed),
    ARRAY(SELECT person FROM health_stage EXCEPT SELECT person FROM written ORDER BY 1)
"""


class Kept(NamedTuple):
    """How many changed colour, and who was evaluated by somebody else since he was read."""

    changed: int
    overtaken: list[int]


def keep_states(findings: Sequence[Finding], now: datetime) -> Kept:
    """Write the states, and one row of the feed for each real change, under the next numbers.

    The caller owns the engine (:func:`feed.own_engine`). Holds the feed's lock until the caller commits.
    """
    if not findings:
        return Kept(0, [])
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE health_stage")
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for found in findings:
                copy.write_row(
                    (
                        found.person,
                        found.old,
                        found.colour,
                        found.since,
                        found.until,
                        found.reasons,
                        found.rule_set,
                        found.mark,
                    )
                )
        cursor.execute("ANALYZE health_stage (person)")
        cursor.execute(_KEEP, {"now": now})
        changed, overtaken = cursor.fetchone()
    return Kept(changed, overtaken)
