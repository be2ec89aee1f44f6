"""Many at once: the same answers as one by one, one block of numbers, partitions ahead of time."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ankang.core.colours import Colour
from ankang.health.errors import EvidenceRefused
from ankang.health.models import Colour as ColourRow
from ankang.health.models import Evidence
from ankang.health.services import (
    NewEvidence,
    check_people_in_bulk,
    check_person,
    colour_of,
    open_colour,
    prepare_partitions,
    record_evidence,
    record_evidence_in_bulk,
    retract_evidence,
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


# Records in bulk.


def a_row(person: int, kind: str, at=NOW, source=None, **attributes) -> NewEvidence:
    """A row of a feed."""
    return NewEvidence(person, kind, at, attributes, source or {"feed": "cdc", "row": "1"})


def a_test(person: int, result: str = "negative", number: str = "", at=NOW, **more) -> NewEvidence:
    """A test result, sampled an hour before it is known."""
    given = {"number": number} if number else {}
    return a_row(person, "nucleic_test", at, result=result, sampled_at=seconds(at) - 3600, **given, **more)


def test_rows_are_recorded_and_their_people_checked():
    contact, tested, new = a_person(), a_person(), unknown_person()
    done = record_evidence_in_bulk(
        [a_row(contact, "contact", relation="close"), a_test(tested), a_row(new, "temperature", celsius=38.5)], NOW
    )
    assert (len(done.recorded), done.duplicates, done.faults, done.changed) == (3, frozenset(), {}, 2)
    on_file = Evidence.objects.filter(id__in=done.recorded).order_by("person").values_list("person", "kind", "source")
    assert list(on_file) == [
        (contact, "contact", {"feed": "cdc", "row": "1"}),
        (tested, "nucleic_test", {"feed": "cdc", "row": "1"}),
        (new, "temperature", {"feed": "cdc", "row": "1"}),
    ]
    assert changes_of(contact) == [(None, GREEN), (GREEN, RED)]
    assert changes_of(tested) == [(None, GREEN)]
    assert changes_of(new) == [(None, 2)]


def test_the_same_rows_twice_change_nothing():
    person = a_person()
    rows = [a_row(person, "contact", relation="close"), a_test(person), a_test(person)]
    first = record_evidence_in_bulk(rows, NOW)
    assert (first.duplicates, first.recorded[2]) == (frozenset({2}), None)
    before = feed(), Evidence.objects.count()
    again = record_evidence_in_bulk(rows, NOW + days(1))
    assert (again.recorded, again.duplicates, again.changed) == ([None] * 3, frozenset({0, 1, 2}), 0)
    assert (feed(), Evidence.objects.count()) == before


def test_another_source_may_say_the_same_and_a_retracted_row_does_not_come_back():
    person = a_person()
    row = a_row(person, "contact", relation="close")
    [identity] = record_evidence_in_bulk([row], NOW).recorded
    other = record_evidence_in_bulk([row._replace(source={"feed": "police"})], NOW)
    assert other.duplicates == frozenset()
    retract_evidence(person, identity, "wrong person", "staff:7", NOW)
    retract_evidence(person, other.recorded[0], "wrong person", "staff:7", NOW)
    assert record_evidence_in_bulk([row], NOW).duplicates == frozenset({0})
    assert colour_of(person).colour is Colour.GREEN


def test_bad_rows_are_named_and_the_good_ones_taken():
    person = a_person()
    rows = [
        a_row(person, "horoscope", sign="lion"),
        a_row(person, "contact", relation="neighbour"),
        a_row(person, "contact", NOW + days(1), relation="close"),
        a_row(person, "nucleic_test", result="negative", sampled_at=seconds(NOW) + 60),
        a_row(person, "isolation", setting="home", start=seconds(NOW), end=seconds(NOW) - 1),
        a_row(person, "contact", source={"row": "1"}, relation="close"),
        a_row(person, "stay", region="999999"),
        a_row(person, "temperature", celsius=38.5),
    ]
    done = record_evidence_in_bulk(rows, NOW)
    assert {row: fault.code for row, fault in done.faults.items()} == {
        0: "unknown_kind",
        1: "bad_attribute",
        2: "in_the_future",
        3: "result_before_sampling",
        4: "bad_order",
        5: "bad_source",
        6: "unknown_region",
    }
    assert [identity is not None for identity in done.recorded] == [False] * 7 + [True]
    assert colour_of(person).colour is Colour.YELLOW


def test_one_laboratory_number_stands_for_one_result():
    first, second = a_person(), a_person()
    evidence(first, "nucleic_test", result="negative", sampled_at=seconds(NOW) - 60, lab="A", number="1")
    done = record_evidence_in_bulk(
        [
            a_test(second, "positive", "1", lab="A"),  # another result is on file
            a_test(second, "negative", "1", lab="A"),  # a pooled sample: the same result for several people
            a_test(second, "positive", "1", lab="B"),  # another laboratory
            a_test(second, "positive", "2", lab="A"),
            a_test(first, "negative", "2", lab="A"),  # another result among the rows
        ],
        NOW,
    )
    assert {row: fault.code for row, fault in done.faults.items()} == {0: "duplicate_number", 4: "duplicate_number"}
    with pytest.raises(EvidenceRefused) as caught:
        evidence(first, "nucleic_test", result="positive", sampled_at=seconds(NOW) - 60, lab="A", number="1")
    assert caught.value.details["fault"] == "duplicate_number"


def test_a_corrected_result_comes_in_under_its_number_once_the_wrong_one_is_retracted():
    person = a_person()
    [wrong] = record_evidence_in_bulk([a_test(person, "positive", "7", lab="A")], NOW).recorded
    retract_evidence(person, wrong, "mixed up", "staff:7", NOW)
    assert record_evidence_in_bulk([a_test(person, "negative", "7", lab="A")], NOW).faults == {}


def test_overlapping_isolations_and_contradictory_records_are_taken_and_the_worst_colour_wins():
    person = a_person()
    spans = [(-9, 1), (-5, 3), (-5, 4), (-5, 2)]
    rows = [
        a_row(
            person,
            "isolation",
            NOW + days(first),
            setting="home",
            start=seconds(NOW + days(first)),
            end=seconds(NOW + days(last)),
        )
        for first, last in spans
    ]
    rows += [a_row(person, "symptom", code="fever", present=present) for present in (True, False)]
    rows += [a_row(person, "diagnosis", status=status) for status in ("suspected", "excluded")]
    done = record_evidence_in_bulk(rows, NOW)
    assert (done.recorded.count(None), done.changed) == (0, 1)
    alone = unknown_person()
    for row in reversed(rows):
        record_evidence(alone, row.kind, row.occurred_at, row.attributes, row.source, NOW)
    assert _row(person) == _row(alone)
    assert colour_of(person).colour is Colour.RED


def test_no_rows_are_no_work():
    assert record_evidence_in_bulk([], NOW) == ([], frozenset(), {}, 0)


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
