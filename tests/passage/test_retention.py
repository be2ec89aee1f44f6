"""Destroying a day destroys its trail, and nothing brings it back (G5)."""

import pytest
from django.db import connection

from ankang.passage.models import Visit
from ankang.passage.services import (
    DayStillKept,
    destroy_day,
    prepare_partitions,
    run_retention,
    stored_days,
    visits_of,
)
from ankang.trust.keyring import KeyMissing, day_key
from ankang.trust.models import DayKey

from .builders import NOW, TODAY, a_visit, days, noon

pytestmark = pytest.mark.django_db

OLD = TODAY - days(6)


def test_a_destroyed_day_has_no_visits_no_partition_and_no_key() -> None:
    a_visit(7, noon(OLD))
    kept = a_visit(7, noon(TODAY))
    assert len(visits_of(7, [OLD, TODAY])) == 2
    assert destroy_day(OLD, NOW, keep_days=5) is True
    assert [visit.visit for visit in visits_of(7, [OLD, TODAY])] == [kept.visit]
    assert OLD not in stored_days()
    assert not Visit.objects.filter(day=OLD).exists()
    row = DayKey.objects.get(day=OLD)
    assert (row.secret, row.destroyed_at) == (None, NOW)
    with pytest.raises(KeyMissing):
        day_key(OLD)


def test_a_destroyed_day_is_never_made_again() -> None:
    destroy_day(OLD, NOW, keep_days=5)
    prepare_partitions(NOW)
    assert OLD not in stored_days()
    with pytest.raises(KeyMissing):
        day_key(OLD)


def test_destroying_twice_is_told_apart() -> None:
    assert [destroy_day(OLD, NOW, keep_days=5) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("age", [0, 1, 5, -3])
def test_a_day_inside_the_retention_is_refused_and_stays(age: int) -> None:
    day = TODAY - days(age)
    with pytest.raises(DayStillKept) as refusal:
        destroy_day(day, NOW, keep_days=5)
    assert refusal.value.body("en")["details"] == {"day": day.isoformat()}
    assert day in stored_days()
    assert len(day_key(day)) == 16


def test_retention_destroys_every_day_past_its_time_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    destroyed = run_retention(NOW, 5, lambda done, total: told.append((done, total)))
    assert destroyed == [TODAY - days(8), TODAY - days(7), OLD]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert run_retention(NOW, 5) == []


@pytest.mark.django_db(transaction=True)
def test_retention_that_was_stopped_goes_on_where_it_was() -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        run_retention(NOW, 5, stop)
    assert run_retention(NOW, 5) == [TODAY - days(7), OLD]


@pytest.mark.django_db(transaction=True)
def test_when_the_key_cannot_be_destroyed_the_visits_stay_too() -> None:
    a_visit(7, noon(OLD))
    with connection.cursor() as cursor:
        cursor.execute("CREATE RULE keep_keys AS ON UPDATE TO trust_day_key DO INSTEAD SELECT 1/0")
    try:
        with pytest.raises(Exception, match="division"):
            destroy_day(OLD, NOW, keep_days=5)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP RULE keep_keys ON trust_day_key")
    assert len(visits_of(7, [OLD])) == 1
    assert OLD in stored_days()
