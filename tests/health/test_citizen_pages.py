"""My health file: complete, in plain words, mine alone, and safe to look at whatever stands in the records."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from ankang.core.colours import Colour
from ankang.core.statements import verify_statement
from ankang.health.services import check_person, retract_evidence
from ankang.health.services.history import ColourSpell
from ankang.health.services.personal_file import health_file
from ankang.health.services.statements import statement_of
from ankang.health.timeline import LEFT, RIGHT, draw
from ankang.trust.keyring import keyring

from .builders import NOW, days, evidence, isolation, seconds
from .residents import Resident, a_resident, applied, in_english, ningguo

__all__ = ["applied", "in_english", "ningguo"]
pytestmark = pytest.mark.django_db
SHANGHAI = timedelta(hours=8)


@pytest.fixture
def resident(applied: Callable[..., Any]) -> Resident:
    """王小明 with a fever since yesterday: yellow."""
    someone = a_resident(applied)
    evidence(someone.person, "symptom", NOW - days(1), code="fever", note="<script>alert(1)</script>")
    return someone


def text(answer: Any) -> str:
    """What a reader reads: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_the_reason_and_the_next_step_stand_in_one_sentence(resident: Resident) -> None:
    day = localdate(NOW - days(1))
    chinese = resident.browser("zh-hans").get("/me/health").content.decode()
    assert f"{day.month}月{day.day}日起，有发热症状。怎样解除：无流行病学史的，核酸检测阴性或发热症状消除" in chinese
    english = text(resident.browser().get("/me/health"))
    assert f"Since {day.day} {day:%b}: Fever. How it ends: Without epidemiological history: a negative" in english


def test_every_record_is_there_with_its_source_and_what_counts_is_marked(resident: Resident) -> None:
    test = evidence(resident.person, "nucleic_test", NOW - days(5), result="negative", sampled_at=seconds(NOW - days(6)))
    retract_evidence(resident.person, test, "another person's sample", "cdc", NOW)
    page = resident.browser().get("/me/health").content.decode()
    records = re.findall(r'<li class="record([^"]*)".*?record__title">([^<]*)<(.*?)</li>', page, re.DOTALL)
    assert [(marks.split(), title) for marks, title, _ in records] == [
        (["record--matters"], "Symptom (fever)"),
        (["record--gone"], "Nucleic acid test (negative)"),
    ]
    assert all("宁国市疾控中心" in rest for _, _, rest in records)
    assert "another person&#x27;s sample" in records[1][2]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_day_in_the_past_is_answered_with_what_was_shown_and_why(resident: Resident) -> None:
    later = NOW + days(3)
    evidence(resident.person, "nucleic_test", later, later, result="negative", sampled_at=seconds(later))
    check_person(resident.person, later)
    file = health_file(resident.person, later)
    assert [spell.colour for spell in file.spells] == [Colour.GREY, Colour.YELLOW, Colour.GREEN]
    page = text(resident.browser().get("/me/health", {"day": str(localdate(NOW))}))
    assert ("yellow code" in page, "Fever. How it ends" in page) == (True, True)


@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31", "yesterday", "0001-01-01", "<script>", "2026-11-1' OR 1"])
def test_a_day_that_is_none_is_refused_in_words(resident: Resident, day: str) -> None:
    answer = resident.browser().get("/me/health", {"day": day})
    assert (answer.status_code, "Choose a day, today at the latest." in text(answer)) == (200, True)
    assert "<script>" not in answer.content.decode()


def test_before_the_application_there_was_no_code(resident: Resident) -> None:
    page = text(resident.browser().get("/me/health", {"day": "2020-05-03"}))
    assert "You had no code on that day." in page


def test_the_file_to_take_along_is_complete_and_its_statements_are_genuine(resident: Resident) -> None:
    order = isolation(resident.person, NOW - days(1), NOW + days(6))
    statement_of(resident.person, NOW)
    retract_evidence(resident.person, order, "wrong person", "cdc", NOW)
    answer = resident.browser().get("/me/health.json")
    assert answer["Content-Disposition"].startswith('attachment; filename="ankang-health-file-')
    file = json.loads(answer.content)
    assert set(file) == {"format", "made_at", "holder", "colour", "evidence", "colours", "statements"}
    assert file["holder"]["name"] == "王*明"
    told = [(record["kind"], record["counts_for_colour_now"], record["retracted"]) for record in file["evidence"]]
    gone = {"at": seconds(NOW), "reason": "wrong person"}
    assert sorted(told) == [("isolation", False, gone), ("symptom", True, None)]
    assert [change["colour"] for change in file["colours"]] == ["yellow", "red", "yellow", "grey"]
    said = [verify_statement(json.dumps(one), keyring().statement_keys()).statement for one in file["statements"]]
    assert {one.colour for one in said} == {"red", "yellow"}


def test_the_api_tells_the_colour_in_both_languages_and_gives_the_signed_file(resident: Resident) -> None:
    client = Client(headers={"Authorization": f"Bearer {resident.token}"})
    told = client.get("/api/v1/me/colour").json()
    assert (told["colour"], told["since"], told["rule_set"]) == ("yellow", seconds(NOW - days(1)), "zhejiang-2020-07/1")
    reason = told["reasons"][0]
    assert (reason["rule"], reason["plain"]["zh"].count("有发热症状"), reason["plain"]["en"].count("Fever")) == (
        "yellow.fever",
        1,
        1,
    )
    file = client.get("/api/v1/me/statement")
    assert verify_statement(file.content.decode(), keyring().statement_keys()).statement.colour == "yellow"


def test_a_green_code_has_no_reason_to_print_and_says_so(applied: Callable[..., Any]) -> None:
    someone = a_resident(applied)
    check_person(someone.person, NOW)
    browser = someone.browser()
    assert "there is nothing to explain" in text(browser.get("/me/reason"))
    assert browser.get("/me/reason.json").status_code == 404
    answer = browser.get("/api/v1/me/statement")
    assert (answer.status_code, answer.json()["error"]) == (404, "nothing_to_explain")
    assert browser.get("/api/v1/me/colour").json()["reasons"] == []


def test_the_paper_shows_the_words_and_lists_earlier_ones(resident: Resident) -> None:
    first = statement_of(resident.person, NOW)
    isolation(resident.person, NOW - days(1), NOW + days(6))
    assert first is not None
    browser = resident.browser()
    page = browser.get("/me/reason")
    assert ("Under an order of central isolation" in text(page), f"/me/reason/{first.id}" in page.content.decode()) == (
        True,
        True,
    )
    old = browser.get(f"/me/reason/{first.id}")
    assert "Under an order" not in text(old).split("Other signed reasons")[0]
    file = browser.get(f"/me/reason/{first.id}.json").content.decode()
    assert verify_statement(file, keyring().statement_keys()).statement == first.said


PAGES = ["/me/health", "/me/health.json", "/me/reason", "/me/reason.json"]


def test_nobody_sees_anybody_elses_file(resident: Resident, applied: Callable[..., Any]) -> None:
    stored = statement_of(resident.person, NOW)
    assert stored is not None
    other = a_resident(applied, 2, "李大山")
    check_person(other.person, NOW)
    pages = [f"/me/reason/{stored.id}", f"/me/reason/{stored.id}.json"]
    assert [other.browser().get(page).status_code for page in pages] == [404, 404]
    seen = "".join(other.browser().get(page).content.decode() for page in [*PAGES, "/api/v1/me/colour"])
    theirs = ("王*明", "yellow code", "Fever", "发热", str(stored.id), stored.said.reasons[0].evidence[0])
    assert [word for word in theirs if word in seen] == []
    strangers = [Client().get(page) for page in [*PAGES, *pages]]
    assert {(answer.status_code, answer.headers["Location"].split("?")[0]) for answer in strangers} == {(302, "/sign-in")}
    assert [Client().get(f"/api/v1/me/{name}").status_code for name in ("colour", "statement")] == [401, 401]


def test_the_drawing_stays_in_its_frame_and_touches_nothing(resident: Resident) -> None:
    for hour in range(30):
        evidence(resident.person, "temperature", NOW - days(2) - timedelta(hours=hour), celsius=36.5)
    evidence(resident.person, "vaccination", NOW - days(200), dose=1, product="灭活疫苗")
    file = health_file(resident.person, NOW)
    spells = [ColourSpell(Colour.YELLOW, NOW - days(400), None)]
    for span in (30, 90, 365):
        drawn = draw(spells, file.records, NOW, span)
        marks = [mark for lane in drawn.lanes for mark in lane.marks]
        assert all(LEFT <= mark.x <= RIGHT and mark.y < drawn.axis for mark in marks)
        near = [
            (one, two) for one in marks for two in marks if one is not two and abs(one.x - two.x) + abs(one.y - two.y) < 20
        ]
        assert near == []
        assert len(marks) + drawn.left_out == len(file.records)
        assert [(band.x, band.x + band.width) for band in drawn.bands] == [(LEFT, RIGHT)]
    assert [draw(spells, file.records, NOW, span).left_out for span in (30, 90, 365)] == [1, 1, 0]


def test_a_file_with_nothing_in_it_is_drawn_too() -> None:
    drawn = draw([], [], NOW, 30)
    assert (drawn.bands, drawn.lanes, drawn.first, drawn.left_out) == ((), (), None, 0)
    assert drawn.height > drawn.axis > 0
