"""Sending from the console: as a form, in pieces, one record by hand; what cannot be taken says why. Tokens."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ankang.exchange.models import Agent, Batch, Chunk
from ankang.exchange.services.agents import agent_of_token
from ankang.exchange.services.checking import check_batch
from ankang.health.models import Evidence

from .builders import NOW, a_test, at, document, residents, sent, table
from .test_pages import FEEDS, page_of, posted, shown, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
RECORD = f"{FEEDS}kinds/nucleic-tests/record/"


def a_record(**changed: str) -> dict[str, str]:
    """What somebody types about the first resident."""
    who = residents(1)[0]
    typed = {
        "name": who.name,
        "document_kind": "resident_id",
        "document": who.document,
        "sampled_at": at(-1.2).replace(" ", "T"),
        "occurred_at": at(-1).replace(" ", "T"),
        "result": "阴性",
        "lab": "宁国市人民医院",
    }
    return typed | changed


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("results.pdf", b"%PDF-1.7", "Not a file we read: send CSV, XLSX or NDJSON"),
        ("results.xlsx", b"a,b\n1,2\n", "The content is not what the file&#x27;s name says"),
        ("results.csv", b"", "The file is empty"),
        ("results.csv", "证件号码,检测结果\n".encode("utf-16"), "The text is neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_is_none_of_ours_says_why(officer, filename: str, content: bytes, said: str) -> None:
    page = posted(signed_in(officer), content, filename=filename)
    assert page.status_code == 422
    assert f"“{filename}” was not taken." in page.content.decode()
    assert said in page.content.decode()
    assert '<option value="nucleic-tests" selected>' in page.content.decode()
    assert not Batch.objects.exists()


def test_no_file_and_no_feed_are_said_at_once(officer) -> None:
    client = signed_in(officer)
    assert "Choose a file first." in shown(client.post(f"{FEEDS}send", {"feed": "contacts"}), 422)
    file = SimpleUploadedFile("a.csv", b"a\n1\n")
    answer = client.post(f"{FEEDS}send", {"feed": "", "file": file})
    assert "Choose which feed the file belongs to." in shown(answer, 404)


def test_missing_columns_are_named_with_those_that_are_known(officer) -> None:
    batch = sent("证件号码,检测结论\n1,2\n".encode(), officer)
    page = signed_in(officer, "zh-hans").get(page_of(batch)).content.decode()
    assert "缺少必需的列" in page
    assert "采样时间、检测时间、检测结果" in page
    assert "这类数据的各列" in page
    assert "检测机构、样本编号、检测方法" in page


def test_headers_that_nobody_knows_are_named(officer, people) -> None:
    batch = sent(table([a_test(residents(1)[0]) | {"血型": "A"}]), officer)
    assert "These columns are not needed and were left out: 血型" in shown(signed_in(officer).get(page_of(batch)))


def test_the_same_file_again_leads_to_the_first_batch(officer, people) -> None:
    client = signed_in(officer)
    content = table([a_test(residents(1)[0])])
    first = posted(client, content)
    again = posted(client, content, filename="copy.csv")
    assert again.headers["Location"] == first.headers["Location"]
    page = shown(client.get(again.headers["Location"]))
    assert "The same file was sent before" in page
    assert "Nothing was changed. This is that batch: results.csv" in page


def test_a_file_comes_in_pieces(officer, people) -> None:
    client = signed_in(officer)
    content = table([a_test(who) for who in residents(5)])
    begun = client.post(f"{FEEDS}uploads", {"feed": "nucleic-tests", "filename": "p.csv"}).json()
    halves = [content[:200], content[200:]]
    for n, half in ((1, halves[0]), (1, halves[0]), (2, halves[1])):
        said = client.post(f"{begun['parts']}{n}", half, content_type="application/octet-stream")
        assert said.json() == {"part": n}
    done = client.post(begun["complete"], json.dumps({"parts": 2}), content_type="application/octet-stream")
    batch = Batch.objects.get()
    assert done.json() == {"address": page_of(batch)}
    check_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows) == ("validated", 5)


def test_pieces_that_do_not_fit_are_refused_in_words(officer, people) -> None:
    client = signed_in(officer)
    raw = "application/octet-stream"
    wrong = client.post(f"{FEEDS}uploads", {"feed": "nucleic-tests", "filename": "p.exe"})
    assert (wrong.status_code, wrong.json()["message"]) == (422, "Not a file we read: send CSV, XLSX or NDJSON")
    begun = client.post(f"{FEEDS}uploads", {"feed": "nucleic-tests", "filename": "p.csv"}).json()
    client.post(f"{begun['parts']}2", b"x", content_type=raw)
    missing = client.post(begun["complete"], json.dumps({"parts": 2}), content_type=raw)
    assert (missing.json()["error"], missing.json()["details"]) == ("parts_missing", {"missing": [1]})
    other = client.post(f"{begun['parts']}2", b"y", content_type=raw)
    assert other.json()["error"] == "part_differs"
    assert Chunk.objects.count() == 1


def test_of_pieces_that_are_no_table_nothing_is_kept(officer, people) -> None:
    client = signed_in(officer)
    begun = client.post(f"{FEEDS}uploads", {"feed": "nucleic-tests", "filename": "p.csv"}).json()
    client.post(f"{begun['parts']}1", b" \n ", content_type="application/octet-stream")
    done = client.post(begun["complete"], json.dumps({"parts": 1}), content_type="application/octet-stream")
    assert (done.status_code, done.json()["message"]) == (422, "The file is empty")
    assert not Batch.objects.exists()


def test_a_form_from_elsewhere_is_refused(officer, people) -> None:
    batch = sent(table([a_test(residents(1)[0])]), officer)
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    for address in (f"{FEEDS}send", f"{FEEDS}uploads", RECORD, f"{FEEDS}tokens/", f"{page_of(batch)}submit"):
        assert client.post(address, {"label": "x"}).status_code == 403
    page = client.get(FEEDS).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    given = {"feed": "nucleic-tests", "filename": "p.csv"}
    assert client.post(f"{FEEDS}uploads", given, headers={"X-CSRFToken": token.group(1)}).status_code == 200


def test_one_record_by_hand_is_on_file_at_once_when_it_can_turn_nobody_worse(officer, people) -> None:
    client = signed_in(officer)
    assert "The record is on file." in shown(client.post(RECORD, a_record(), follow=True))
    record = Evidence.objects.get(person=people[0])
    assert (record.kind, record.attributes["result"]) == ("nucleic_test", "negative")
    assert "on file already" in shown(client.post(RECORD, a_record(), follow=True))


def test_one_record_that_can_turn_somebody_worse_needs_a_second_person(officer, people) -> None:
    client = signed_in(officer)
    page = shown(client.post(RECORD, a_record(result="阳性"), follow=True))
    assert "somebody else has to agree before it counts" in page
    batch = Batch.objects.get()
    check_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows, Evidence.objects.count()) == ("pending_approval", 1, 0)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"document": document(1)[:-1] + "?"}, "document", "The document number cannot be right"),
        ({"document": "", "phone": ""}, "document", "Neither a document number nor a phone number"),
        ({"result": ""}, "result", "A required cell is empty"),
        ({"occurred_at": at(3)}, "occurred_at", "The time lies in the future"),
        ({"name": "李四"}, "name", "The name is not the one on file"),
        ({"lab": "\0"}, "lab", "It holds NUL characters"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    officer, people, changed: dict[str, str], field: str, said: str
) -> None:
    typed = a_record(method="荧光PCR <b>") | changed
    answer = signed_in(officer).post(RECORD, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'id="id_{field}_error">\s*{re.escape(said)}', page)
    assert 'value="荧光PCR &lt;b&gt;"' in page
    assert f'value="{typed["sampled_at"]}"' in page
    assert (Evidence.objects.exists(), Batch.objects.exists()) == (False, False)


def test_what_does_not_fit_a_list_or_a_calendar_stays_visible(officer, people) -> None:
    page = signed_in(officer).post(RECORD, a_record(result="阴姓", occurred_at="昨天")).content.decode()
    assert 'value="阴姓"' in page
    assert 'value="昨天"' in page


@pytest.mark.parametrize(
    ("form", "kind", "head"), [("csv", "text/csv", b"\xef\xbb\xbf"), ("xlsx", "spreadsheetml", b"PK")]
)
def test_templates_are_downloaded(officer, form: str, kind: str, head: bytes) -> None:
    answer = signed_in(officer).get(f"{FEEDS}kinds/contacts/template.{form}")
    assert kind in answer.headers["Content-Type"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="contacts-template.{form}"'
    assert answer.content.startswith(head)
    assert signed_in(officer).get(f"{FEEDS}kinds/contacts/template.exe").status_code == 404


def test_a_token_is_shown_once_and_can_be_withdrawn(officer, approver) -> None:
    client = signed_in(officer)
    empty = client.post(f"{FEEDS}tokens/", {"label": "LIS", "days": "9999"})
    assert "Choose at least one feed." in shown(empty, 422)
    assert 'value="LIS"' in empty.content.decode()
    page = client.post(f"{FEEDS}tokens/", {"label": "<b>LIS", "feeds": ["contacts"], "days": "30"}).content.decode()
    token = re.search(r"akf_[\w-]{43}", page).group()
    agent = Agent.objects.get()
    assert agent_of_token(token, NOW)[1] == agent
    listed = client.get(f"{FEEDS}tokens/").content.decode()
    assert token not in listed
    assert "&lt;b&gt;LIS" in listed
    assert signed_in(approver).get(f"{FEEDS}tokens/").status_code == 403
    client.post(f"{FEEDS}tokens/{agent.pk}/revoke")
    assert "token withdrawn" in shown(client.get(f"{FEEDS}tokens/"))
    assert signed_in(officer).post(f"{FEEDS}tokens/99/revoke").status_code == 404


def test_pages_are_for_those_with_the_duty(officer, client: Any) -> None:
    from .builders import staff

    assert client.get(FEEDS).headers["Location"].startswith("/console/login/")
    for role in ("operations", "auditor"):
        assert signed_in(staff(role)).get(FEEDS).status_code == 403
