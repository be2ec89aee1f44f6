"""A rule set reproduces every example written in it; and the shipped ones say where each rule comes from."""

import pytest

from ankang.core.rules import failed_examples, load, load_shipped, shipped

SETS = {name: load_shipped(name) for name in shipped()}
LETTERS = {"zhejiang-2020-07": "Z20 ", "anhui-2022-01": "A22 ", "everyday": "E24 "}


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_set_reproduces_every_example_written_in_it(name):
    assert list(failed_examples(SETS[name])) == []
    assert len(SETS[name].file.examples) >= 5


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_set_gives_no_warning_and_names_the_source_line_of_each_rule(name):
    assert SETS[name].warnings == ()
    assert [rule.id for rule in SETS[name].rules if not rule.source.startswith(LETTERS[name])] == []


def test_the_examples_of_anhui_exercise_most_of_its_rules():
    shown = {rule for example in SETS["anhui-2022-01"].file.examples for rule in example.rules}
    assert {rule.id for rule in SETS["anhui-2022-01"].rules} - shown == {
        "red.unresolved", "red.secondary_contact", "red.venue",
        "yellow.symptoms", "yellow.exposed", "yellow.potential_contact",
    }  # fmt: skip


def test_the_everyday_set_only_advises_and_always_ends_by_itself():
    assert {(rule.colour, rule.within_days is not None) for rule in SETS["everyday"].rules} == {("yellow", True)}


BASE = """
name = "a-set"
version = 1
effective_from = 2020-07-06
source = "test"
title = { zh = "规则", en = "Rules" }
[[rules]]
id = "yellow.contact"
colour = "yellow"
source = "test"
text = { zh = "中", en = "en" }
ends_when = { zh = "中", en = "en" }
when = [{ kind = "contact" }]
within_days = 7
[[examples]]
says = "a contact"
at = 2022-01-02T00:00:00
evidence = [{ kind = "contact", occurred_at = 2022-01-01T00:00:00, attributes = { relation = "close" } }]
"""


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('colour = "yellow"\nrules = ["yellow.contact"]', None),
        ('colour = "yellow"\nrules = ["yellow.contact"]\nuntil = 2022-01-08T00:00:00', None),
        ('colour = "green"', "green is written, yellow comes out (yellow.contact)"),
        ('colour = "yellow"', "rules [] are written, ['yellow.contact'] come out"),
        (
            'colour = "yellow"\nrules = ["yellow.contact"]\nuntil = 2022-01-09T00:00:00',
            "until 2022-01-09T00:00:00 is written, 2022-01-08T00:00:00+08:00 comes out",
        ),
    ],
)
def test_an_example_that_does_not_come_out_says_what_does(written, complaint):
    said = list(failed_examples(load(BASE + written)))
    assert said == ([f"example 1 (a contact): {complaint}"] if complaint else [])


def test_evidence_in_an_example_is_checked_like_any_other():
    wrong = BASE.replace('relation = "close"', 'relation = "cousin"') + 'colour = "green"'
    (said,) = failed_examples(load(wrong))
    assert said == "example 1 (a contact): evidence cannot be taken: Invalid enum value 'cousin' - at `$.relation`"
