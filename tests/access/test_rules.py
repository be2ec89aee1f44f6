"""Which reads are unusual: a test for each pattern, and one step short of it."""

from datetime import UTC, datetime, timedelta

import pytest

from ankang.access.rules import (
    MOVES,
    PATTERNS,
    Pattern,
    Read,
    look_ups_an_hour,
    patterns_of,
    thresholds,
    watched,
    wrong_numbers,
)
from ankang.access.words import PATTERN_WORDS

TEN = datetime(2026, 5, 4, 10, tzinfo=UTC)
DAY = "2026-05-04"


def reads(many: int, at: datetime = TEN, role: str = "", first: int = 1, **marks: bool) -> list[Read]:
    """So many different people, looked at one after the other within a minute."""
    return [Read(first + n, at + timedelta(milliseconds=n), role, **marks) for n in range(many)]


def names(found: list[Pattern]) -> list[str]:
    return sorted(pattern.name for pattern in found)


def test_forty_people_in_an_hour_are_usual_and_one_more_is_not() -> None:
    assert patterns_of(reads(40)) == []
    assert patterns_of(reads(41)) == [Pattern("many_hour", f"{DAY}T10", {"people": 41, "limit": 40})]


def test_one_person_looked_at_often_is_one_person() -> None:
    assert patterns_of([Read(7, TEN)] * 300) == []


def test_two_hundred_people_in_a_day_are_usual_and_one_more_is_not() -> None:
    spread = [read for hour in range(8) for read in reads(25, TEN.replace(hour=8 + hour), first=hour * 25)]
    assert patterns_of(spread) == []
    assert patterns_of([*spread, Read(999, TEN)]) == [Pattern("many_day", DAY, {"people": 201, "limit": 200})]


def test_duties_that_meet_many_people_have_limits_of_their_own() -> None:
    assert patterns_of(reads(120, role="operations")) == []
    assert names(patterns_of(reads(121, role="operations"))) == ["many_hour"]


@pytest.mark.parametrize(("hour", "unusual"), [(6, True), (7, False), (19, False), (20, True), (3, True)])
def test_the_working_day_begins_at_seven_and_ends_at_eight_in_the_evening(hour: int, unusual: bool) -> None:
    at = TEN.replace(hour=hour)
    assert (names(patterns_of(reads(3, at))) == ["outside_hours"]) is unusual
    assert patterns_of(reads(2, at)) == []
    assert patterns_of(reads(3, at, role="hotline_agent")) == []


@pytest.mark.parametrize(("mark", "pattern"), [("own", "own"), ("kin", "kin"), ("outside", "outside_region")])
def test_one_read_is_enough(mark: str, pattern: str) -> None:
    assert names(patterns_of([*reads(1), *reads(1, first=9, **{mark: True})])) == [pattern]


def test_the_surname_counts_only_as_the_larger_part_of_many() -> None:
    assert patterns_of(reads(4, same_name=True)) == []
    assert patterns_of([*reads(5, same_name=True), *reads(4, first=100)]) == []
    assert patterns_of([*reads(6, same_name=True), *reads(4, first=100)]) == [
        Pattern("same_name", DAY, {"people": 6, "of": 10})
    ]


def test_one_person_read_by_many() -> None:
    assert watched([1, 2, 3, 4, 4, 4], DAY) == []
    assert watched([1, 2, 3, 4, 5], DAY) == [Pattern("watched", DAY, {"readers": 5})]


def test_many_documents_that_nobody_has() -> None:
    assert wrong_numbers([b"1"] * 50, DAY) == []
    assert names(wrong_numbers([bytes([n]) for n in range(10)], DAY)) == ["wrong_numbers"]


def test_the_highest_of_several_duties_bounds_the_look_ups() -> None:
    assert [look_ups_an_hour(roles) for roles in ([], ["tracer"], ["tracer", "operations"])] == [30, 30, 60]


def test_thresholds_are_data_of_this_version_and_every_pattern_has_words() -> None:
    assert thresholds()["version"] == 1
    assert set(PATTERN_WORDS) == set(PATTERNS)
    assert MOVES["closed"] == MOVES["explained"] == ()
