"""A dry run tells who would change and touches nothing; it survives being stopped, killed and asked for twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ankang.config.settings import load_settings
from ankang.core.colours import Colour
from ankang.core.evidence import a_record
from ankang.core.rules import load
from ankang.core.sm import sm3
from ankang.health.errors import MomentIsPast
from ankang.health.models import DryRun
from ankang.health.rules import State
from ankang.health.services.dry_runs import (
    CANDIDATES,
    Candidate,
    alarm_of,
    ask_dry_run,
    latest_dry_run,
    resume_dry_run,
    run_dry_run,
)
from ankang.health.services.dry_runs.counting import SAMPLE, Turn, add_to_sample, spread

from .builders import NOW, a_person, days, evidence, feed, seconds, unknown_person
from .test_screens import a_resident, towns  # noqa: F401

pytestmark = pytest.mark.django_db

RULES = """
name = "candidate"
version = 2
effective_from = 2022-01-01
title = { zh = "试行规则", en = "Rules on trial" }
source = "Notice 1"

[[rules]]
id = "yellow.contact"
colour = "yellow"
source = "line 1"
text = { zh = "接触者", en = "Contact" }
ends_when = { zh = "满7天", en = "After 7 days" }
within_days = 7
when = [{ kind = "contact" }]

[[rules]]
id = "red.hot"
colour = "red"
source = "line 2"
text = { zh = "高热", en = "High fever" }
ends_when = { zh = "满3天", en = "After 3 days" }
within_days = 3
when = [{ kind = "temperature", where = { celsius = { at_least = 39 } } }]
"""
EXAMPLES = """
[[examples]]
says = "a contact is yellow"
at = 2022-01-11T12:00:00+08:00
colour = "yellow"
rules = ["yellow.contact"]
evidence = [{ kind = "contact", occurred_at = 2022-01-10T08:00:00+08:00, attributes = { relation = "close" } }]

[[examples]]
says = "a contact is red"
at = 2022-01-11T12:00:00+08:00
colour = "red"
rules = ["red.hot"]
evidence = [{ kind = "contact", occurred_at = 2022-01-10T08:00:00+08:00, attributes = { relation = "close" } }]
"""


def ask(text: str = RULES, reference: str = "7", moment: Any = NOW) -> DryRun:
    """A dry run of these rules, not yet begun."""
    return ask_dry_run("rule_set", reference, sm3(text.encode()), text, moment, None, NOW)


def ran(text: str = RULES, **named: Any) -> DryRun:
    """A dry run of these rules, at its end."""
    run = ask(text, **named)
    run_dry_run(run.pk)
    run.refresh_from_db()
    return run


def everything() -> list[Any]:
    """Every row that a colour is made of, or goes into."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.* FROM health_colour c ORDER BY person")
        colours = cursor.fetchall()
        cursor.execute("SELECT * FROM health_evidence ORDER BY id")
        records = cursor.fetchall()
        cursor.execute("SELECT * FROM health_feedhead")
        return [colours, records, cursor.fetchall(), feed()]


@pytest.fixture
@transaction.atomic
def five(towns: None) -> dict[str, int]:  # noqa: F811
    """Five people: a contact (red now), a feverish one (yellow now), one with 39.5 °C that is read now, two well."""
    people = {
        "contact": a_resident("王小明", "E10000001", "341881-01"),
        "fever": a_resident("李大海", "E10000002", "341802-01"),
        "hot": a_resident("赵一二", "E10000003", "341881-01"),
        "well": a_resident("钱三四", "E10000004", "341881-01"),
        "nowhere": a_person(),
    }
    evidence(people["contact"], "contact", NOW - days(1), relation="close")
    evidence(people["fever"], "symptom", NOW - days(1), code="fever")
    evidence(people["hot"], "temperature", NOW - days(1), celsius=39.5)
    evidence(people["nowhere"], "vaccination", NOW - days(1), dose=1, product="BBIBP-CorV")
    return people


def test_it_counts_who_would_change_by_move_rule_and_region(five: dict[str, int]) -> None:
    run = ran()
    assert (run.state, run.fault, run.alarm) == ("finished", "", None)
    assert {name: run.result[name] for name in ("changes", "worse", "better", "by_move", "by_rule", "by_region")} == {
        "changes": 3,
        "worse": 1,
        "better": 2,
        "by_move": {"red>yellow": 1, "yellow>red": 1, "yellow>green": 1},
        "by_rule": {
            "red.close_contact": {
                "text": {
                    "zh": "确诊、疑似病人或无症状感染者的密切接触者",
                    "en": "Close contact of a confirmed, suspected or asymptomatic case",
                },
                "to_worse": 0,
                "to_better": 1,
            },
            "yellow.fever": {
                "text": {"zh": "有发热症状", "en": "Fever"},
                "to_worse": 0,
                "to_better": 1,
            },
            "red.hot": {"text": {"zh": "高热", "en": "High fever"}, "to_worse": 1, "to_better": 0},
        },
        "by_region": {
            "341881-01": {
                "name": {"zh": "区341881-01", "en": "341881-01"},
                "red>yellow": 1,
                "yellow>red": 1,
            },
            "341802-01": {"name": {"zh": "区341802-01", "en": "341802-01"}, "yellow>green": 1},
        },
    }
    assert (run.result["not_green_before"], run.result["not_green_after"]) == (3, 2)
    assert run.result["same"] == run.result["people"] - 3
    assert run.total == run.done == run.result["people"]


def test_nothing_is_touched(five: dict[str, int]) -> None:
    before = everything()
    assert ran().result["changes"] == 3
    assert everything() == before


def test_the_sample_says_why(five: dict[str, int]) -> None:
    sample = {one["person"]: one for one in ran().sample}
    assert {person: one["move"] for person, one in sample.items()} == {
        five["contact"]: "red>yellow",
        five["fever"]: "yellow>green",
        five["hot"]: "yellow>red",
    }
    (reason,) = sample[five["hot"]]["reasons"]
    begun = seconds(NOW - days(1))
    assert {name: reason[name] for name in ("rule", "text", "ends_when", "since", "until")} == {
        "rule": "red.hot",
        "text": {"zh": "高热", "en": "High fever"},
        "ends_when": {"zh": "满3天", "en": "After 3 days"},
        "since": begun,
        "until": begun + 3 * 86400,
    }
    assert [reason["rule"] for reason in sample[five["fever"]]["before"]] == ["yellow.fever"]
    assert sample[five["fever"]]["reasons"] == []


def test_a_later_moment_is_counted_as_of_then(five: dict[str, int]) -> None:
    assert ran(moment=NOW + days(2.5)).result["by_move"] == {
        "red>yellow": 1,
        "yellow>green": 2,
    }


def test_people_with_evidence_alone_are_counted_without_a_region() -> None:
    person = unknown_person()
    with transaction.atomic():
        evidence(person, "contact", NOW - days(1), relation="close")
    run = ran()
    assert (run.result["by_region"][""], run.sample[0]["person"]) == (
        {"name": {"zh": "", "en": ""}, "red>yellow": 1},
        person,
    )


def test_rules_that_concern_nobody_change_nobody() -> None:
    run = ran()
    assert (run.state, run.result["changes"], run.sample, run.alarm) == ("finished", 0, [], None)


def test_the_worked_examples_are_executed_with_the_candidate() -> None:
    written = ran(RULES + EXAMPLES).result["examples"]
    assert (written["written"], len(written["failed"])) == (2, 1)
    assert "a contact is red" in written["failed"][0]


def test_the_same_candidate_again_is_the_one_that_is_open() -> None:
    first = ask()
    assert ask().pk == first.pk
    assert ask(RULES + EXAMPLES).pk != first.pk
    assert ask(reference="8").pk != first.pk
    run_dry_run(first.pk)
    again = ask()
    assert again.pk != first.pk
    assert latest_dry_run("rule_set", "7", sm3(RULES.encode())) == again
    assert latest_dry_run("rule_set", "7", b"another") is None


def test_a_moment_that_is_over_is_refused() -> None:
    assert ask(moment=NOW - timedelta(minutes=59)).state == "waiting"
    with pytest.raises(MomentIsPast):
        ask(moment=NOW - timedelta(minutes=61))


def test_rules_that_cannot_be_read_fail_with_the_findings(five: dict[str, int]) -> None:
    run = ran(RULES.replace("within_days = 7\n", ""))
    code, *findings = run.fault.splitlines()
    assert (run.state, code, run.result.get("people")) == ("failed", "unreadable", 0)
    assert any("yellow.contact" in finding for finding in findings)
    assert resume_dry_run(run.pk).state == "waiting"


def test_a_candidate_that_breaks_fails_and_says_so(five: dict[str, int]) -> None:
    CANDIDATES["broken"] = lambda run: Candidate(None)  # type: ignore[arg-type]
    try:
        run = ask_dry_run("broken", "1", b"x", "", NOW, None, NOW)
        run_dry_run(run.pk)
        run.refresh_from_db()
        assert (run.state, run.fault) == ("failed", "broken")
    finally:
        del CANDIDATES["broken"]


def test_evidence_that_is_not_on_file_is_tried_out_by_its_own_candidate(five: dict[str, int]) -> None:
    record = a_record("x", "temperature", seconds(NOW - days(1)), {"celsius": 40.0})
    CANDIDATES["batch"] = lambda run: Candidate(load(RULES), extra={five["well"]: [record]})
    try:
        run = ask_dry_run("batch", "1", b"x", "", NOW, None, NOW)
        run_dry_run(run.pk)
        run.refresh_from_db()
        assert run.result["by_move"]["green>red"] == 1
        assert "examples" not in run.result
    finally:
        del CANDIDATES["batch"]


def test_the_alarm_begins_with_one_person_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert alarm_of({"worse": 1000, "on_file": 10_000_000}, NOW) is None
    assert alarm_of({"worse": 1001, "on_file": 10_000_000}, NOW) == {
        "people": 1001,
        "share": 0.0001,
        "limit_people": 1000,
        "limit_share": 0.01,
    }
    assert alarm_of({"worse": 38, "on_file": 3829}, NOW) is None
    assert alarm_of({"worse": 39, "on_file": 3829}, NOW) == {
        "people": 39,
        "share": 0.010185,
        "limit_people": 38,
        "limit_share": 0.01,
    }
    assert alarm_of({"worse": 10, "on_file": 12}, NOW) is None
    assert alarm_of({}, NOW) is None
    monkeypatch.setenv("ANKANG_ALARM_PEOPLE", "5")
    load_settings.cache_clear()
    assert alarm_of({"worse": 6, "on_file": 10_000}, NOW) is not None
    monkeypatch.undo()
    load_settings.cache_clear()


def test_a_dry_run_that_turns_many_keeps_its_alarm() -> None:
    with transaction.atomic():
        for _ in range(11):
            evidence(a_person(), "temperature", NOW - days(1), celsius=39.2)
    run = ran()
    assert run.alarm is not None
    assert (run.alarm["people"], run.alarm["limit_people"]) == (11, 10)


kinds = st.sampled_from([(Colour.GREEN, Colour.RED), (Colour.GREEN, Colour.YELLOW), (Colour.RED, Colour.GREEN)])


@given(st.lists(st.tuples(st.integers(1, 10**6), kinds), unique_by=lambda one: one[0], max_size=150), st.data())
def test_the_sample_is_the_same_however_the_people_come_in_chunks(found: list[Any], data: st.DataObject) -> None:
    turns = [Turn(person, was, [], State(new, NOW, None, [], "x/1"), "", {}) for person, (was, new) in found]
    cut = data.draw(st.integers(0, len(turns)))
    at_once = spread(add_to_sample([], turns, "seed"))
    assert spread(add_to_sample(add_to_sample([], turns[:cut], "seed"), turns[cut:], "seed")) == at_once
    assert len(at_once) == min(SAMPLE, len(turns))
    counts = [sum(one["move"] == move for one in at_once) for move in {turn.move for turn in turns}]
    of_kind = [sum(turn.move == move for turn in turns) for move in {turn.move for turn in turns}]
    assert all(count == kind or count >= SAMPLE // 3 for count, kind in zip(counts, of_kind, strict=True))
