"""Finding visits: by pseudonym, by place, by day."""

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.core.verdicts import Verdict
from ankang.passage.models import Visit
from ankang.passage.rules import NOBODY, day_of_moment, trace_of
from ankang.passage.services import count_today, prepare_partitions, stored_days, visits_at, visits_of

from .builders import NOW, TODAY, a_visit, days, noon

pytestmark = pytest.mark.django_db


def test_a_day_runs_from_four_to_four() -> None:
    four = int(noon(TODAY).timestamp()) - 8 * 3600
    assert [day_of_moment(four - 1), day_of_moment(four), day_of_moment(four + 86_399)] == [
        TODAY - days(1),
        TODAY,
        TODAY,
    ]


def test_days_exist_from_a_week_behind_to_two_weeks_ahead() -> None:
    prepare_partitions(NOW)
    wanted = [TODAY + days(number) for number in range(-8, 15)]
    assert [day for day in stored_days() if wanted[0] <= day <= wanted[-1]] == wanted
    assert prepare_partitions(NOW) == []


def test_a_partition_carries_the_keys_and_checks_of_the_table() -> None:
    a_visit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.update(colour=9)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [f"passage_visit_{TODAY:%Y%m%d}"])
        shapes = sorted(row[0].partition(" USING ")[2] for row in cursor.fetchall())
    assert shapes == ["btree (checkpoint, at)", "btree (trace, visit, day)"]


def test_a_person_s_visits_are_found_over_days_whose_pseudonyms_differ() -> None:
    yesterday, today = a_visit(7, noon(TODAY - days(1))), a_visit(7, noon(TODAY))
    a_visit(8, noon(TODAY))
    found = visits_of(7, [TODAY, TODAY - days(1)])
    assert [visit.visit for visit in found] == [yesterday.visit, today.visit]
    assert len({visit.trace for visit in found}) == 2


def test_visits_of_days_not_asked_for_stay_unseen() -> None:
    a_visit(7, noon(TODAY - days(1)))
    assert visits_of(7, [TODAY]) == []


def test_a_pseudonym_says_nothing_without_its_key() -> None:
    one, other = trace_of(7, bytes(16)), trace_of(7, b"\1" * 16)
    assert len({one, other, NOBODY}) == 3


def test_visits_at_a_place_include_the_start_and_leave_out_the_end() -> None:
    start, end = noon(TODAY), noon(TODAY) + days(1)
    first, inside = a_visit(at=start), a_visit(at=end - days(1) / 2)
    a_visit(at=end)
    a_visit(at=start, checkpoint=2)
    assert [visit.visit for visit in visits_at(1, start, end)] == [first.visit, inside.visit]


def test_visits_at_a_place_read_only_their_days() -> None:
    plan = visits_at(1, noon(TODAY), noon(TODAY) + days(1) / 24).explain()
    assert plan.count("passage_visit_2") == plan.count(f"passage_visit_{TODAY:%Y%m%d}") > 0


def test_today_s_count_is_by_verdict() -> None:
    for verdict in (Verdict.ADMIT, Verdict.ADMIT, Verdict.DENY):
        a_visit(verdict=verdict)
    a_visit(at=noon(TODAY - days(1)))
    a_visit(checkpoint=2)
    assert count_today(1, NOW) == {Verdict.ADMIT: 2, Verdict.DENY: 1}
