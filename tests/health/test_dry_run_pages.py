"""The pages of a dry run: every state has words in both languages, people are masked, and only some may steer."""

import csv
import io
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from ankang.core.sm import sm3
from ankang.health.models import DryRun, RuleRelease
from ankang.health.services.dry_runs import run_dry_run
from tests.places.builders import staff

from .builders import NOW, days, evidence
from .test_dry_runs import EXAMPLES, RULES, ask, five, ran  # noqa: F401
from .test_screens import a_resident, towns  # noqa: F401

pytestmark = pytest.mark.django_db


def page(client: Any, run: DryRun, lang: str = "en", part: str = "") -> str:
    """The page as HTML."""
    answer = client.get(f"/console/dry-runs/{run.pk}/{part}?lang={lang}")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def author(client: Any) -> Any:
    """A signed-in author of rules, of the whole province."""
    client.force_login(staff("rule_author", region="34"))
    return client


def a_draft(text: str = RULES) -> RuleRelease:
    """A draft of a rule set."""
    return RuleRelease.objects.create(
        name="candidate",
        version=2,
        text=text,
        digest=sm3(text.encode()),
        region="34",
        author_name="author",
        created_at=NOW,
        updated_at=NOW,
    )


def in_state(run: DryRun, **changes: Any) -> DryRun:
    """The dry run as if it were so."""
    DryRun.objects.filter(pk=run.pk).update(**changes)
    run.refresh_from_db()
    return run


def test_the_finding_is_one_sentence_in_both_languages(five: Any, author: Any) -> None:  # noqa: F811
    run = ran(RULES + EXAMPLES)
    chinese, english = page(author, run, "zh"), page(author, run)
    assert "按新规则，1人将由黄码变为红码；1人将由红码变为黄码；1人将由黄码变为绿码。" in chinese
    assert (
        "By the new rules, 1 person would turn from yellow code to red code; 1 person would turn from red code to "
        "yellow code; 1 person would turn from yellow code to green code." in english
    )
    assert "2个示例中有1个与所写不符" in chinese
    assert "1 of 2 worked examples do not come out as written" in english


def test_several_origins_of_one_colour_are_told_apart(author: Any) -> None:
    run = in_state(ran(), result={"people": 9, "by_move": {"green>yellow": 3000, "red>yellow": 12}})
    assert "按新规则，3,012人将变为黄码，其中3,000人原为绿码、12人原为红码。" in page(author, run, "zh")
    assert "3,012 people would turn to yellow code, of them 3,000 from green code, 12 from red code" in page(
        author, run
    )


def test_the_sample_is_masked_and_says_why(five: Any, author: Any) -> None:  # noqa: F811
    html = page(author, ran())
    assert [name in html for name in ("王*明", "李*海", "赵*二", "王小明", "E1000000")] == [True] * 3 + [False] * 2
    for words in ("High fever", "red.hot", "After 3 days", "No longer: Fever", "code-mark--red", "shapes.svg#yellow"):
        assert words in html


def test_the_sample_ends_where_the_readers_regions_end(five: Any, client: Any) -> None:  # noqa: F811
    run = ran()
    client.force_login(staff("health_commission", region="341802"))
    html = page(client, run)
    assert ("李*海" in html, "王*明" in html) == (True, False)
    assert "2 more of the sample live outside your regions." in html


def test_the_alarm_says_what_it_means(author: Any) -> None:
    alarm = {"people": 1234, "share": 0.2, "limit_people": 1000, "limit_share": 0.01}
    run = in_state(ran(), alarm=alarm)
    assert "Alarm: 1,234 people would turn to a worse colour." in page(author, run)
    assert "two different people have agreed" in page(author, run)
    assert "这超过了一次审批所能改变的1,000人" in page(author, run, "zh")


@pytest.mark.parametrize(
    ("changes", "zh", "en", "refreshes"),
    [
        ({"state": "waiting"}, "正在排队", "as soon as a worker is free", True),
        (
            {"state": "running", "done": 500, "total": 60_500, "busy_seconds": 1},
            "500 / 60,500人 · 每秒500人 · 约剩2分钟",
            "500 of 60,500 people · 500 a second · about 2 min left",
            True,
        ),
        ({"state": "running", "stop_wanted": True}, "正在算的这一批结束后停止", "It stops after the part", True),
        ({"state": "stopped"}, "试算已停止", "It was stopped", False),
        ({"state": "failed", "fault": "broken"}, "系统出了点问题", "Something went wrong on our side", False),
        ({"state": "failed", "fault": "gone"}, "所针对的内容已不存在", "is no longer there", False),
        ({"state": "failed", "fault": "unreadable\n<rule>: x"}, "规则无法读取", "&lt;rule&gt;: x", False),
        ({"state": "finished", "result": {"people": 0}}, "在档人员均不涉及", "Nobody on file is concerned", False),
        ({"state": "finished", "result": {"people": 7}}, "已核对7人，无人", "7 people were looked at", False),
    ],
)
def test_every_state_has_its_words(author: Any, changes: Any, zh: str, en: str, refreshes: bool) -> None:
    run = in_state(ask(), **changes)
    assert zh in page(author, run, "zh")
    assert en in page(author, run)
    fragment = page(author, run, part="now")
    whole = "HX-Refresh" in author.get(f"/console/dry-runs/{run.pk}/now").headers
    assert whole is not refreshes
    assert (en in fragment, "<html" in fragment, 'hx-trigger="every 2s"' in fragment) == (True, False, refreshes)


def test_a_draft_that_changed_since_is_told(author: Any) -> None:
    draft = a_draft()
    run = ran(reference=str(draft.pk))
    assert "has been changed since" not in page(author, run)
    RuleRelease.objects.filter(pk=draft.pk).update(digest=b"other")
    assert "has been changed since" in page(author, run)


def test_asked_for_on_the_page_stopped_resumed_and_run(five: Any, author: Any) -> None:  # noqa: F811
    draft = a_draft()
    answer = author.post("/console/dry-runs/ask", {"subject": "rule_set", "reference": draft.pk})
    run = DryRun.objects.get()
    assert answer.headers["Location"] == f"/console/dry-runs/{run.pk}/"
    assert (run.subject, run.reference, bytes(run.digest), run.text) == (
        "rule_set",
        str(draft.pk),
        bytes(draft.digest),
        RULES,
    )
    assert author.post(f"/console/dry-runs/{run.pk}/stop").status_code == 302
    fragment = author.post(f"/console/dry-runs/{run.pk}/resume", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in fragment
    run_dry_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result["changes"]) == ("finished", 3)
    assert author.post(f"/console/dry-runs/{run.pk}/stop").status_code == 409


@pytest.mark.parametrize("wanted", [{"subject": "rule_set", "reference": "999"}, {"subject": "colour"}, {}])
def test_what_is_not_there_cannot_be_tried(author: Any, wanted: dict[str, str]) -> None:
    assert author.post("/console/dry-runs/ask", wanted).status_code == 404
    assert author.get("/console/dry-runs/4711/").status_code == 404


def test_approvers_look_and_only_authors_steer(client: Any) -> None:
    run = ask()
    client.force_login(staff("approver", region="34"))
    assert "dry-run-stop" not in page(client, run)
    tries = [client.post(f"/console/dry-runs/{run.pk}/{what}").status_code for what in ("stop", "resume")]
    tries.append(client.post("/console/dry-runs/ask", {"subject": "rule_set", "reference": "1"}).status_code)
    assert tries == [403, 403, 403]
    client.force_login(staff("feed_officer"))
    assert client.get(f"/console/dry-runs/{run.pk}/").status_code == 403
    assert client.get(f"/console/dry-runs/{run.pk}/counts.csv").status_code == 403


def test_nothing_is_steered_by_a_link(author: Any) -> None:
    run = ask()
    assert [author.get(f"/console/dry-runs/{run.pk}/{what}").status_code for what in ("stop", "resume")] == [405, 405]


def test_the_counts_are_one_table(five: Any, author: Any) -> None:  # noqa: F811
    text = author.get(f"/console/dry-runs/{ran().pk}/counts.csv?lang=en").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["part", "name", "rule", "from", "would become", "number of people"]
    assert ["move", "", "", "red code", "yellow code", "1"] in rows
    assert ["rule", "High fever", "red.hot", "", "to a worse colour", "1"] in rows
    assert ["region", "341802-01", "", "yellow code", "green code", "1"] in rows
    assert ["total", "would change", "", "", "", "3"] in rows


def test_a_text_that_looks_like_a_formula_stays_a_text(towns: Any, author: Any) -> None:  # noqa: F811
    evidence(a_resident("王小明", "E10000001"), "contact", NOW - days(1), relation="close")
    run = ran(RULES)
    result = run.result | {"by_rule": {"x": {"text": {"zh": "=1+1", "en": "=1+1"}, "to_worse": 1, "to_better": 0}}}
    in_state(run, result=result)
    text = author.get(f"/console/dry-runs/{run.pk}/counts.csv").content.decode("utf-8-sig")
    assert ",'=1+1," in text


def test_a_page_that_includes_it_before_anybody_asked_offers_to_start(rf: RequestFactory) -> None:
    box = Template('{% include "health/dry_run.html" %}')
    request = rf.get("/console/")
    for role, offered in (("rule_author", True), ("approver", False)):
        request.user = staff(role, region="34")
        given = {"request": request, "dry_run": None, "dry_run_subject": "rule_set", "dry_run_reference": 12}
        html = box.render(Context(given))
        assert ("dry-run-ask" in html, 'name="reference" value="12"' in html) == (offered, offered)
