"""Words of the rule language that the shipped sets use seldom or never: each says what it does."""

import pytest

from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import Area, evaluate, load

DAY = 86_400
T = 1_642_000_000
HEAD = """
name = "a-set"
version = 1
effective_from = 2022-01-01
source = "test"
title = { zh = "规则", en = "Rules" }
"""
NEGATIVE = 'on = "evidence", kind = "nucleic_test", where = { result = { one_of = ["negative"] } }'


def a_rule(identity: str, when: str, more: str) -> str:
    return f"""
[[rules]]
id = "{identity}"
colour = "{identity.split(".")[0]}"
source = "test"
text = {{ zh = "中", en = "en" }}
ends_when = {{ zh = "中", en = "en" }}
when = [{when}]
{more}
"""


def a(kind: str, day: float = 0, **attributes: object) -> Evidence:
    moments = {name: T + int(attributes[name] * DAY) for name in ("sampled_at", "since", "until") if name in attributes}
    return a_record(f"{kind}@{day}", kind, T + int(day * DAY), {**attributes, **moments})


def negative(known: float, sampled: float) -> Evidence:
    return a("nucleic_test", known, result="negative", sampled_at=sampled)


def colours(text: str, evidence: list[Evidence], *days: float, areas: tuple[Area, ...] = ()) -> list[str]:
    rules = load(HEAD + text)
    return [evaluate(evidence, rules, T + int(day * DAY), areas).colour.slug for day in days]


def spaced(times: int, hours: int) -> str:
    ends = f"ends = [{{ steps = [{{ {NEGATIVE}, times = {times}, apart_hours = {hours} }}] }}]"
    return a_rule("yellow.x", '{ kind = "contact" }', ends)


CONTACT = a("contact", relation="close")


def test_spaced_tests_may_become_known_in_another_order_than_they_were_sampled():
    late_first, second = negative(3, sampled=1), negative(2.1, sampled=2)
    assert colours(spaced(2, 24), [CONTACT, late_first, second], 2.9, 3) == ["yellow", "green"]
    between = negative(1.6, sampled=1.5)
    assert colours(spaced(2, 24), [CONTACT, late_first, between, second], 2.9, 3) == ["yellow", "green"]


def test_spaced_tests_are_chosen_so_that_most_of_them_count():
    tests = [negative(day, sampled=day) for day in (1, 1.5, 2, 2.5, 3)]
    assert colours(spaced(3, 24), [CONTACT, *tests], 2.9, 3) == ["yellow", "green"]
    assert colours(spaced(4, 24), [CONTACT, *tests], 90) == ["yellow"]


def test_a_step_counted_from_the_beginning_does_not_overtake_the_step_before():
    ends = (
        f'ends = [{{ steps = [{{ {NEGATIVE}, times = 2, apart_hours = 24 }}, {{ on = "elapsed", days = 3, '
        'counted_from = "beginning" }] }]'
    )
    rule = a_rule("yellow.x", '{ kind = "contact" }', ends)
    early, late = [negative(1, 1), negative(2, 2)], [negative(1, 1), negative(5, 5)]
    assert colours(rule, [CONTACT, *early], 2.9, 3) == ["yellow", "green"]
    assert colours(rule, [CONTACT, *late], 3, 4.9, 5) == ["yellow", "yellow", "green"]
    assert evaluate([CONTACT, *late], load(HEAD + rule), T + 6 * DAY).since == T + 5 * DAY


def test_days_of_a_rule_that_begins_later_count_from_its_beginning_even_when_told_late():
    rule = a_rule(
        "yellow.x",
        '{ kind = "stay", where = { country = { none_of = ["CN"] } } }',
        'begins = [{ on = "elapsed", days = 2 }]\nwithin_days = 5',
    )
    at_once, late = (a("stay", told, country="HK", since=-3, until=0) for told in (0, 4))
    assert colours(rule, [at_once], 1.9, 2, 6.9, 7) == ["green", "yellow", "yellow", "green"]
    assert colours(rule, [late], 3.9, 4, 6.9, 7) == ["green", "yellow", "yellow", "green"]
    assert evaluate([late], load(HEAD + rule), T + 5 * DAY).since == T + 4 * DAY


AREAS = (Area("3418", "high", T, T + 5 * DAY), Area("341881", "high", T, None))
RED = a_rule("red.area", '{ kind = "stay", areas = ["high"] }', 'ends = [{ steps = [{ on = "area_lifted" }] }]')
AFTER = 'begins = [{ on = "rule_over", rule = "red.area" }]\nwithin_days = 3'


def test_a_rule_that_waits_for_another_waits_for_it_in_the_same_area():
    rules = RED + a_rule("yellow.after", '{ kind = "stay", areas = ["high"] }', AFTER)
    only_lifted, both = a("stay", 1, region="341802"), a("stay", 1, region="341881")
    assert colours(rules, [only_lifted], 4.9, 5, 8, areas=AREAS) == ["red", "yellow", "green"]
    assert colours(rules, [both], 5, 90, areas=AREAS) == ["red", "red"]
    found = evaluate([both], load(HEAD + rules), T + 6 * DAY, AREAS)
    assert [reason.rule for reason in found.reasons] == ["red.area", "yellow.after"]


def test_a_rule_without_areas_waits_until_the_other_is_over_in_all_of_them():
    rules = RED + a_rule("yellow.after", '{ kind = "stay" }', AFTER)
    found = evaluate([a("stay", 1, region="341881")], load(HEAD + rules), T + 6 * DAY, AREAS)
    assert [reason.rule for reason in found.reasons] == ["red.area"]
    assert colours(rules, [a("stay", 1, region="341802")], 4.9, 5, 8, areas=AREAS) == ["red", "yellow", "green"]
    assert colours(rules, [a("stay", 1, region="110106")], 1, 9, areas=AREAS) == ["green", "green"]


def test_a_stay_that_goes_on_counts_as_left_when_the_area_is_lifted():
    rules = a_rule("red.area", '{ kind = "stay", areas = ["high"] }', "within_days = 14")
    lives = [a("stay", -100, region="341802", since=-100, ongoing=True)]
    assert colours(rules, lives, -1, 0, 18.9, 19, areas=AREAS) == ["green", "red", "red", "green"]
    assert colours(rules, [a("stay", region="341881", ongoing=True)], 900, areas=AREAS) == ["red"]


@pytest.mark.parametrize(("code", "colour"), [("J10.1", "yellow"), ("J11", "yellow"), ("J1", "green"), ("", "green")])
def test_a_code_may_be_told_by_how_it_starts(code, colour):
    when = '{ kind = "consultation", where = { diagnosis_code = { starts_with = ["J10", "J11"] } } }'
    rule = a_rule("yellow.x", when, "within_days = 1")
    assert colours(rule, [a("consultation", department="儿科", diagnosis_code=code)], 0) == [colour]
