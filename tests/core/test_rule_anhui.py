"""Anhui's rules of January 2022, read as a rule book. T is the moment of the fact, days count from it."""

import pytest

from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import Area, Assessment, evaluate, load_shipped

T = 1_642_000_000
DAY = 86_400
RULES = load_shipped("anhui-2022-01")
AREAS = (
    Area("610113", "high", T - 30 * DAY, T + 30 * DAY, "雁塔区"),
    Area("341881001", "sealed", T, T + 14 * DAY),
    Area("341881", "control", T, T + 21 * DAY),
    Area("341802", "prevention", T, T + 21 * DAY),
)


def a(kind: str, day: float = 0, **attributes: object) -> Evidence:
    """A record ``day`` days after T; attributes that are moments are given in days too."""
    moments = {
        name: T + int(attributes[name] * DAY)
        for name in ("sampled_at", "since", "until", "start", "end")
        if name in attributes
    }
    return a_record(f"{kind}@{day}", kind, T + int(day * DAY), {**attributes, **moments})


def negative(day: float, sampled: float | None = None) -> Evidence:
    return a("nucleic_test", day, result="negative", sampled_at=day if sampled is None else sampled)


def on(day: float, *evidence: Evidence) -> Assessment:
    return evaluate(evidence, RULES, T + int(day * DAY), AREAS)


def colours(evidence: list[Evidence], *days: float) -> list[str]:
    return [on(day, *evidence).colour.slug for day in days]


@pytest.mark.parametrize("status", ["confirmed", "asymptomatic", "re_positive", "suspected", "initial_positive"])
def test_a_case_is_red_until_fourteen_days_after_discharge_then_yellow_until_day_28(status):
    case = [a("diagnosis", status=status), a("discharge", 20)]
    assert colours(case[:1], 0, 400) == ["red", "red"]
    assert colours(case, 20, 33.9, 34, 47.9, 48) == ["red", "red", "yellow", "yellow", "green"]


def test_falling_ill_again_is_red_again():
    case = [a("diagnosis", status="confirmed"), a("discharge", 20), a("diagnosis", 40, status="re_positive")]
    assert colours(case, 39, 40, 100) == ["yellow", "red", "red"]


@pytest.mark.parametrize(
    "doubt",
    [
        a("diagnosis", status="suspected"),
        a("diagnosis", status="initial_positive"),
        a("nucleic_test", result="positive", sampled_at=-0.5),
    ],
)
def test_a_doubt_is_red_until_a_doctor_excludes_it_and_a_second_test_alone_does_not(doubt):
    assert colours([doubt, negative(1)], 0, 2) == ["red", "red"]
    assert colours([doubt, a("diagnosis", 2, status="excluded")], 1.9, 2) == ["red", "green"]
    assert colours([a("diagnosis", status="confirmed"), a("diagnosis", 2, status="excluded")], 2) == ["red"]


def test_an_uncertain_test_is_no_positive_one():
    assert colours([a("nucleic_test", result="uncertain", sampled_at=0)], 0) == ["green"]


def test_a_close_contact_is_red_for_14_days_of_central_isolation_and_yellow_for_7_more():
    contact = [a("contact", relation="close"), a("isolation", 1, setting="central", start=1, end=15)]
    assert colours(contact, 0, 14.9, 15, 21.9, 22) == ["red", "red", "yellow", "yellow", "green"]
    assert colours(contact[:1], 400) == ["red"]


def test_an_interrupted_isolation_goes_on_where_it_stopped():
    orders = [a("isolation", d, setting="central", start=d, end=d + n) for d, n in ((1, 8), (12, 6))]
    assert colours([a("contact", relation="close"), *orders], 17.9, 18, 25) == ["red", "yellow", "green"]


def test_overlapping_isolations_count_once():
    orders = [a("isolation", d, setting="central", start=d, end=d + 8) for d in (1, 5)]
    assert colours([a("contact", relation="close"), *orders], 17) == ["red"]


@pytest.mark.parametrize("relation", ["secondary", "direct_goods", "venue"])
def test_others_under_central_isolation_are_red_until_it_ends(relation):
    contact = [a("contact", relation=relation), a("isolation", 1, setting="central", start=1, end=8)]
    assert colours(contact, 0, 7.9, 8) == ["red", "red", "green"]
    assert colours([contact[0], a("isolation", 1, setting="home", start=1, end=8)], 9) == ["red"]


def test_whoever_comes_from_a_risk_area_is_red_for_fourteen_days_or_until_isolated_for_fourteen():
    stay = a("stay", -2, region="610113", since=-2, until=0)
    assert colours([stay], -2, 13.9, 14) == ["red", "red", "green"]
    assert colours([stay, a("isolation", 3, setting="home", start=3, end=17)], 14, 16.9, 17) == ["red", "red", "green"]
    assert colours([a("stay", region="341802")], 0) == ["green"]


@pytest.mark.parametrize("journey", [a("border_entry", country="US"), a("stay", country="HK", since=-9, until=0)])
@pytest.mark.parametrize("last_week", ["central", "home"])
def test_whoever_comes_from_abroad_is_red_for_14_and_7_and_yellow_for_7_days(journey, last_week):
    orders = [
        a("isolation", 0, setting="central", start=0, end=14),
        a("isolation", 14, setting=last_week, start=14, end=21),
    ]
    evidence = [journey, *orders]
    assert colours(evidence, 14, 20.9, 21, 27.9, 28) == ["red", "red", "yellow", "yellow", "green"]


def test_without_any_order_on_file_a_journey_lapses_after_21_days_and_is_watched_for_7():
    assert colours([a("border_entry", country="US")], 20.9, 21, 28) == ["red", "yellow", "green"]


@pytest.mark.parametrize(("region", "during"), [("341881001002", "red"), ("341881002", "yellow"), ("341802", "green")])
def test_people_in_a_zone_have_the_colour_of_the_zone_until_it_is_lifted(region, during):
    lives_there = a("stay", -900, region=region, since=-900, ongoing=True, source="register")
    assert colours([lives_there], -1, 0, 13.9) == ["green", during, during]
    assert colours([lives_there], 21) == ["green"]


def test_whoever_left_before_the_zone_was_set_up_is_not_in_it():
    assert colours([a("stay", -9, region="341881001", since=-9, until=-1)], 1) == ["green"]


@pytest.mark.parametrize("relation", ["companion", "exposed"])
def test_two_negative_tests_24_hours_apart_free_a_companion(relation):
    contact = a("contact", relation=relation)
    assert colours([contact, negative(1)], 30) == ["yellow"]
    assert colours([contact, negative(1), negative(1.9)], 30) == ["yellow"]
    assert colours([contact, negative(1), negative(2)], 1.9, 2) == ["yellow", "green"]
    assert colours([contact, negative(-1), negative(1)], 30) == ["yellow"]


def test_tests_are_apart_by_their_sampling_not_by_their_results():
    contact = a("contact", relation="companion")
    assert colours([contact, negative(1.9, sampled=1), negative(2.1, sampled=2)], 2, 2.1) == ["yellow", "green"]
    assert colours([contact, negative(1, sampled=1), negative(3, sampled=1.5)], 30) == ["yellow"]
    assert colours([contact, negative(1), negative(1.5), negative(2)], 1.9, 2) == ["yellow", "green"]


@pytest.mark.parametrize("relation", ["general", "potential"])
def test_tests_on_days_1_4_and_7_free_a_general_contact(relation):
    contact = a("contact", relation=relation)
    tests = [negative(0.5), negative(3.5), negative(6.5)]
    assert colours([contact, *tests], 6.4, 6.5) == ["yellow", "green"]
    assert colours([contact, *tests[1:]], 30) == ["yellow"]
    assert colours([contact, negative(0.5), negative(2.5), negative(4.5)], 30) == ["yellow"]


def test_one_negative_test_frees_an_indirect_contact_of_goods():
    assert colours([a("contact", relation="indirect_goods"), negative(1)], 0.9, 1) == ["yellow", "green"]


@pytest.mark.parametrize(
    "illness", [a("symptom", code="fever"), a("symptom", code="dry_cough"), a("temperature", celsius=37.3)]
)
def test_symptoms_are_yellow_until_a_negative_test_or_a_doctor(illness):
    assert colours([illness], 0, 90) == ["yellow", "yellow"]
    assert colours([illness, negative(1)], 0.9, 1) == ["yellow", "green"]
    assert colours([illness, a("diagnosis", 1, status="excluded")], 1) == ["green"]


def test_the_worst_wins_and_every_reason_is_shown():
    found = on(1, a("contact", relation="companion"), a("symptom", code="fever"), a("contact", 1, relation="close"))
    assert [(reason.rule, reason.evidence) for reason in found.reasons] == [
        ("red.close_contact", "contact@1"),
        ("yellow.companion", "contact@0"),
        ("yellow.symptoms", "symptom@0"),
    ]


def test_an_order_that_comes_to_light_late_counts_from_then_and_the_past_stays_as_it_was_seen():
    contact = a("contact", relation="close")
    late = a("isolation", 20, setting="central", start=1, end=15)
    assert colours([contact, late], 16, 19.9, 20) == ["red", "red", "yellow"]
    assert on(20, contact, late).since == T + 20 * DAY
    assert on(16, contact, late).until == T + 20 * DAY
