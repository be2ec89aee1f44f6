"""From application to grey, to green, and on to what the evidence says; each real change once in the feed."""

from uuid import uuid4

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from ankang.core.colours import Colour
from ankang.health.errors import EvidenceNotFound, EvidenceRefused, EvidenceRetracted
from ankang.health.jobs import check_person_job, recheck_due
from ankang.health.models import Area, Evidence
from ankang.health.models import Colour as ColourRow
from ankang.health.services import (
    ColourView,
    check_person,
    colour_of,
    due_people,
    open_colour,
    record_evidence,
    retract_evidence,
)
from ankang.health.services.bulk import check_people_with
from ankang.health.services.dossiers import standing_evidence

from .builders import CDC, NOW, a_person, changes_of, days, evidence, feed, isolation, seconds, unknown_person

pytestmark = pytest.mark.django_db
GREY, GREEN, YELLOW, RED = 0, 1, 2, 3


def test_a_new_person_is_grey_until_checked_then_green():
    person = unknown_person()
    open_colour(person, NOW)
    assert colour_of(person) == ColourView(Colour.GREY, NOW, None, (), "")
    assert check_person(person, NOW + days(1)) is Colour.GREEN
    assert colour_of(person) == ColourView(Colour.GREEN, NOW + days(1), None, (), "zhejiang-2020-07/1")
    assert changes_of(person) == [(None, GREY), (GREY, GREEN)]


def test_opening_a_colour_asks_for_the_check_in_the_same_transaction():
    person = unknown_person()
    open_colour(person, NOW)
    open_colour(person, NOW)
    jobs = ProcrastinateJob.objects.filter(task_name="health.check_person", args={"person": person})
    assert [(job.queue_name, job.status) for job in jobs] == [("health", "todo")]
    assert changes_of(person) == [(None, GREY)]


def test_the_job_of_the_first_check_turns_grey_green():
    person = unknown_person()
    open_colour(person, NOW)
    check_person_job(person)
    check_person_job(person)
    assert colour_of(person).colour is Colour.GREEN
    assert changes_of(person) == [(None, GREY), (GREY, GREEN)]


def test_who_stays_green_has_been_so_since_the_first_check():
    person = a_person()
    check_person(person, NOW + days(3))
    assert (colour_of(person).since, changes_of(person)) == (NOW, [(None, GREEN)])


def test_a_reason_says_in_both_languages_what_ends_it_and_when():
    person = a_person()
    isolation(person, NOW - days(1), NOW + days(4))
    view = colour_of(person)
    reason = view.reasons[0]
    assert (reason.since, reason.until) == (NOW - days(1), NOW + days(4))
    assert (reason.text("zh-hans"), reason.text("en")) == (reason.text_zh, reason.text_en)
    assert (reason.ends_when("zh-hans"), reason.ends_when("en")) == (reason.ends_when_zh, reason.ends_when_en)
    assert reason.ends_when_zh != reason.ends_when_en


def test_whoever_is_not_on_file_is_grey():
    assert colour_of(unknown_person()) == ColourView(Colour.GREY, None, None, (), "")


def test_evidence_turns_a_person_at_once_and_says_why():
    person = a_person()
    identity = evidence(person, "contact", NOW - days(2), relation="close")
    view = colour_of(person)
    assert (view.colour, view.since, view.until) == (Colour.RED, NOW - days(2), None)
    (reason,) = view.reasons
    assert (reason.rule, reason.colour, reason.evidence) == ("red.close_contact", Colour.RED, str(identity))
    assert reason.text("zh-hans") == "确诊、疑似病人或无症状感染者的密切接触者"
    assert reason.ends_when("en") == "14 days of central isolation are completed"
    assert changes_of(person) == [(None, GREEN), (GREEN, RED)]


def test_a_retraction_is_as_if_the_record_had_never_been():
    person = a_person(NOW - days(3))
    before = colour_of(person)
    identity = evidence(person, "diagnosis", NOW - days(1), NOW - days(1), status="confirmed")
    retract_evidence(person, identity, "同名误录", "staff:7", NOW)
    after = colour_of(person)
    assert (after.colour, after.reasons, after.until) == (before.colour, before.reasons, before.until)
    assert after.since == NOW
    assert Evidence.objects.filter(id=identity).exists()
    assert changes_of(person) == [(None, GREEN), (GREEN, RED), (RED, GREEN)]


def test_evidence_that_does_not_change_the_colour_is_no_change():
    person = a_person()
    evidence(person, "vaccination", dose=1, product="BBIBP-CorV")
    evidence(person, "symptom", code="cough")
    evidence(person, "contact", relation="close")
    evidence(person, "diagnosis", status="confirmed")
    assert [reason.rule for reason in colour_of(person).reasons] == ["red.case", "red.close_contact"]
    assert changes_of(person) == [(None, GREEN), (GREEN, RED)]


def test_a_stay_is_judged_by_the_areas_on_file():
    person = a_person()
    Area.objects.create(code="110106", name="丰台区", level="high", since=NOW - days(10), source="test")
    evidence(person, "stay", NOW - days(1), region="110106")
    assert colour_of(person).colour is Colour.YELLOW
    evidence(person, "nucleic_test", NOW, result="negative", sampled_at=seconds(NOW))
    assert colour_of(person).colour is Colour.GREEN
    assert changes_of(person) == [(None, GREEN), (GREEN, YELLOW), (YELLOW, GREEN)]


def test_a_colour_ends_by_itself_when_its_moment_comes():
    person = a_person()
    isolation(person, NOW - days(3), NOW + days(4))
    assert colour_of(person).until == NOW + days(4)
    assert person not in due_people(NOW + days(3))
    assert person in due_people(NOW + days(4))
    check_person(person, NOW + days(4))
    assert colour_of(person) == ColourView(Colour.GREEN, NOW + days(4), None, (), "zhejiang-2020-07/1")
    assert person not in due_people(NOW + days(4))


def test_the_minutely_job_turns_what_has_ended_and_checks_who_was_forgotten():
    ended, forgotten, untouched = a_person(), unknown_person(), a_person()
    isolation(ended, NOW - days(3), NOW - days(1), NOW - days(2))
    assert colour_of(ended).colour is Colour.RED
    open_colour(forgotten, NOW - days(1))
    recheck_due(0)
    assert colour_of(ended)[:2] == (Colour.GREEN, NOW - days(1))
    assert colour_of(forgotten).colour is Colour.GREEN
    assert changes_of(untouched) == [(None, GREEN)]
    assert due_people(NOW) == []


def test_a_check_that_finds_nothing_new_writes_nothing():
    person = a_person()
    evidence(person, "contact", relation="close")
    row = ColourRow.objects.get(person=person)
    check_person(person, NOW + days(1))
    again = ColourRow.objects.get(person=person)
    assert (again.since, again.until, again.evaluated_at) == (row.since, row.until, row.evaluated_at)
    assert changes_of(person) == [(None, GREEN), (GREEN, RED)]


def test_the_feed_has_no_gaps():
    people = [a_person() for _ in range(5)]
    for person in people:
        evidence(person, "contact", relation="close")
    numbers = [seq for seq, *_ in feed()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize(
    ("kind", "at", "attributes", "source", "fault"),
    [
        ("scan", NOW, {}, CDC, "unknown_kind"),
        ("contact", NOW, {"relation": "close", "colour": "red"}, CDC, "bad_attribute"),
        ("stay", NOW, {"region": "999999"}, CDC, "unknown_region"),
        ("isolation", NOW, {"setting": "home", "start": 2, "end": 1}, CDC, "bad_order"),
        ("contact", NOW + days(1), {"relation": "close"}, CDC, "in_the_future"),
        (
            "nucleic_test",
            NOW,
            {"result": "negative", "sampled_at": seconds(NOW) + 60},
            CDC,
            "result_before_sampling",
        ),
        ("contact", NOW, {"relation": "close"}, {}, "bad_source"),
        ("contact", NOW, {"relation": "close"}, {"row": "1"}, "bad_source"),
        ("contact", NOW, {"relation": "close"}, {**CDC, "colour": "red"}, "bad_source"),
    ],
)
def test_bad_evidence_is_refused_with_its_fault_and_nothing_changes(kind, at, attributes, source, fault):
    person = a_person()
    with pytest.raises(EvidenceRefused) as caught:
        record_evidence(person, kind, at, attributes, source, NOW)
    assert caught.value.details["fault"] == fault
    assert not Evidence.objects.filter(person=person).exists()
    assert changes_of(person) == [(None, GREEN)]


def test_a_retraction_needs_a_record_of_that_person_a_reason_and_happens_once():
    person, other = a_person(), a_person()
    identity = evidence(person, "contact", relation="close")
    with pytest.raises(EvidenceNotFound):
        retract_evidence(other, identity, "wrong", "staff:7", NOW)
    with pytest.raises(EvidenceRefused):
        retract_evidence(person, identity, "  ", "staff:7", NOW)
    retract_evidence(person, identity, "wrong", "staff:7", NOW)
    with pytest.raises(EvidenceRetracted):
        retract_evidence(person, identity, "wrong", "staff:7", NOW)


def test_only_a_record_that_is_there_is_retracted_and_nothing_else_is_taken_for_it():
    person = a_person()
    evidence(person, "contact", relation="close")
    with pytest.raises(EvidenceNotFound):
        retract_evidence(person, uuid4(), "mistake", "doctor", NOW)
    assert colour_of(person).colour is Colour.RED


def test_a_clock_may_be_ten_minutes_fast_and_no_more():
    person, minute = a_person(), days(1) / 1440
    evidence(person, "contact", NOW + 10 * minute, relation="general")
    with pytest.raises(EvidenceRefused):
        evidence(person, "contact", NOW + 10 * minute + minute / 60, relation="general")


def test_many_people_with_their_records_at_hand_are_judged_as_one_by_one():
    red, new, green = a_person(), unknown_person(), a_person()
    evidence(red, "contact", relation="close")
    close = standing_evidence([red])[red]
    assert check_people_with({red: [], new: close, green: close}, NOW + days(1)) == 3
    assert [changes_of(person) for person in (red, new, green)] == [
        [(None, GREEN), (GREEN, RED), (RED, GREEN)],
        [(None, RED)],
        [(None, GREEN), (GREEN, RED)],
    ]


def test_every_job_has_its_name_and_queue():
    names = {"health.check_person", "health.recheck_due", "health.prepare_partitions"}
    assert {name: app.tasks[name].queue for name in names} == dict.fromkeys(names, "health")


def test_a_moment_within_the_second_counts_at_once():
    person, moment = a_person(), NOW.replace(microsecond=900_000)
    record_evidence(person, "contact", moment, {"relation": "close"}, CDC, moment)
    assert colour_of(person).colour is Colour.RED
