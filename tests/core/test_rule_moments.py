"""Moments that nearly coincide, facts that go on, histories that bar: what a slip of one sign would change."""

import pytest

from ankang.core.colours import Colour
from ankang.core.rules import Area, AreaIndex, evaluate, load
from ankang.core.rules.areas import areas_of
from tests.core.test_rule_language import (
    CONTACT,
    DAY,
    HEAD,
    NEGATIVE,
    T,
    a,
    a_record,
    a_rule,
    colours,
    negative,
    spaced,
)

ZONES = tuple(Area(code, "high", T) for code in ("34", "3418", "341881", "341881001", "1101"))


def an_order(said: float, start: float, end: float | None, setting: str = "home"):
    """An order of isolation, recorded on the day ``said``."""
    span = {"setting": setting, "start": T + int(start * DAY)} | ({} if end is None else {"end": T + int(end * DAY)})
    return a_record(f"order@{said}", "isolation", T + int(said * DAY), span)


def test_the_numbers_of_the_colours_are_those_that_gates_and_databases_keep():
    assert [(colour.slug, int(colour)) for colour in Colour] == [("grey", 0), ("green", 1), ("yellow", 2), ("red", 3)]


@pytest.mark.parametrize(
    ("region", "covering"),
    [
        ("34", ["34"]),
        ("3418", ["34", "3418"]),
        ("341881", ["34", "3418", "341881"]),
        ("341881001", ["34", "3418", "341881", "341881001"]),
        ("341802", ["34", "3418"]),
        ("1101", ["1101"]),
        ("11", []),
    ],
)
def test_an_area_covers_its_own_region_and_all_below_it_each_once(region, covering):
    assert sorted(area.code for area in AreaIndex(ZONES).covering(region)) == covering
    assert sorted(area.code for area in areas_of(region, ZONES)) == covering


def test_of_several_negative_tests_the_first_one_ends_it():
    tests = [CONTACT, negative(3, 3), negative(1, 1), negative(2, 2)]
    assert colours(spaced(1, 0), tests, 0.9, 1) == ["yellow", "green"]
    assert evaluate(tests, load(HEAD + spaced(1, 0)), T + 9 * DAY).since == T + DAY


@pytest.mark.parametrize(("counted", "then"), [("step", "yellow"), ("beginning", "green")])
def test_a_test_counted_from_the_beginning_may_be_older_than_the_step_before(counted, then):
    steps = f'{{ on = "elapsed", days = 3 }}, {{ {NEGATIVE}, counted_from = "{counted}" }}'
    rule = a_rule("yellow.x", '{ kind = "contact" }', f"ends = [{{ steps = [{steps}] }}]")
    assert colours(rule, [CONTACT, negative(1, 1)], 2.9, 3) == ["yellow", then]


@pytest.mark.parametrize(
    "step",
    [
        NEGATIVE,
        'on = "elapsed", days = 1',
        'on = "served", settings = ["home"], days = 1',
        'on = "isolation_over", settings = ["home"]',
    ],
)
def test_nothing_ends_what_still_goes_on(step):
    rule = a_rule("yellow.x", '{ kind = "stay" }', f"ends = [{{ steps = [{{ {step} }}] }}]")
    relief = [negative(2, 2), an_order(1, 1, 20)]
    assert colours(rule, [a("stay", region="341881", since=0, ongoing=True), *relief], 30) == ["yellow"]
    assert colours(rule, [a("stay", region="341881", since=0, until=0), *relief], 30) == ["green"]


def test_only_the_history_that_is_meant_bars_an_ending():
    without = 'without = { within_days = 10, matches = [{ kind = "contact", where = { relation = { one_of = ["close"] } } }] }'
    ends = f'ends = [{{ steps = [{{ on = "elapsed", days = 1 }}], {without} }}]'
    rule = a_rule("yellow.x", '{ kind = "symptom", where = { code = { one_of = ["fever"] } } }', ends)
    ill = a("symptom", code="fever")
    met = ((-1, "general"), (-1, "close"), (-10, "close"), (-11, "close"))
    found = [colours(rule, [ill, a("contact", day, relation=of)], 1) for day, of in met]
    assert found == [["green"], ["yellow"], ["yellow"], ["green"]]


def test_a_colour_that_was_gone_for_one_second_began_anew():
    rules = load(HEAD + a_rule("red.x", '{ kind = "contact" }', 'ends = [{ steps = [{ on = "elapsed", days = 1 }] }]'))
    again = a_record("again", "contact", T + DAY + 1, {"relation": "close"})
    found = evaluate([CONTACT, again], rules, T + DAY + 60)
    assert (found.colour, found.since, found.until) == (Colour.RED, T + DAY + 1, T + 2 * DAY + 1)


SERVED = a_rule("yellow.x", '{ kind = "contact" }', 'ends = [{ steps = [{ on = "served", settings = ["home"], days = 1 }] }]')


def test_of_two_orders_told_late_the_last_one_says_since_when():
    told = [CONTACT, an_order(3, 1, 2), a("contact", 4, relation="close"), an_order(8, 5, 6)]
    assert colours(SERVED, told, 2.9, 3, 7.9, 8) == ["yellow", "green", "yellow", "green"]
    assert evaluate(told, load(HEAD + SERVED), T + 10 * DAY).since == T + 8 * DAY


def test_an_order_that_is_made_longer_does_not_begin_anew():
    rule = a_rule("yellow.order", '{ kind = "isolation" }', 'ends = [{ steps = [{ on = "order_over" }] }]')
    found = evaluate([an_order(1, 1, 10), an_order(5, 1, 20)], load(HEAD + rule), T + 6 * DAY)
    assert (found.colour, found.since, found.until) == (Colour.YELLOW, T + DAY, T + 20 * DAY)


TWO_DAYS = a_rule(
    "yellow.x", '{ kind = "contact" }', 'ends = [{ steps = [{ on = "served", settings = ["home", "central"], days = 2 }] }]'
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_days_in_isolation_are_counted_alike_in_whatever_order_the_orders_came(order):
    three = [an_order(1, 1, 1.5), an_order(2, 2, 3, "central"), an_order(5, 5, 9)]
    assert colours(TWO_DAYS, [CONTACT, *(three[n] for n in order)], 5.4, 5.5) == ["yellow", "green"]


@pytest.mark.parametrize("other", [an_order(1, 1, 2, "central"), an_order(2, 2, 2.5)])
def test_an_order_without_an_end_swallows_what_lies_in_it(other):
    for told in ([an_order(1.1, 1, None), other], [other, an_order(1.1, 1, None)]):
        assert colours(TWO_DAYS, [CONTACT, *told], 2.9, 3) == ["yellow", "green"]


def test_a_stay_that_is_told_late_is_judged_by_when_it_was():
    zone = (Area("3418", "high", T, T + 5 * DAY),)
    rule = a_rule("red.area", '{ kind = "stay", areas = ["high"] }', "within_days = 14")
    assert colours(rule, [a("stay", 10, region="341881", since=1, until=8)], 11, 21.9, 22, areas=zone) == ["red", "red", "green"]
    assert colours(rule, [a("stay", 10, region="341881", since=6, until=8)], 11, areas=zone) == ["green"]


def test_a_stay_without_an_end_lasted_until_it_was_told():
    rule = a_rule("yellow.x", '{ kind = "stay" }', "within_days = 5")
    assert colours(rule, [a("stay", region="341881", since=-3)], 4.9, 5) == ["yellow", "green"]


def test_the_last_step_is_not_done_before_the_one_before_it():
    rule = a_rule("yellow.x", '{ kind = "isolation" }', 'ends = [{ steps = [{ on = "elapsed", days = 30 }, { on = "order_over" }] }]')
    assert colours(rule, [an_order(0, 0, 14)], 14, 43.9, 44) == ["yellow", "yellow", "green"]
    steps = '{ on = "elapsed", days = 3 }, { on = "area_lifted" }'
    rule = a_rule("red.area", '{ kind = "stay", areas = ["high"] }', f"ends = [{{ steps = [{steps}] }}]")
    zone = (Area("3418", "high", T, T + 2 * DAY),)
    assert colours(rule, [a("stay", 1, region="341881", since=1, until=1)], 2, 3.9, 4, areas=zone) == ["red", "red", "green"]


def test_the_earliest_of_several_endings_ends_it():
    ends = 'ends = [{ steps = [{ on = "elapsed", days = 5 }] }, { steps = [{ on = "elapsed", days = 3 }] }]'
    assert colours(a_rule("yellow.x", '{ kind = "contact" }', ends), [CONTACT], 2.9, 3) == ["yellow", "green"]


def test_another_rule_is_over_when_it_is_over_in_all_areas():
    red = a_rule("red.area", '{ kind = "stay", areas = ["high"] }', 'ends = [{ steps = [{ on = "area_lifted" }] }]')
    after = a_rule("yellow.after", '{ kind = "stay" }', 'begins = [{ on = "rule_over", rule = "red.area" }]\nwithin_days = 3')
    zones = (Area("3418", "high", T, T + 5 * DAY), Area("341881", "high", T, T + 9 * DAY))
    stay = a("stay", 1, region="341881", since=1, until=1)
    found = [evaluate([stay], load(HEAD + red + after), T + int(day * DAY), zones) for day in (6, 9, 12)]
    assert [[reason.rule for reason in one.reasons] for one in found] == [["red.area"], ["yellow.after"], []]
