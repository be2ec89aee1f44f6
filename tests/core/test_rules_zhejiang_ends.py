"""When each of Zhejiang's rules lets go, read from the rule itself and not from the colour."""

from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import spells
from tests.core.test_rules_zhejiang import AREAS, DAY, RULES, T, a, a_test, colours, on


def end_of(rule: str, *evidence: Evidence) -> float | None:
    """The day on which the rule lets go, whatever others say (an order of isolation is red by itself)."""
    (spell,) = [spell for spell in spells(evidence, RULES, AREAS) if spell.rule.id == rule]
    return None if spell.until is None else (spell.until - T) / DAY


def test_each_rule_lets_go_on_its_own_day():
    """The same days as above, read from the rule itself, not from the colour."""
    central, home = (a("isolation", d, setting=s, start=d, end=d + 30) for d, s in ((1, "central"), (15, "home")))
    assert end_of("red.overseas", a("border_entry", country="US"), central) is None
    assert end_of("red.overseas", a("border_entry", country="US"), central, home) == 22
    assert end_of("red.overseas", a("border_entry", country="US")) == 14
    assert end_of("red.close_contact", a("contact", relation="close"), central) == 15
    assert end_of("red.close_contact", a("contact", 3, relation="close"), central) == 17
    assert end_of("red.close_contact", a("contact", relation="close"), home) is None


def test_days_in_two_houses_add_up_and_overlapping_days_count_once():
    contact = a("contact", relation="close")
    first, gap, overlap = (a("isolation", d, setting="central", start=d, end=d + 8) for d in (1, 12, 5))
    assert end_of("red.close_contact", contact, first, gap) == 18
    assert end_of("red.close_contact", contact, first, overlap) is None
    assert end_of("red.close_contact", contact, first, overlap, gap) == 15


def test_isolation_after_recovery_goes_on_from_the_house_to_the_home():
    case, recovered = a("diagnosis", status="confirmed"), a("diagnosis", 20, status="recovered")
    house = a("isolation", 20, setting="central", start=20, end=34)
    home = a("isolation", 34, setting="home", start=34, end=48)
    much_later = a("isolation", 90, setting="home", start=90, end=97)
    assert end_of("red.case", case, recovered, house, much_later) == 34
    assert end_of("red.case", case, recovered, house, home, much_later) == 48
    assert end_of("red.case", case, a("discharge", 21), house) == 34
    assert end_of("red.case", case, house) is None


def test_a_journey_whose_isolation_began_too_late_has_lapsed():
    late = a("isolation", 15, setting="central", start=15, end=40)
    assert end_of("red.overseas", a("border_entry", country="US"), late) == 14
    in_time = a("isolation", 13, setting="central", start=13, end=40)
    assert end_of("red.overseas", a("border_entry", country="US"), in_time) is None


def test_contact_with_a_case_between_fever_and_test_is_a_history_too():
    fever, test = a("symptom", code="fever"), a_test(4)
    assert end_of("yellow.fever", fever, test) == 4
    assert end_of("yellow.fever", fever, a("contact", 2, relation="general"), test) is None
    assert end_of("yellow.fever", fever, a("contact", 5, relation="general"), test) == 4


def test_of_two_records_said_at_once_about_one_order_the_longer_counts():
    short, long = (
        a_record(name, "isolation", T, {"setting": "home", "start": T, "end": T + d * DAY})
        for name, d in (("z", 7), ("a", 14))
    )
    still_open = a_record("0", "isolation", T, {"setting": "home", "start": T})
    assert end_of("red.isolation", short, long) == end_of("red.isolation", long, short) == 14
    assert end_of("red.isolation", short, still_open, long) is None


def test_an_area_begins_and_ends_at_its_moments():
    assert end_of("red.severe_area", a("stay", -6, region="420106", since=-6, until=-5)) == 10
    assert on(-5, a("stay", -6, region="420106", since=-6, until=-5)).since == T - 5 * DAY
    assert colours([a("stay", 10, region="420106")], 10) == ["green"]
    assert colours([a("stay", 29.9, region="110106")], 29.9) == ["yellow"]
    assert colours([a("stay", 30, region="110106")], 30) == ["green"]


def test_home_observation_does_not_stand_in_for_central_isolation():
    home = a("isolation", 0, setting="home", start=0, end=60)
    assert end_of("red.overseas", a("border_entry", country="US"), home) == 14


def test_a_report_is_seven_days_old_at_most_when_the_area_is_left():
    stay = a("stay", -20, region="110106", since=-20, until=0)
    assert colours([stay, a_test(-7)], 0) == ["green"]
    assert colours([stay, a_test(-7.02)], 0, 90) == ["yellow", "yellow"]
