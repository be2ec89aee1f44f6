"""Rule sets as files: a sound one loads, a fault names the rule and says what is wrong."""

from importlib import resources

import pytest

from ankang.core.colours import Colour
from ankang.core.evidence import a_record
from ankang.core.rules import RuleSetFault, evaluate, load, load_shipped

DAY = 86_400
HEAD = (
    'name = "a-set"\nversion = 3\neffective_from = 2020-07-06\nsource = "test"\ntitle = { zh = "规则", en = "Rules" }\n'
)


def a_rule(
    when: str = 'kind = "contact"',
    ends: str = '{ on = "elapsed", days = 7 }',
    identity: str = "yellow.x",
    **more: str,
) -> str:
    extra = "".join(f"{name} = {value}\n" for name, value in more.items())
    return (
        f'[[rules]]\nid = "{identity}"\ncolour = "yellow"\nsource = "test"\n{extra}'
        f'text = {{ zh = "中", en = "en" }}\nends_when = {{ zh = "中", en = "en" }}\n'
        f"[[rules.when]]\n{when}\n[[rules.ends]]\nsteps = [{ends}]\n"
    )


def test_a_set_of_ones_own_is_a_file_away():
    rules = load(HEAD + a_rule())
    contact = a_record("1", "contact", 1000, {"relation": "general"})
    assert rules.name == "a-set/3"
    assert [evaluate([contact], rules, moment).colour for moment in (999, 1000, 1000 + 7 * DAY)] == [
        Colour.GREEN,
        Colour.YELLOW,
        Colour.GREEN,
    ]


def test_steps_follow_one_another():
    negative = 'kind = "nucleic_test", where = { result = { one_of = ["negative"] } }'
    ends = f'{{ on = "evidence", after_hours = 24, {negative} }}, {{ on = "elapsed", days = 1 }}'
    rules = load(HEAD + a_rule(ends=ends))
    contact = a_record("1", "contact", 0, {"relation": "general"})
    too_early, in_time = (
        a_record(str(at), "nucleic_test", at, {"result": "negative", "sampled_at": at}) for at in (DAY - 1, DAY)
    )
    assert evaluate([contact, too_early], rules, 90 * DAY).colour is Colour.YELLOW
    assert evaluate([contact, too_early, in_time], rules, DAY).until == 2 * DAY


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name = ", "the file cannot be read as TOML: Invalid value"),
        (HEAD, "rules"),
        (HEAD + a_rule() + a_rule(), "yellow.x: the id is used twice"),
        (HEAD + a_rule(identity="red.x"), "red.x: the id says another colour"),
        (HEAD + a_rule(when='kind = "scan"'), "rule yellow.x: when 1: no evidence kind is called 'scan'"),
        (
            HEAD + a_rule(when='kind = "contact"\nwhere.colour.one_of = ["red"]'),
            "'contact' has no attribute 'colour'",
        ),
        (HEAD + a_rule(when='kind = "contact"\nwhere.relation = {}'), "the condition on 'relation' is empty"),
        (HEAD + a_rule(when='kind = "contact"\nareas = ["high"]'), "only a stay has areas"),
        (HEAD + a_rule(ends='{ on = "order_over" }'), "'order_over' fits isolation only"),
        (HEAD + a_rule(ends='{ on = "area_lifted" }'), "'area_lifted' needs areas"),
        (HEAD + a_rule(ends='{ on = "never" }'), "never"),
        (HEAD + a_rule(ends='{ on = "elapsed", days = 0 }'), "days"),
        (HEAD + a_rule(ends=""), "steps"),
        (HEAD + a_rule(strength='"10"'), "strength"),
    ],
)
def test_a_fault_says_where_it_is(text, complaint):
    with pytest.raises(RuleSetFault) as caught:
        load(text)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere-2020-01", "../data/zhejiang-2020-07", ""])
def test_a_set_that_does_not_ship_is_refused(name):
    with pytest.raises(RuleSetFault):
        load_shipped(name)


def test_every_test_that_ends_a_colour_is_a_negative_one():
    """The warning in domain.md §1, held against the data themselves."""
    for file in resources.files("ankang.core.rules").joinpath("data").iterdir():
        for rule in load(file.read_text(encoding="utf-8")).rules:
            steps = [
                step for ending in rule.ends for step in ending.steps if getattr(step, "kind", "").endswith("_test")
            ]
            assert all(step.where["result"].one_of == ("negative",) for step in steps)
