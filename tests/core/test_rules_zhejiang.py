"""Zhejiang's rules of July 2020, read as a rule book. T is the moment of the fact, days count from it."""

import pytest

from ankang.core.colours import Colour
from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import Area, Assessment, evaluate, load_shipped

T = 1_594_000_000
DAY = 86_400
RULES = load_shipped()
BEIJING_HIGH = Area("110106", "high", T - 30 * DAY, T + 30 * DAY, "丰台区")
HUBEI_SEVERE = Area("42", "severe", T - 5 * DAY, T + 10 * DAY, "湖北省")
AREAS = (BEIJING_HIGH, HUBEI_SEVERE)


def a(kind: str, day: float = 0, **attributes: object) -> Evidence:
    """A record ``day`` days after T; attributes that are moments are given in days too."""
    moments = {
        name: T + int(attributes[name] * DAY)
        for name in ("sampled_at", "since", "until", "start", "end")
        if name in attributes
    }
    return a_record(f"{kind}@{day}", kind, T + int(day * DAY), {**attributes, **moments})


def a_test(day: float, result: str = "negative") -> Evidence:
    return a("nucleic_test", day, result=result, sampled_at=day)


def on(day: float, *evidence: Evidence) -> Assessment:
    return evaluate(evidence, RULES, T + int(day * DAY), AREAS)


def colours(evidence: list[Evidence], *days: float) -> list[str]:
    return [on(day, *evidence).colour.slug for day in days]


def test_without_evidence_everybody_is_green():
    assert on(0) == Assessment(Colour.GREEN, (), None, None)


@pytest.mark.parametrize("status", ["confirmed", "suspected", "asymptomatic", "re_positive"])
def test_a_case_is_red_until_the_isolation_after_recovery_is_over(status):
    case = [a("diagnosis", status=status)]
    assert colours(case, -1, 0, 400) == ["green", "red", "red"]
    recovered = [*case, a("diagnosis", 20, status="recovered")]
    assert colours(recovered, 21, 400) == ["red", "red"]
    isolated = [*recovered, a("isolation", 20, setting="central", start=20, end=34)]
    assert colours(isolated, 33.9, 34) == ["red", "green"]
    at_home_too = [*isolated, a("isolation", 34, setting="home", start=34, end=48)]
    assert colours(at_home_too, 34, 47.9, 48) == ["red", "red", "green"]


def test_a_suspected_case_that_is_excluded_is_green_at_once_but_a_confirmed_one_is_not():
    excluded = a("diagnosis", 2, status="excluded")
    assert colours([a("diagnosis", status="suspected"), excluded], 1, 2) == ["red", "green"]
    assert colours([a("diagnosis", status="confirmed"), excluded], 1, 2) == ["red", "red"]


def test_a_close_contact_is_red_for_fourteen_days_of_central_isolation():
    contact = a("contact", relation="close")
    assert colours([contact], 0, 400) == ["red", "red"]
    assert colours([contact, a("isolation", 1, setting="central", start=1, end=15)], 14.9, 15) == [
        "red",
        "green",
    ]


def test_isolation_at_home_or_cut_short_does_not_free_a_close_contact():
    contact = a("contact", relation="close")
    assert colours([contact, a("isolation", 1, setting="home", start=1, end=30)], 31) == ["red"]
    assert colours([contact, a("isolation", 1, setting="central", start=1, end=10)], 31) == ["red"]


def test_fourteen_days_may_be_spent_in_two_houses_but_overlapping_days_count_once():
    contact = a("contact", relation="close")
    first, second = (a("isolation", d, setting="central", start=d, end=d + 8) for d in (1, 9))
    assert colours([contact, first, second], 14.9, 15, 17) == ["red", "red", "green"]
    overlapping = a("isolation", 5, setting="central", start=5, end=12)
    assert colours([contact, first, overlapping], 20) == ["red"]


@pytest.mark.parametrize("relation", ["secondary", "general", "companion"])
def test_zhejiang_knows_close_contacts_only(relation):
    assert colours([a("contact", relation=relation)], 0, 5) == ["green", "green"]


@pytest.mark.parametrize(
    "fact",
    [a("border_entry", country="US"), a("stay", country="HK", since=-3, until=0), a("stay", country="KR")],
)
def test_whoever_was_abroad_is_red_for_fourteen_days_then_seven_at_home(fact):
    central = a("isolation", 1, setting="central", start=1, end=15)
    home = a("isolation", 3, setting="home", start=15, end=22)
    assert colours([fact, central, home], 0, 14, 15, 21.9, 22) == ["red", "red", "red", "red", "green"]
    assert on(3, fact, central, home).until == T + 22 * DAY


def test_half_of_the_isolation_after_a_journey_is_not_enough():
    assert colours(
        [a("border_entry", country="US"), a("isolation", 1, setting="central", start=1, end=15)], 16, 40
    ) == ["red", "red"]


def test_home_days_before_the_central_ones_are_done_do_not_count():
    evidence = [
        a("border_entry", country="US"),
        a("isolation", 0, setting="home", start=0, end=7),
        a("isolation", 7, setting="central", start=7, end=21),
    ]
    assert colours(evidence, 22) == ["red"]


def test_a_journey_older_than_fourteen_days_without_isolation_no_longer_turns():
    journey = [a("stay", -20, country="IT", since=-20, until=0)]
    assert colours(journey, -19, 13.9, 14) == ["red", "red", "green"]


def test_a_stay_in_the_country_is_no_journey_abroad():
    assert colours([a("stay", region="341802", since=-3, until=0)], 0) == ["green"]


@pytest.mark.parametrize("setting", ["central", "home"])
def test_an_order_of_isolation_is_red_until_it_ends(setting):
    order = a("isolation", setting=setting, start=0, end=14)
    assert colours([order], -0.1, 0, 13.9, 14) == ["green", "red", "red", "green"]
    assert colours([a("isolation", setting=setting, start=0)], 400) == ["red"]


def test_an_order_is_ended_early_or_prolonged_by_a_later_record():
    order = a("isolation", 0, setting="home", start=0, end=14)
    assert colours([order, a("isolation", 5, setting="home", start=0, end=5)], 4, 5) == ["red", "green"]
    assert colours([order, a("isolation", 13, setting="home", start=0, end=21)], 14, 21) == ["red", "green"]


@pytest.mark.parametrize(
    "fever", [a("symptom", code="fever"), a("temperature", celsius=37.3), a("temperature", celsius=39.0)]
)
def test_fever_is_yellow_until_a_negative_test_or_until_it_is_gone(fever):
    gone = a("symptom", 3, code="fever", present=False)
    assert colours([fever], 0, 90) == ["yellow", "yellow"]
    assert colours([fever, a_test(2)], 1.9, 2) == ["yellow", "green"]
    assert colours([fever, gone], 2.9, 3) == ["yellow", "green"]


def test_a_positive_test_never_turns_a_yellow_code_green():
    """The respun copy of Z20 says 阳性; the original says 阴性 (domain.md §1, warning)."""
    for result in ("positive", "uncertain"):
        assert colours([a("symptom", code="fever"), a_test(2, result)], 3) == ["yellow"]
        assert colours([a("stay", region="110106"), a_test(2, result)], 3) == ["yellow"]


def test_an_older_test_says_nothing_about_a_newer_fever():
    assert colours([a("symptom", code="fever"), a_test(-1)], 1) == ["yellow"]


def test_a_sample_taken_before_the_fever_counts_not_even_when_its_result_is_newer():
    test = a("nucleic_test", 1, result="negative", sampled_at=-1)
    assert colours([a("symptom", code="fever"), test], 2) == ["yellow"]


def test_a_cough_or_a_normal_temperature_is_no_fever():
    assert colours([a("symptom", code="cough"), a("temperature", celsius=37.2)], 1) == ["green"]


@pytest.mark.parametrize(
    "history",
    [
        a("stay", -3, region="110106"),
        a("border_entry", -10, country="US"),
        a("contact", -2, relation="general"),
    ],
)
def test_with_an_epidemiological_history_only_a_doctor_ends_the_fever_rule(history):
    evidence = [history, a("symptom", code="fever"), a_test(2), a("symptom", 3, code="fever", present=False)]
    assert "yellow.fever" in [reason.rule for reason in on(4, *evidence).reasons]
    excluded = [*evidence, a("diagnosis", 5, status="excluded")]
    assert "yellow.fever" not in [reason.rule for reason in on(5, *excluded).reasons]


def test_a_history_older_than_fourteen_days_is_none():
    evidence = [a("contact", -15, relation="general"), a("symptom", code="fever"), a_test(2)]
    assert colours(evidence, 2) == ["green"]


def test_a_stay_in_a_risk_area_is_yellow_until_a_negative_test():
    stay = a("stay", -4, region="110106", since=-4, until=0)
    assert colours([stay], -4.1, -4, 0, 90) == ["green", "yellow", "yellow", "yellow"]
    assert colours([stay, a_test(1)], 0.9, 1) == ["yellow", "green"]


def test_a_report_from_before_the_journey_counts_for_seven_days():
    stay = a("stay", -20, region="110106", since=-20, until=0)
    assert colours([stay, a_test(-2)], -1, 0) == ["yellow", "green"]
    assert colours([stay, a_test(-8)], 0) == ["yellow"]


def test_an_area_turns_only_those_who_were_there_while_it_was_assessed():
    assert colours([a("stay", -40, region="110106")], 0) == ["green"]
    assert colours([a("stay", -40, region="110106", since=-40, until=-29)], -30.1, -30) == ["green", "yellow"]
    assert colours([a("stay", region="110108")], 0) == ["green"]


def test_an_area_covers_the_regions_below_it():
    assert colours([a("stay", region="110106003")], 0) == ["yellow"]
    assert colours([a("stay", region="420106")], 0) == ["red"]


def test_a_severe_area_is_red_as_long_as_the_province_says_so():
    stay = a("stay", region="420106")
    assert colours([stay], 0, 9.9, 10) == ["red", "red", "green"]
    assert [reason.rule for reason in on(1, stay).reasons] == ["red.severe_area"]


def test_contact_with_a_severe_place_is_red_until_the_isolation_is_over():
    contact = a("contact", relation="venue")
    assert colours([contact], 0, 90) == ["red", "red"]
    home = a("isolation", 1, setting="home", start=1, end=8)
    assert colours([contact, home], 7.9, 8) == ["red", "green"]


def test_the_worst_rule_wins_and_every_reason_is_shown():
    evidence = [a("symptom", code="fever"), a("stay", region="110106"), a("contact", 1, relation="close")]
    assessment = on(2, *evidence)
    assert assessment.colour is Colour.RED
    assert [(r.rule, r.colour, r.evidence) for r in assessment.reasons] == [
        ("red.close_contact", Colour.RED, "contact@1"),
        ("yellow.fever", Colour.YELLOW, "symptom@0"),
        ("yellow.risk_area", Colour.YELLOW, "stay@0"),
    ]
    assert (assessment.since, assessment.until) == (T + DAY, None)


def test_a_reason_explains_itself_in_two_languages():
    (reason,) = on(1, a("contact", relation="close"), a("isolation", setting="central", start=0, end=14)).reasons[:1]
    assert reason.rule == "red.close_contact"
    assert (reason.since, reason.until) == (T, T + 14 * DAY)
    assert reason.text.word("zh-hans") == "确诊、疑似病人或无症状感染者的密切接触者"
    assert reason.text.word("en") == "Close contact of a confirmed, suspected or asymptomatic case"
    assert reason.ends_when.word("en") == "14 days of central isolation are completed"


def test_since_is_when_the_colour_began_not_when_this_reason_did():
    evidence = [
        a("isolation", 0, setting="home", start=0, end=5),
        a("isolation", 5, setting="central", start=5, end=9),
    ]
    assert (on(6, *evidence).since, on(6, *evidence).until) == (T, T + 9 * DAY)


def test_every_rule_names_its_source_and_speaks_two_languages():
    assert [rule.id for rule in RULES.rules] == [
        "red.case",
        "red.close_contact",
        "red.overseas",
        "red.isolation",
        "red.severe_area",
        "red.severe_venue",
        "yellow.fever",
        "yellow.risk_area",
    ]
    for rule in RULES.rules:
        assert rule.source.startswith("Z20 ")
        assert all((rule.text.zh, rule.text.en, rule.ends_when.zh, rule.ends_when.en))
