"""docs/rules.md is true: its example loads, its commands print what it shows, and it leaves out no field."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ankang.core.evidence import ATTRIBUTES
from ankang.core.rules import language

DOCUMENT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(language_: str) -> list[str]:
    return re.findall(rf"```{language_}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize("number", [0, 1])
def test_the_commands_print_what_the_document_shows(tmp_path, number):
    (tmp_path / "my-city.toml").write_text(blocks("toml")[0], encoding="utf-8")
    (tmp_path / "evidence.jsonl").write_text(blocks("json")[0], encoding="utf-8")
    command, _, shown = blocks("console")[number].partition("\n")
    typed = command.removeprefix("$ ankang")
    done = subprocess.run(
        f"{sys.executable} -m ankang.cli{typed}", shell=True, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (shown, "")


STRUCTS = [
    *(language.RuleFile, language.Rule, language.Match, language.Condition, language.Ending, language.History),
    *(language.OnEvidence, language.Served, language.IsolationOver, language.Elapsed, language.RuleOver),
    *(language.Example, language.ExampleRecord, language.ExampleArea),
]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_field_of_a_rule_set_is_explained(struct):
    assert [name for name in struct.__struct_fields__ if f"`{name}`" not in DOCUMENT] == []


def test_every_step_is_explained():
    tags = [step.__struct_config__.tag for step in language.Step.__args__]
    assert [tag for tag in tags if f'`on = "{tag}"`' not in DOCUMENT] == []


@pytest.mark.parametrize("kind", sorted(ATTRIBUTES))
def test_every_kind_of_evidence_and_its_attributes_are_listed(kind):
    (line,) = [line for line in DOCUMENT.splitlines() if line.startswith("| ") and f"`{kind}`" in line.split("|")[1]]
    assert [name for name in ATTRIBUTES[kind].__struct_fields__ if f"`{name}`" not in line] == []
