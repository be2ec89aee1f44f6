"""Use cases of visits: prepare days, count, find a person's or a place's visits, destroy days (G5, F2)."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet

from ankang.base.errors import Problem
from ankang.base.services import bump_revision
from ankang.people.models import Person
from ankang.trust.index_space import ensure_index_spaces
from ankang.trust.keyring import KeyMissing, day_key
from ankang.trust.models import DayKey
from ankang.trust.services import destroy_day_key, ensure_day_keys

from .models import Visit
from .rules import day_of_moment, days_around, first_kept, partition_of, trace_of

Progress = Callable[[int, int], None]
_PREPARE_LOCK = 7_101


class DayStillKept(Problem):
    """The day is inside the retention; its visits may not be destroyed."""

    status = 409
    zh, en = (
        "这一天的记录仍在保存期内，不能销毁。",
        "This day is still within the retention; it may not be destroyed.",
    )


def prepare_partitions(now: datetime) -> list[date]:
    """Make day keys and partitions from 8 days behind to 14 ahead; returns the days made. Idempotent.

    A day that was destroyed stays destroyed. A partition is made beside the table and then attached, so that
    gates go on writing meanwhile.
    """
    ensure_day_keys(now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARE_LOCK])
        known = set(stored_days())
        known.update(DayKey.objects.filter(destroyed_at__isnull=False).values_list("day", flat=True))
        missing = [day for day in days_around(day_of_moment(now.timestamp())) if day not in known]
        for day in missing:
            name, end = partition_of(day), day + timedelta(days=1)
            cursor.execute(f"CREATE TABLE {name} (LIKE passage_visit INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE passage_visit ATTACH PARTITION {name} FOR VALUES FROM ('{day}') TO ('{end}')")
    return missing


def prepare_index_spaces(now: datetime) -> list[int]:
    """Fix the index spaces of the epochs ahead, for the people there are, and tell the gates; returns those epochs."""
    with transaction.atomic():
        made = ensure_index_spaces(now, Person.objects.aggregate(last=Max("id"))["last"] or 0)
        if made:
            bump_revision("keys")
    return made


def stored_days() -> list[date]:
    """The days that have a partition, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_inherits "
            "JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'passage_visit'::regclass ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def visits_of(person: int, days: Iterable[date]) -> list[Visit]:
    """The visits of ``person`` on ``days``, oldest first; days whose key was destroyed can no longer be read.

    The caller answers for the permission and puts the read on record.
    """
    found: list[Visit] = []
    for day in sorted(days):
        try:
            trace = trace_of(person, day_key(day))
        except KeyMissing:
            continue
        found.extend(Visit.objects.filter(trace=trace, day=day).order_by("at"))
    return found


def visits_at(checkpoint: int, start: datetime, end: datetime) -> QuerySet[Visit]:
    """The visits at ``checkpoint`` in [start, end), oldest first; only the days' partitions are read."""
    days = (day_of_moment(start.timestamp()), day_of_moment(end.timestamp()))
    return Visit.objects.filter(checkpoint=checkpoint, day__range=days, at__gte=start, at__lt=end).order_by("at")


def checkpoints_visited(numbers: list[int]) -> set[int]:
    """Those of the checkpoints that a visit on file names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n FROM unnest(%s::bigint[]) n WHERE EXISTS (SELECT FROM passage_visit v WHERE v.checkpoint = n)", [numbers]
        )
        return {number for (number,) in cursor}


def count_today(checkpoint: int, now: datetime) -> dict[int, int]:
    """How many visits ``checkpoint`` had since 04:00, by verdict number."""
    rows = Visit.objects.filter(checkpoint=checkpoint, day=day_of_moment(now.timestamp()))
    return dict(rows.values_list("verdict").annotate(Count("visit")))


def destroy_day(day: date, now: datetime, keep_days: int) -> bool:
    """Drop the visits of ``day`` and destroy its key in one transaction; True when this call did it.

    Raises :class:`DayStillKept` for a day inside the retention. Waits at most 5 seconds for the table.
    """
    if day >= first_kept(day_of_moment(now.timestamp()), keep_days):
        raise DayStillKept(details={"day": day.isoformat()})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARE_LOCK])
        had_visits = day in stored_days()
        if had_visits:
            cursor.execute(f"DROP TABLE {partition_of(day)}")
        return destroy_day_key(day, now) or had_visits


def run_retention(now: datetime, keep_days: int, progress: Progress | None = None) -> list[date]:
    """Destroy every day past ``keep_days``; returns the days destroyed. Stop and resume freely.

    ``progress(done, total)`` is called after each day.
    """
    limit = first_kept(day_of_moment(now.timestamp()), keep_days)
    live = DayKey.objects.filter(day__lt=limit, destroyed_at__isnull=True).values_list("day", flat=True)
    due = sorted({*live, *(day for day in stored_days() if day < limit)})
    destroyed = []
    for done, day in enumerate(due, start=1):
        if destroy_day(day, now, keep_days):
            destroyed.append(day)
        if progress:
            progress(done, len(due))
    return destroyed
