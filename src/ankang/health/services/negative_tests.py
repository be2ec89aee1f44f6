"""The latest standing negative nucleic-acid test of each person, for doors whose policy asks for one (docs/policies.md).

Written in the transaction of the evidence; gates read it as they read colours.
"""

from collections.abc import Iterable

from django.db import connection

from ankang.core.evidence import Attributes, EvidenceKind, Test

_NOTE = """
INSERT INTO health_negativetest (person, sampled_at, changed)
SELECT person, to_timestamp(max(sampled)), pg_current_xact_id()::text::bigint
FROM unnest(%s::bigint[], %s::bigint[]) t (person, sampled) GROUP BY person ORDER BY person
ON CONFLICT (person) DO UPDATE SET sampled_at = excluded.sampled_at, changed = excluded.changed
WHERE health_negativetest.sampled_at IS NULL OR health_negativetest.sampled_at < excluded.sampled_at
"""
_AGAIN = """
UPDATE health_negativetest SET changed = pg_current_xact_id()::text::bigint, sampled_at = (
    SELECT max(to_timestamp((e.attributes->>'sampled_at')::bigint)) FROM health_evidence e
    WHERE e.person = %s AND e.kind = 'nucleic_test' AND e.attributes->>'result' = 'negative'
        AND NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id))
WHERE person = %s
"""

_MERGED = """
INSERT INTO health_negativetest (person, sampled_at, changed)
SELECT %(survivor)s, sampled_at, pg_current_xact_id()::text::bigint
FROM health_negativetest WHERE person = %(absorbed)s AND sampled_at IS NOT NULL
ON CONFLICT (person) DO UPDATE SET sampled_at = excluded.sampled_at, changed = excluded.changed
WHERE health_negativetest.sampled_at IS NULL OR health_negativetest.sampled_at < excluded.sampled_at
"""


def note_tests(records: Iterable[tuple[int, str, Attributes]]) -> None:
    """Remember those of the records (person, kind, attributes) that are negative nucleic-acid tests, if they are the latest."""
    tests = [
        (person, record.sampled_at)
        for person, kind, record in records
        if kind == EvidenceKind.NUCLEIC_TEST.value and isinstance(record, Test) and record.result == "negative"
    ]
    if not tests:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [list(column) for column in zip(*tests, strict=True)])


def forget_test(person: int) -> None:
    """A record of the person was retracted: what stands is the latest of the others, or none."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [person, person])


def join_tests(absorbed: int, survivor: int) -> None:
    """Two records are one person's: of their latest tests the later one stands for the survivor."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, {"absorbed": absorbed, "survivor": survivor})
