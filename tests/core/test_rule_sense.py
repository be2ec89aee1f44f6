"""Rule sets that are well written and make no sense: each is refused in words that name the rule and the place."""

import pytest

from ankang.core.rules import RuleSetFault, load, load_shipped, shipped

HEAD = """
name = "a-set"
version = 1
effective_from = 2020-07-06
source = "test"
title = { zh = "规则", en = "Rules" }
"""


def a_rule(identity: str = "yellow.x", when: str = '{ kind = "contact" }', more: str = "within_days = 7") -> str:
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


def findings(text: str, region: str = "") -> list[str]:
    with pytest.raises(RuleSetFault) as caught:
        load(text, region)
    assert str(caught.value) == "\n".join(caught.value.findings)
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ('{ kind = "scan" }', "when 1: no evidence kind is called 'scan'; it can be: antibody_test, "),
        (
            '{ kind = "contact", where = { relation = { one_of = ["cousin"] } } }',
            "when 1: 'relation' cannot be 'cousin'; it can be: close, companion, direct_goods",
        ),
        (
            '{ kind = "contact", where = { relation = { one_of = ["close"], none_of = ["close"] } } }',
            "when 1: nothing can meet the condition on 'relation': the rule can never fire",
        ),
        (
            '{ kind = "isolation", where = { setting = { none_of = ["central", "home"] } } }',
            "when 1: nothing can meet the condition on 'setting': the rule can never fire",
        ),
        (
            '{ kind = "symptom", where = { present = { none_of = [true, false] } } }',
            "when 1: nothing can meet the condition on 'present': the rule can never fire",
        ),
        (
            '{ kind = "temperature", where = { celsius = { at_least = 38, at_most = 37 } } }',
            "when 1: nothing can meet the condition on 'celsius': the rule can never fire",
        ),
        (
            '{ kind = "temperature", where = { celsius = { at_least = 373 } } }',
            "when 1: nothing can meet the condition on 'celsius': the rule can never fire",
        ),
        (
            '{ kind = "contact", where = { relation = { at_least = 1 } } }',
            "when 1: 'relation' is no number: `at_least` and `at_most` do not fit",
        ),
        (
            '{ kind = "temperature", where = { celsius = { starts_with = ["3"] } } }',
            "when 1: 'celsius' is no text: `starts_with` does not fit",
        ),
        ('{ kind = "contact", where = { relation = {} } }', "when 1: the condition on 'relation' is empty"),
        (
            '{ kind = "discharge" }, { kind = "contact", where = { colour = { one_of = ["red"] } } }',
            "when 2: 'contact' has no attribute 'colour'; it has: case, minutes, relation",
        ),
        ('{ kind = "contact", areas = ["high"] }', "when 1: only a stay has areas, not 'contact'"),
        (
            '{ kind = "stay", areas = ["dire"] }',
            "when 1, areas 1: 'dire' is not known; it can be: low, medium, high, severe, prevention, control, sealed",
        ),
        ('{ kind = "stay", area = ["high"] }', "when 1: there is no field called `area`"),
        ("", "when: must not be empty"),
    ],
)
def test_a_when_that_makes_no_sense(when, said):
    (found,) = findings(HEAD + a_rule(when=when))
    assert found.startswith(f"rule yellow.x: {said}")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "the rule has no end: give it `ends`, or `within_days`"),
        ("within_days = 0", "within_days: must be 1 or more"),
        ('within_days = "7"', "within_days: a whole number or nothing is expected, not text"),
        (
            'ends = [{ steps = [{ on = "tomorrow" }] }]',
            "ends 1, steps 1, on: 'tomorrow' is not known; it can be: evidence, ",
        ),
        ("ends = [{ steps = [] }]", "ends 1, steps: must not be empty"),
        ('ends = [{ steps = [{ on = "order_over" }] }]', "ends 1, steps 1: 'order_over' fits isolation only"),
        ('ends = [{ steps = [{ on = "area_lifted" }] }]', "ends 1, steps 1: 'area_lifted' needs areas in every `when`"),
        (
            'ends = [{ steps = [{ on = "evidence", kind = "antigen_test", where.result.one_of = ["good"] }] }]',
            "ends 1, steps 1: 'result' cannot be 'good'; it can be: negative, positive, uncertain",
        ),
        (
            'ends = [{ steps = [{ on = "evidence", kind = "discharge", apart_hours = 24 }] }]',
            "ends 1, steps 1: `apart_hours` needs `times` of 2 or more",
        ),
        (
            'ends = [{ steps = [{ on = "elapsed", days = 1 }], only = { setting = { one_of = ["home"] } } }]',
            "ends 1, only: 'contact' has no attribute 'setting'",
        ),
        (
            'ends = [{ steps = [{ on = "elapsed", days = 1 }], without = { within_days=1, matches = [{kind="x"}] } }]',
            "ends 1, without, matches 1: no evidence kind is called 'x'",
        ),
        ('ends = [{ steps = [{ on = "rule_over", rule = "red.y" }] }]', "'rule_over': no rule is called 'red.y'"),
        ('within_days = 7\nbeside = ["red.y"]', "beside: no rule is called 'red.y'"),
        ("within_days = 7\nstrength = 10", "there is no field called `strength`"),
    ],
)
def test_an_end_that_makes_no_sense(more, said):
    (found,) = findings(HEAD + a_rule(more=more))
    assert found.startswith(f"rule yellow.x: {said}")


def test_an_ending_for_facts_that_the_rule_does_not_have_can_never_apply():
    when = '{ kind = "diagnosis", where = { status = { one_of = ["confirmed"] } } }'
    ends = 'ends = [{ steps = [{ on = "elapsed", days = 1 }], only = { status = { one_of = ["suspected"] } } }]'
    assert findings(HEAD + a_rule(when=when, more=ends)) == [
        "rule yellow.x: ends 1, only: no `when` of the rule fits it, so this ending can never apply"
    ]


def waits_for(name: str) -> str:
    return f'ends = [{{ steps = [{{ on = "rule_over", rule = "{name}" }}] }}]'


def test_endings_that_wait_for_each_other_in_a_circle_are_told_once():
    circle = [("yellow.a", "yellow.b"), ("yellow.b", "yellow.c"), ("yellow.c", "yellow.a")]
    text = HEAD + "".join(a_rule(one, more=waits_for(other)) for one, other in circle)
    assert findings(text) == [
        "rule yellow.a: circular endings: yellow.a waits for yellow.b waits for yellow.c waits for yellow.a"
    ]
    assert findings(HEAD + a_rule(more=waits_for("yellow.x"))) == [
        "rule yellow.x: circular endings: yellow.x waits for yellow.x"
    ]


def test_a_rule_that_waits_for_one_with_other_facts_waits_for_ever():
    text = HEAD + a_rule("red.y", '{ kind = "discharge" }') + a_rule(more=waits_for("red.y"))
    assert findings(text) == [
        "rule yellow.x: 'rule_over': red.y is turned by other facts, so it is never over for these"
    ]


def test_every_fault_of_a_file_is_told_at_once():
    text = HEAD.replace("2020-07-06", '"soon"').replace(', en = "Rules"', "") + 'colour = "red"\n'
    text += (
        a_rule(more="")
        + a_rule().replace(', en = "en"', "", 1)
        + a_rule()
        + a_rule("red.x").replace('"red"', '"yellow"')
    )
    assert findings(text) == [
        "there is no field called `colour`",
        "effective_from: is no date as it must be written: 2022-01-31, or 2022-01-31T08:00:00+08:00",
        "title: `en` is missing",
        "rule yellow.x: text: `en` is missing",
        "rule yellow.x: the rule has no end: give it `ends`, or `within_days`",
        "rule yellow.x: the id is used twice",
        "rule red.x: the id says another colour than 'yellow'",
    ]


def test_a_date_that_does_not_exist_is_told_with_its_line():
    (found,) = findings(HEAD.replace("2020-07-06", "2020-02-31"))
    assert found.startswith("the file cannot be read as TOML: ")
    assert "line 4" in found


def test_a_set_for_another_province_is_refused():
    text = HEAD + 'region = "33"\n' + a_rule()
    assert findings(text, "341881") == ["region: this rule set is for 浙江省 (33), not for 安徽省宣城市宁国市 (341881)"]
    assert findings(HEAD + 'region = "99"\n' + a_rule()) == ["region: no region of GB/T 2260 has the code 99"]
    assert load(text, "330100").name == load(text).name == load(HEAD + a_rule(), "34").name == "a-set/1"


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_sets_are_for_their_own_provinces(name):
    assert load_shipped(name).file.region == {"zhejiang-2020-07": "33", "anhui-2022-01": "34", "everyday": ""}[name]


def test_two_colours_for_the_same_facts_are_a_warning_unless_the_author_knows():
    twice = (
        HEAD
        + a_rule("red.y")
        + a_rule("yellow.x", '{ kind = "contact", where = { relation = { one_of = ["close"] } } }')
    )
    assert load(twice).warnings == (
        "rules red.y and yellow.x: the same facts turn a person red and yellow at once, so the red rule hides the "
        "other; if that is meant, write `beside` into one of them",
    )
    assert load(twice + 'beside = ["red.y"]').warnings == ()
    apart = twice.replace(
        '[{ kind = "contact" }]', '[{ kind = "contact", where = { relation = { none_of = ["close"] } } }]'
    )
    assert load(apart).warnings == ()


@pytest.mark.parametrize("letter", ["\\u0000", "\\u001b", "\\u202e"])
def test_a_character_that_nobody_sees_is_a_fault_at_its_place(letter):
    rule = (
        'name = "x"\nversion = 1\neffective_from = 2022-01-01\nsource = "s"\ntitle = { zh = "题", en = "t" }\n'
        '[[rules]]\nid = "yellow.a"\ncolour = "yellow"\nsource = "s"\nwithin_days = 3\nwhen = [{ kind = "contact" }]\n'
        f'text = {{ zh = "甲{letter}", en = "a" }}\nends_when = {{ zh = "乙", en = "b" }}\n'
    )
    with pytest.raises(RuleSetFault) as caught:
        load(rule)
    assert caught.value.findings == ("rule yellow.a: text.zh: there is a control character in it",)
