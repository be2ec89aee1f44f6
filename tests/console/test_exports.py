"""Files out of lists: masked at once; in full with a purpose and another person's yes, marked, once, and on record."""

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from openpyxl import load_workbook
from pypdf import PdfReader

from ankang.access.services.looking_up import look_up
from ankang.base.approvals import MakerCannotDecide, decide
from ankang.base.errors import NotAllowed
from ankang.base.exports import (
    SUBJECTS,
    ExportGone,
    ask_export,
    expire_exports,
    export_with_mark,
    fetch_export,
    mark_of,
)
from ankang.base.models import AccessRecord, Approval, Export
from ankang.base.reading import alive, as_csv, inert
from ankang.base.reading.tables import text_rows
from tests.laws.access_ground import a_side, staff_of
from tests.people.conftest import a_document, applied, in_english, ningguo  # noqa: F401
from tests.places.builders import NOW, a_checkpoint, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(applied: Callable[..., Any]) -> Any:  # noqa: F811
    return applied().person


def _signed_in(client: Any, user: Any) -> None:
    client.force_login(user)
    session = client.session
    session["ankang_confirmed_at"] = time.time()
    session.save()


def _approved(user: Any, form: str = "csv", purpose: str = "流调 12 号") -> Export:
    made = ask_export(user, SUBJECTS["people"], "", form, purpose, "zh", NOW)
    asked = Approval.objects.get(pk=made.approval)
    decide(asked.pk, staff("approver"), True, bytes(asked.digest), NOW)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_a_masked_file_comes_at_once_and_names_who_took_it(client: Any, person: Any, form: str) -> None:
    _signed_in(client, staff("hotline_agent"))
    answer = client.post("/console/exports/ask", {"list": "people", "form": form, "kind": "masked"})
    row = Export.objects.get()
    text = _text(form, answer.content)
    assert (answer.status_code, row.state, row.masked) == (200, "fetched", True)
    assert (a_document() in text, "王小明" in text, mark_of(row.pk, 1) in text.replace("\n", ""), row.by_name in text) == (
        False,
        False,
        True,
        True,
    )


LISTS = {
    "people": "hotline_agent", "colours": "hotline_agent", "requests": "operations", "carriers": "operations",
    "checkpoints": "checkpoint_manager", "organisations": "checkpoint_manager", "devices": "checkpoint_manager",
    "visits": "checkpoint_manager", "staff": "security_administrator", "reads": "auditor", "look_ups": "auditor",
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_every_list_can_be_taken_away_masked(client: Any, form: str) -> None:
    side = a_side("ningguo")
    for key, role in LISTS.items():
        _signed_in(client, staff_of(side, f"takes-{key}", role))
        answer = client.post("/console/exports/ask", {"list": key, "form": form, "kind": "masked"})
        row = Export.objects.order_by("pk").last()
        text = _text(form, answer.content)
        assert (answer.status_code, row.subject if row else "", side.marks["name"] in text, side.marks["document"] in text) == (
            200, key, False, False
        )
        assert (row.rows > 0, mark_of(row.pk, 1) in text.replace("\n", "")) == (key not in ("visits", "carriers"),) * 2, key
    assert set(LISTS) == set(SUBJECTS)


def test_staff_in_full_need_another_security_administrator(client: Any) -> None:
    one, other = staff("security_administrator"), staff("security_administrator")
    User.objects.filter(pk=other.pk).update(first_name="欧阳明明")
    masked = client.post
    _signed_in(client, one)
    body = masked("/console/exports/ask", {"list": "staff", "form": "csv", "kind": "masked"}).content.decode("utf-8-sig")
    client.post("/console/exports/ask", {"list": "staff", "form": "csv", "kind": "clear", "purpose": "年度核对"})
    row = Export.objects.get(masked=False)
    asked = Approval.objects.get(pk=row.approval)
    decide(asked.pk, other, True, bytes(asked.digest), NOW)
    answer = client.post(f"/console/exports/{row.pk}/fetch")
    assert ("欧阳明明" in body, "欧阳明明" in answer.content.decode("utf-8-sig")) == (False, True)


@pytest.mark.parametrize("log", ["reads", "look_ups"])
def test_who_read_and_who_looked_up_is_named_after_a_security_administrator_s_yes(client: Any, person: Any, log: str) -> None:
    reader, auditor, other = staff("hotline_agent"), staff("auditor"), staff("auditor")
    User.objects.filter(pk=reader.pk).update(first_name="司马青衫")
    reader.refresh_from_db()
    look_up(reader, a_document(), "hotline: 工单 7", NOW)
    name = {"reads": reader.username, "look_ups": "司马青衫"}[log]
    masked = {"reads": "s*f", "look_ups": "司*衫"}[log]
    _signed_in(client, auditor)
    asks = {"list": log, "form": "csv", "kind": "masked"}
    text = client.post("/console/exports/ask", asks).content.decode("utf-8-sig")
    assert (name in text, f",{masked}," in text, "处理申诉或 12345 来电: 工单 7" in text, "hotline" in text) == (False, True, True, False)
    wrong = {"reads": "since=gestern", "look_ups": "outcome=x"}[log]  # a filter that nobody knows must not give the whole list
    assert client.post("/console/exports/ask", asks | {"query": wrong}).status_code == 422
    page = client.get({"reads": "/console/reads/", "look_ups": "/console/reads/look-ups/?outcome=found"}[log]).content.decode()
    assert f"/console/exports/ask?list={log}" in page
    assert client.post("/console/exports/ask", asks | {"kind": "clear", "purpose": " "}).status_code == 422
    client.post("/console/exports/ask", asks | {"kind": "clear", "purpose": "年度审计"})
    row = Export.objects.get(masked=False)
    asked = Approval.objects.get(pk=row.approval)
    for who, problem in ((auditor, MakerCannotDecide), (other, NotAllowed)):
        with pytest.raises(problem):
            decide(asked.pk, who, True, bytes(asked.digest), NOW)
    assert client.post(f"/console/exports/{row.pk}/fetch").status_code == 410
    look_up(reader, a_document(), "hotline: 工单 8", NOW)
    decide(asked.pk, staff("security_administrator"), True, bytes(asked.digest), NOW)
    text = client.post(f"/console/exports/{row.pk}/fetch").content.decode("utf-8-sig")
    assert (f",{name}," in text, "年度审计" in text, mark_of(row.pk, 1) in text, "工单 8" in text) == (True, True, True, False)
    row.refresh_from_db()
    assert (row.state, row.rows, row.purpose, row.sealed) == ("fetched", 1, "年度审计", None)


def test_colours_in_full_are_read_on_record(client: Any, person: Any) -> None:
    health = staff("health_commission")
    _signed_in(client, health)
    client.post("/console/exports/ask", {"list": "colours", "form": "csv", "kind": "clear", "purpose": "流调 13 号"})
    row = Export.objects.get()
    asked = Approval.objects.get(pk=row.approval)
    decide(asked.pk, staff("approver"), True, bytes(asked.digest), NOW)
    body = client.post(f"/console/exports/{row.pk}/fetch").content.decode("utf-8-sig")
    read = AccessRecord.objects.get(person=person.pk)
    assert ("王小明" in body, "流调 13 号" in body, read.fields, read.reader) == (True, True, ["colour", "name"], health.pk)


def test_a_long_list_is_taken_whole_in_parts(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ankang.base.exports.MOST_MASKED", 2)
    monkeypatch.setattr("ankang.base.list_views.exports.MOST_MASKED", 2)
    doors = [a_checkpoint() for _ in range(5)]
    _signed_in(client, staff("checkpoint_manager"))
    asks = {"list": "checkpoints", "form": "csv"}
    assert client.post("/console/exports/ask", asks).status_code == 413
    assert "3 / 3" in client.get("/console/exports/ask?list=checkpoints").content.decode()
    files = [client.post("/console/exports/ask", {**asks, "part": part}).content.decode("utf-8-sig") for part in (1, 2, 3)]
    assert [[door.name in text for text in files].count(True) for door in doors] == [1] * 5
    assert client.post("/console/exports/ask", {**asks, "part": 4}).status_code == 422


def _text(form: str, body: bytes) -> str:
    if form == "csv":
        return body.decode("utf-8-sig")
    if form == "xlsx":
        return "\n".join(str(cell.value) for row in load_workbook(io.BytesIO(body)).active for cell in row)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def test_a_file_in_full_needs_the_right_a_purpose_and_somebody_else(client: Any, person: Any) -> None:
    asks = {"list": "people", "form": "csv", "kind": "clear", "purpose": "流调 12 号"}
    _signed_in(client, staff("hotline_agent"))
    assert client.post("/console/exports/ask", asks).status_code == 403
    health = staff("health_commission")
    _signed_in(client, health)
    assert client.post("/console/exports/ask", {**asks, "purpose": " "}).status_code == 422
    client.post("/console/exports/ask", asks)
    row = Export.objects.get()
    assert client.post(f"/console/exports/{row.pk}/fetch").status_code == 410
    asked = Approval.objects.get(subject="export")
    assert client.post(f"/console/approvals/{asked.pk}/decide", {"decision": "yes", "digest": bytes(asked.digest).hex()}).status_code == 403


def test_it_lies_sealed_is_fetched_once_and_each_read_is_on_record(client: Any, person: Any) -> None:
    health = staff("health_commission")
    row = _approved(health)
    assert (row.state, a_document().encode() in bytes(row.sealed or b"")) == ("ready", False)
    _signed_in(client, health)
    rows = list(csv.reader(io.StringIO(client.post(f"/console/exports/{row.pk}/fetch").content.decode("utf-8-sig"))))
    assert (["王小明", a_document()], "流调 12 号" in str(rows[2]), rows[:3] == rows[-3:]) == ([rows[4][0], rows[4][2]], True, True)
    assert client.post(f"/console/exports/{row.pk}/fetch").status_code == 410
    row.refresh_from_db()
    assert (row.state, row.sealed) == ("fetched", None)
    assert AccessRecord.objects.filter(person=person.pk, purpose=f"export {row.pk}: 流调 12 号").count() == 1
    auditor = staff("auditor")
    client.force_login(auditor)
    assert f"/console/exports/{row.pk}/" in client.get(f"/console/exports/?mark={rows[4][-1]}").content.decode()


def test_a_mark_that_was_changed_leads_nowhere(person: Any) -> None:
    row = _approved(staff("health_commission"))
    mark = mark_of(row.pk, 1)
    changed = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    assert (export_with_mark(mark), export_with_mark(changed), export_with_mark("E1-²-x")) == (row, None, None)


def test_the_file_is_gone_after_a_day(person: Any) -> None:
    health = staff("health_commission")
    row = _approved(health)
    with pytest.raises(ExportGone):
        fetch_export(health, row.pk, NOW + timedelta(hours=24, seconds=1))
    assert expire_exports(NOW + timedelta(hours=25)) == 1
    row.refresh_from_db()
    assert (row.state, row.sealed) == ("expired", None)


def test_only_the_rows_that_were_asked_for_are_in_it(applied: Callable[..., Any], person: Any) -> None:  # noqa: F811
    health = staff("health_commission")
    made = ask_export(health, SUBJECTS["people"], "", "csv", "流调", "zh", NOW)
    later = applied(name="李四光", document=a_document(2), phone="+8613800000002").person
    asked = Approval.objects.get(pk=made.approval)
    decide(asked.pk, staff("approver"), True, bytes(asked.digest), NOW)
    made.refresh_from_db()
    assert (made.people, later.pk in made.people) == ([person.pk], False)


def test_another_s_export_cannot_be_seen_or_fetched(client: Any, person: Any) -> None:
    row = _approved(staff("health_commission"))
    _signed_in(client, staff("health_commission", region="341525"))
    assert (client.get(f"/console/exports/{row.pk}/").status_code, client.post(f"/console/exports/{row.pk}/fetch").status_code) == (404, 404)


def test_a_list_of_places_is_taken_with_its_filters(client: Any) -> None:
    open_door, planned = a_checkpoint(), a_checkpoint("planned")
    client.force_login(staff("checkpoint_manager"))
    assert "/console/exports/ask?list=checkpoints" in client.get("/console/places/checkpoint/").content.decode()
    asks = {"list": "checkpoints", "query": "state__exact=planned", "form": "csv"}
    text = client.post("/console/exports/ask", asks).content.decode()
    assert (planned.name in text, open_door.name in text) == (True, False)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", " =1", "＝1", "\r=1"])
def test_no_cell_is_a_formula_and_it_comes_back_as_it_was(cell: str) -> None:
    written = inert(cell)
    assert (written, alive(written)) == (f"'{cell}", cell)


@pytest.mark.parametrize("cell", ["", "-5", "+8613800000001", "36.6", "'tis", "王小明", "a=b", "-1,234.5"])
def test_ordinary_cells_stay(cell: str) -> None:
    assert (inert(cell), alive(cell)) == (cell, cell)


def test_a_refused_file_can_be_sent_again() -> None:
    body = b"".join(as_csv([["note", "x"], ["=HYPERLINK(1)", "y"]]))
    rows = list(text_rows(io.BytesIO(body), "utf-8", ("note", "x")))
    assert (b"'=HYPERLINK" in body, rows) == (True, [["note", "x"], ["=HYPERLINK(1)", "y"]])
