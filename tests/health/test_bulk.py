"""Many at once: the same answers as one by one, one block of numbers, partitions ahead of time."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ankang.core.colours import Colour
from ankang.health.models import Colour as ColourRow
from ankang.health.services import (
    check_people_in_bulk,
    check_person,
    colour_of,
    open_colour,
    prepare_partitions,
)

from .builders import CDC, NOW, a_person, changes_of, days, evidence, feed, isolation, seconds, unknown_person

pytestmark = pytest.mark.django_db
GREY, GREEN, RED = 0, 1, 3


def test_people_without_a_row_get_their_first_colour():
    people = [unknown_person() for _ in range(50)]
    seen: list[int] = []
    assert check_people_in_bulk(people, NOW, seen.append) == 50
    assert seen == [50]
    assert {colour_of(person).colour for person in people} == {Colour.GREEN}
    assert [changes_of(person) for person in people[:2]] == [[(None, GREEN)]] * 2


def test_a_second_bulk_changes_nothing():
    people = [unknown_person() for _ in range(10)]
    check_people_in_bulk(people, NOW)
    before = feed()
    assert check_people_in_bulk([*people, *people], NOW + days(1)) == 0
    assert feed() == before


def test_one_bulk_holds_new_grey_green_and_ending_people():
    new, grey, green, ending = unknown_person(), unknown_person(), a_person(), a_person()
    open_colour(grey, NOW)
    isolation(ending, NOW - days(3), NOW + days(1))
    assert check_people_in_bulk([new, grey, green, ending], NOW + days(2)) == 3
    assert [changes_of(person)[-1] for person in (new, grey, green, ending)] == [
        (None, GREEN),
        (GREY, GREEN),
        (None, GREEN),
        (RED, GREEN),
    ]
    numbers = [seq for seq, *_ in feed()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_no_people_is_no_work():
    assert check_people_in_bulk([], NOW) == 0


hours = st.integers(0, 24 * 40)
facts = st.lists(
    st.one_of(
        st.tuples(st.just("contact"), hours, st.just({"relation": "close"})),
        st.tuples(st.just("symptom"), hours, st.builds(lambda p: {"code": "fever", "present": p}, st.booleans())),
        st.tuples(st.just("border_entry"), hours, st.just({"country": "US"})),
        st.tuples(
            st.just("diagnosis"),
            hours,
            st.builds(lambda s: {"status": s}, st.sampled_from(["suspected", "excluded"])),
        ),
        st.tuples(
            st.just("isolation"),
            hours,
            st.builds(
                lambda setting, start, length: {"setting": setting, "start": start, "end": start + length},
                st.sampled_from(["central", "home"]),
                hours,
                st.integers(1, 24 * 25),
            ),
        ),
    ),
    max_size=5,
)


def _record(person: int, kind: str, hour: int, attributes: dict) -> None:
    start = NOW - days(40)
    for name in ("start", "end"):
        if name in attributes:
            attributes = {**attributes, name: seconds(start + days(attributes[name] / 24))}
    at = start + days(hour / 24)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_evidence VALUES (%s, gen_random_uuid(), %s, %s, %s, %s::jsonb, %s::jsonb)",
            [person, kind, at, NOW, _json(CDC), _json(attributes)],
        )


def _json(value: object) -> str:
    return json.dumps(value)


def _row(person: int) -> tuple:
    row = ColourRow.objects.get(person=person)
    reasons = sorted((r["rule"], r["since"], r["until"] or 0) for r in row.reasons)
    return row.colour, row.since, row.until, reasons, row.rule_set


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(facts, st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_one_by_one_and_in_bulk_give_the_same_answer(heap, later):
    alone, together = unknown_person(), unknown_person()
    for person in (alone, together):
        for fact in heap:
            _record(person, *fact)
    for day in sorted(later):
        moment = NOW - days(40) + days(day)
        check_person(alone, moment)
        check_people_in_bulk([together], moment)
        assert _row(alone) == _row(together)
    assert changes_of(alone) == changes_of(together)


def test_partitions_are_there_for_this_month_and_the_coming_ones():
    prepare_partitions(datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
    prepare_partitions(datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
    months = ("203111", "203112", "203201", "203202", "203203")
    assert [month for month in months if _exists(f"health_evidence_{month}")] == list(months)
    assert [month for month in months if _exists(f"health_colourchange_{month}")] == list(months)
    person = unknown_person()
    check_person(person, datetime(2032, 2, 29, 12, tzinfo=UTC))
    assert changes_of(person) == [(None, GREEN)]


def test_a_clock_that_is_years_behind_still_finds_a_partition():
    prepare_partitions(datetime(2020, 7, 6, tzinfo=UTC))
    person = unknown_person()
    evidence(
        person,
        "contact",
        datetime(2020, 7, 6, tzinfo=UTC),
        datetime(2020, 7, 6, tzinfo=UTC),
        relation="close",
    )
    assert colour_of(person).colour is Colour.RED


def _exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return cursor.fetchone()[0]
