"""Monthly partitions of evidence and colour changes."""

from datetime import date, datetime

from ankang.base.services import ensure_month_partitions

TABLES = ("health_evidence", "health_colourchange")
MONTHS_AHEAD = 3
FIRST_MONTH = date(2026, 1, 1)  # everything before it lies in the partition "early" of the first migration


def prepare_partitions(now: datetime) -> None:
    """Make this month's partitions, the ones of the next months, and the last month's. Idempotent."""
    last_month = (now.date().replace(day=1) - date.resolution).replace(day=1)
    first = max(last_month, FIRST_MONTH)
    for table in TABLES:
        ensure_month_partitions(table, first, MONTHS_AHEAD + 2)
