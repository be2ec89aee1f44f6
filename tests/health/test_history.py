"""Which colour a person had at a past moment and why: from what the house knew then, or with what is known today."""

from datetime import UTC, datetime

import pytest

from ankang.core.colours import Colour
from ankang.health.errors import BadMoment
from ankang.health.models import Area, RuleRelease
from ankang.health.services import check_people_in_bulk, check_person, retract_evidence
from ankang.health.services.declarations import declare_area_by_system
from ankang.health.services.history import check_past, explain_at, history_of, person_file, spells_of
from ankang.health.services.retractions import preview_retraction
from ankang.health.services.rulebook import shipped_text, sign_release

from .builders import NOW, a_person, days, evidence, isolation, seconds, unknown_person

pytestmark = pytest.mark.django_db


def rules(past) -> list[str]:
    """The rules that held."""
    return [reason.rule for reason in past.reasons]


def test_a_past_moment_is_explained_with_its_reasons():
    person = a_person(NOW - days(9))
    fever = evidence(person, "symptom", NOW - days(6), NOW - days(6), code="fever")
    evidence(
        person, "nucleic_test", NOW - days(4), NOW - days(4), result="negative", sampled_at=seconds(NOW - days(5))
    )
    past = explain_at(person, NOW - days(5))
    assert (past.colour, past.since, rules(past)) == (Colour.YELLOW, NOW - days(6), ["yellow.fever"])
    assert [filed.record.id for filed in past.evidence] == [str(fever)]
    assert (past.shown, past.agrees, past.rule_set) == (Colour.YELLOW, True, "zhejiang-2020-07/1")
    assert RuleRelease.objects.get(pk=past.release_id).name == "zhejiang-2020-07"
    today = explain_at(person, NOW)
    assert (today.colour, today.reasons, today.agrees) == (Colour.GREEN, (), True)


def test_what_reached_the_house_later_was_not_known_then_but_is_known_today():
    person = a_person(NOW - days(9))
    evidence(person, "contact", NOW - days(6), NOW - days(2), relation="close")
    assert explain_at(person, NOW - days(4)).colour is Colour.GREEN
    assert explain_at(person, NOW - days(4)).agrees is True
    today = explain_at(person, NOW - days(4), NOW)
    assert (today.colour, rules(today), today.shown, today.agrees) == (
        Colour.RED,
        ["red.close_contact"],
        Colour.GREEN,
        None,
    )


def test_a_retraction_does_not_reach_back_unless_it_is_asked_for():
    person = a_person(NOW - days(9))
    record = evidence(person, "diagnosis", NOW - days(5), NOW - days(5), status="confirmed")
    retract_evidence(person, record, "同名误录", "staff:7", NOW - days(1))
    assert explain_at(person, NOW - days(3)).colour is Colour.RED
    assert explain_at(person, NOW - days(3)).agrees is True
    assert explain_at(person, NOW - days(3), NOW).colour is Colour.GREEN
    assert explain_at(person, NOW).agrees is True


def test_an_area_counts_from_when_it_was_on_file_and_with_the_end_that_was_known():
    person = a_person(NOW - days(9))
    evidence(person, "stay", NOW - days(8), NOW - days(8), region="110106")
    area = declare_area_by_system("110106", "high", "", NOW - days(9), None, "公告", NOW - days(6))
    assert explain_at(person, NOW - days(7)).colour is Colour.GREEN
    assert explain_at(person, NOW - days(5)).colour is Colour.YELLOW
    Area.objects.filter(pk=area.pk).update(
        until=NOW - days(8.5), until_before=None, lifted_at=NOW - days(2)
    )
    assert explain_at(person, NOW - days(3)).colour is Colour.YELLOW
    assert explain_at(person, NOW - days(1)).colour is Colour.GREEN
    assert explain_at(person, NOW - days(5), NOW).colour is Colour.GREEN


def test_the_rules_are_those_in_force_at_the_moment():
    person = a_person(NOW - days(9))
    evidence(person, "contact", NOW - days(6), NOW - days(6), relation="general")
    text = shipped_text("anhui-2022-01")
    release = RuleRelease(
        name="anhui-2022-01", version=1, text=text, digest=bytes(32), state="published", region="34",
        author_name="x", created_at=NOW, updated_at=NOW, effective_at=NOW - days(3),
    )  # fmt: skip
    sign_release(release)
    release.save()
    before, after = explain_at(person, NOW - days(4)), explain_at(person, NOW - days(2))
    assert (before.rule_set, before.colour) == ("zhejiang-2020-07/1", Colour.GREEN)
    assert (after.rule_set, after.colour, after.release_id) == ("anhui-2022-01/1", Colour.YELLOW, release.pk)
    assert after.agrees is False  # nobody was evaluated anew: the feed still shows green


def test_before_the_application_nothing_was_shown():
    person = a_person(NOW - days(2))
    past = explain_at(person, NOW - days(5))
    assert (past.colour, past.shown, past.shown_since, past.agrees) == (Colour.GREEN, None, None, None)
    assert explain_at(unknown_person(), NOW).shown is None


def test_every_change_has_its_reasons_the_latest_first():
    person = a_person(NOW - days(9))
    isolation(person, NOW - days(6), NOW - days(2), NOW - days(6))
    check_person(person, NOW - days(2))
    evidence(person, "symptom", NOW - days(1), NOW - days(1), code="fever")
    told = [(past.change.new, past.why.colour, rules(past.why), past.why.agrees) for past in history_of(person)]
    assert told == [
        (2, Colour.YELLOW, ["yellow.fever"], True),
        (1, Colour.GREEN, [], True),
        (3, Colour.RED, ["red.isolation"], True),
        (1, Colour.GREEN, [], True),
    ]


def test_every_stored_change_agrees_with_what_is_computed_again():
    people = [unknown_person() for _ in range(6)]
    check_people_in_bulk(people, NOW - days(30))
    for number, person in enumerate(people):
        at = NOW - days(20 - number)
        evidence(person, "contact", at - days(1), at, relation="close")
        isolation(person, at, at + days(14), at + days(1), setting="central")
        check_person(person, at + days(15))
    for person in people:
        assert [past.why.agrees for past in history_of(person)] == [True] * len(person_file(person).changes)


def test_spells_join_without_gaps():
    person = a_person(NOW - days(9))
    isolation(person, NOW - days(6), NOW - days(2), NOW - days(6))
    check_person(person, NOW - days(2))
    assert spells_of(person_file(person)) == [
        (Colour.GREEN, NOW - days(9), NOW - days(6)),
        (Colour.RED, NOW - days(6), NOW - days(2)),
        (Colour.GREEN, NOW - days(2), None),
    ]
    assert spells_of(person_file(unknown_person())) == []


@pytest.mark.parametrize("moment", [datetime(1969, 12, 31, tzinfo=UTC), NOW + days(1), datetime(2100, 1, 2, tzinfo=UTC)])
def test_moments_nobody_can_know_are_refused(moment):
    with pytest.raises(BadMoment):
        check_past(moment, NOW)


def test_a_preview_says_what_a_retraction_would_mean_and_writes_nothing():
    person = a_person(NOW - days(9))
    fever = evidence(person, "symptom", NOW - days(1), code="fever")
    contact = evidence(person, "contact", NOW - days(1), relation="close")
    preview = preview_retraction(person, contact, NOW)
    assert (preview.now.colour, preview.without.colour, preview.changes) == (Colour.RED, Colour.YELLOW, True)
    assert [reason.rule for reason in preview.without.reasons] == ["yellow.fever"]
    assert preview_retraction(person, fever, NOW).changes is False
    assert explain_at(person, NOW).colour is Colour.RED
    retract_evidence(person, contact, "误录", "staff:7", NOW)
    assert explain_at(person, NOW).colour is preview.without.colour
