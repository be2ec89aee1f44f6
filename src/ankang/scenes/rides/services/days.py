"""The days of both tables: made ahead as those of visits are, dropped when their time is over."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from ankang.passage.rules import DAYS_BEHIND, day_of_moment, days_around, first_kept

from ..rules import partition_of

AUTHORISATIONS, RIDES = "rides_authorisation", "rides_ride"
_LOCK = 7_102


def prepare_partitions(now: datetime) -> list[date]:
    """Make both tables' partitions for the days that visits have too; returns the days made. Idempotent."""
    wanted = days_around(day_of_moment(now.timestamp()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        made = []
        for table in (AUTHORISATIONS, RIDES):
            known = set(stored_days(table))
            for day in (day for day in wanted if day not in known):
                _make(cursor, table, day)
                made.append(day)
    return sorted(set(made))


def run_retention(now: datetime, keep_days: int) -> list[date]:
    """Drop rides of the days whose visits are destroyed, and authorisations that no late report can need; returns the days
    of rides dropped. Their pseudonyms died with the key of the day (trust).
    """
    today = day_of_moment(now.timestamp())
    limits = {AUTHORISATIONS: today - timedelta(days=DAYS_BEHIND), RIDES: first_kept(today, keep_days)}
    dropped: dict[str, list[date]] = {}
    for table, limit in limits.items():
        dropped[table] = [day for day in stored_days(table) if day < limit]
        for day in dropped[table]:
            _drop(table, day)
    return dropped[RIDES]


def stored_days(table: str) -> list[date]:
    """The days of ``table`` that have a partition, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_inherits "
            "JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = to_regclass(%s) ORDER BY 1",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def _make(cursor: object, table: str, day: date) -> None:
    name, end = partition_of(table, day), day + timedelta(days=1)
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")  # type: ignore[attr-defined]
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{day}') TO ('{end}')")  # type: ignore[attr-defined]


def _drop(table: str, day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(f"DROP TABLE IF EXISTS {partition_of(table, day)}")
