"""What the pages of the archive, of reads and of lists do, over the API."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ankang.access.models import Alert
from ankang.base.models import AccessRecord
from ankang.base.permissions import ROLES
from ankang.base.services import record_read
from ankang.health.models import RuleRelease
from ankang.people.credentials import issue_credential
from ankang.people.models import Credential

from ..archive.conftest import at_desk, officer
from ..archive.test_archive import HOUSE, PICTURE, feed
from ..people.conftest import NOW, a_document, applied, newest_code, ningguo  # noqa: F401
from ..places.builders import a_checkpoint
from .ground import an_officer
from .test_door import JSON, a_token, bearing, code_of

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def person(applied: Callable[..., Any]) -> Any:  # noqa: F811
    """王小明."""
    return applied().person


@pytest.fixture
def phone(person: Any) -> Client:
    """王小明's program."""
    return bearing(issue_credential(person.pk, person.name, "api", timezone.now()).token)


def test_my_archive_its_items_a_correction_and_the_offices_answer(person: Any, phone: Client) -> None:
    assert phone.get(f"{API}/me/archive").json() == []
    feed(person.pk)
    (section,) = phone.get(f"{API}/me/archive").json()
    assert (section["section"], section["items"]) == ("household", 1)
    (item,) = phone.get(f"{API}/me/archive/household").json()["items"]
    assert item["values"] == HOUSE
    assert code_of(phone.get(f"{API}/me/archive/credit")) == (404, "not_found")
    ask = f"{API}/me/archive/items/{item['id']}/corrections"
    assert code_of(phone.post(ask, {"words": "no", "document": "???"}, JSON)) == (422, "document_refused")
    document = b64encode(PICTURE).decode()
    made = phone.post(ask, {"words": "Number 2", "document": document}, JSON)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert code_of(phone.post(ask, {"words": "Number 2"}, JSON)) == (409, "correction_open")
    desk, other = at_desk(officer()), at_desk(officer("credit_officer"))
    number = made.json()["number"]
    assert [row["number"] for row in desk.get(f"{API}/archive/corrections").json()["items"]] == [number]
    assert other.get(f"{API}/archive/corrections").json()["items"] == []
    assert code_of(other.get(f"{API}/archive/corrections/{number}")) == (404, "not_found")
    assert desk.get(f"{API}/archive/corrections/{number}").json()["words"] == "Number 2"
    assert desk.get(f"{API}/archive/corrections/{number}/document").content == PICTURE
    assert code_of(desk.post(f"{API}/archive/corrections/{number}/decline", {"reason": ""}, JSON)) == (422, "bad_input")
    wrong = desk.post(f"{API}/archive/corrections/{number}/proposal", {"values": {"nothing": "x"}}, JSON)
    assert code_of(wrong) == (422, "bad_input")
    right = {"occurred_at": "2020-01-02", **HOUSE, "address": "港口镇 2 号", "relation": "户主"}
    assert (
        desk.post(f"{API}/archive/corrections/{number}/proposal", {"values": right}, JSON).json()["state"] == "proposed"
    )
    assert code_of(desk.post(f"{API}/archive/corrections/{number}/accept")) == (409, "correction_decided")
    assert [row["state"] for row in phone.get(f"{API}/me/corrections").json()["items"]] == ["proposed"]


def test_an_office_looks_for_a_purpose_on_record_and_never_with_a_token(person: Any) -> None:
    feed(person.pk)
    police = officer()
    body = {"section": "household", "who": a_document(), "purpose": "window", "note": "no. 5"}
    token = bearing(a_token(police, "household_officer"))
    assert code_of(token.post(f"{API}/archive/look-ups", body, JSON))[0] == 403
    desk = at_desk(police)
    assert code_of(desk.post(f"{API}/archive/look-ups", body | {"purpose": ""}, JSON)) == (422, "bad_input")
    assert code_of(desk.post(f"{API}/archive/look-ups", body | {"section": "credit"}, JSON)) == (404, "not_found")
    assert not AccessRecord.objects.exists()
    found = desk.post(f"{API}/archive/look-ups", body, JSON).json()
    assert [item["values"] for item in found["items"]] == [HOUSE]
    assert AccessRecord.objects.get(person=person.pk).purpose == "window: no. 5"


def test_the_whole_file_wants_the_digits_where_the_sign_in_is_old(person: Any, phone: Client) -> None:
    whole = phone.post(f"{API}/me/whole-file", {}, JSON).json()
    assert whole["identity"]["name"] == "王小明"
    Credential.objects.update(issued_at=NOW - timedelta(hours=1))
    assert code_of(phone.post(f"{API}/me/whole-file", {}, JSON)) == (403, "fresh_code_needed")
    assert phone.post(f"{API}/me/whole-file/codes").status_code == 202
    digits = newest_code(person.phone)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    assert code_of(phone.post(f"{API}/me/whole-file", {"code": wrong}, JSON))[1] == "code_wrong"
    assert phone.post(f"{API}/me/whole-file", {"code": digits}, JSON).json()["format"] == "ankang-archive/1"


def test_a_read_is_questioned_answered_and_weighed(person: Any, phone: Client) -> None:
    reader, auditor = officer("operations"), officer("auditor")
    record_read(reader, person.pk, "people.view", "window: 7", ("name",), timezone.now())
    (shown,) = phone.get(f"{API}/me/reads").json()["items"]
    read = shown["id"]
    assert (read, set(shown)) == (
        str(AccessRecord.objects.get().id),
        {"id", "at", "office", "role", "purpose", "fields"},
    )
    assert reader.username not in str(shown)
    assert phone.post(f"{API}/me/reads/{read}/question", {"text": "why"}, JSON).status_code == 201
    assert code_of(phone.post(f"{API}/me/reads/{read}/question", {"text": "why"}, JSON)) == (409, "already_questioned")
    api, stranger = at_desk(auditor), at_desk(reader)
    assert code_of(stranger.get(f"{API}/reads/questions")) == (403, "not_allowed")
    (asked,) = api.get(f"{API}/reads/questions").json()["items"]
    whole = api.get(f"{API}/reads/questions/{asked['number']}").json()
    assert (whole["text"], whole["read"]["purpose"]) == ("why", "window: 7")
    answer = f"{API}/reads/questions/{asked['number']}/answer"
    assert api.post(answer, {"justified": False, "answer": "ended"}, JSON).json()["state"] == "unjustified"
    assert code_of(api.post(answer, {"justified": True, "answer": "x"}, JSON)) == (409, "already_answered")
    assert [row["answer"] for row in phone.get(f"{API}/me/questions").json()["items"]] == ["ended"]
    (alert,) = api.get(f"{API}/reads/alerts").json()["items"]
    moved = api.post(f"{API}/reads/alerts/{alert['number']}/move", {"state": "closed", "note": "talked"}, JSON).json()
    assert (moved["state"], [note["note"] for note in moved["notes"]]) == ("closed", ["talked"])
    assert Alert.objects.get().state == "closed"


def test_looking_for_the_reads_of_a_person_is_on_record(person: Any) -> None:
    record_read(officer("operations"), person.pk, "people.view", "window: 7", ("name",), timezone.now())
    auditor = officer("auditor")
    api = at_desk(auditor)
    assert [row["purpose"] for row in api.get(f"{API}/reads?purpose=window").json()["items"]] == ["window: 7"]
    body = {"document": a_document(), "why": "complaint 12"}
    assert code_of(api.post(f"{API}/reads/of-person", body | {"why": " "}, JSON)) == (422, "bad_input")
    assert len(api.post(f"{API}/reads/of-person", body, JSON).json()["items"]) == 2
    assert AccessRecord.objects.filter(reader=auditor.pk, purpose="complaint 12").count() == 1


def test_a_look_up_by_document_is_masked_and_on_record(person: Any) -> None:
    clerk = officer("hotline_agent")
    api = bearing(a_token(clerk, "hotline_agent"))
    body = {"purpose": "window", "note": "no. 5", "document": a_document()}
    assert code_of(api.post(f"{API}/look-ups", body | {"note": ""}, JSON)) == (422, "bad_input")
    answer = api.post(f"{API}/look-ups", body, JSON).json()
    assert (answer["found"]["number"], person.name in str(answer), a_document() in str(answer)) == (
        person.pk,
        False,
        False,
    )
    assert api.post(f"{API}/look-ups", body | {"document": a_document(9)}, JSON).json()["found"] is None
    auditor = at_desk(officer("auditor"))
    assert [row["outcome"] for row in auditor.get(f"{API}/reads/look-ups").json()["items"]] == ["nobody", "found"]


def test_a_look_up_by_name_and_birth_date_answers_the_one_or_lines_to_open(person: Any, applied: Any) -> None:  # noqa: F811
    api = bearing(a_token(officer("hotline_agent"), "hotline_agent"))
    body = {"purpose": "hotline", "note": "no. 6", "name": f" {person.name}", "born": "1990-03-07"}
    answer = api.post(f"{API}/look-ups/names", body, JSON).json()
    assert (answer["found"]["number"], answer["several"], answer["more"], person.name in str(answer)) == (person.pk, [], False, False)
    days, names = ("1990-02-30", "", 0, "1990-03-07T00:00:00"), ("王" * 5000, "王1")
    faults = [*({"born": one} for one in days), *({"name": one} for one in names), {"note": " "}, {"note": "\u200b"}, {"other": 1}]
    for wrong in faults:
        assert code_of(api.post(f"{API}/look-ups/names", body | wrong, JSON)) == (422, "bad_input")
    other = applied(name=person.name, document=a_document(7), phone="+8613900002222").person
    answer = api.post(f"{API}/look-ups/names", body, JSON).json()
    assert (answer["found"], sorted(row["number"] for row in answer["several"])) == (None, [person.pk, other.pk])
    assert set(answer["several"][0]) == {"number", "name", "document_kind", "document", "town", "state"}
    opened = api.post(f"{API}/look-ups/names/{other.pk}/open", {}, JSON).json()
    assert (opened["number"], "colour" in opened) == (other.pk, True)
    assert code_of(bearing(a_token(officer("tracer"), "tracer")).post(f"{API}/look-ups/names/{other.pk}/open", {}, JSON)) == (404, "not_found")
    rows = at_desk(officer("auditor")).get(f"{API}/reads/look-ups").json()["items"]
    assert [(row["sought"], row["outcome"]) for row in rows] == [("name", "found"), ("name", "found")]


def test_an_edit_names_the_version_it_was_made_on(ningguo: None) -> None:  # noqa: F811
    door = a_checkpoint()
    api = bearing(a_token(an_officer(), "checkpoint_manager"))
    for address, body in (
        (f"{API}/organisations/{door.organisation_id}", {"name": "新名"}),
        (f"{API}/checkpoints/{door.pk}", {"name": "新门", "type": "school"}),
    ):
        read = api.get(address)
        match = {"If-Match": read.headers["ETag"]}
        saved = api.put(address, body, JSON, headers=match)
        assert (saved.status_code, saved.headers["ETag"] == api.get(address).headers["ETag"]) == (200, True)
        late = api.put(address, body | {"name": "别名"}, JSON, headers=match)
        assert (*code_of(late), late.json()["details"]["etag"]) == (412, "changed_meanwhile", saved.headers["ETag"])
        assert api.put(address, body | {"name": "别名"}, JSON).status_code == 200


def test_drafts_of_rules_and_policies_have_a_version_too(ningguo: None) -> None:  # noqa: F811
    user = an_officer()
    desk = at_desk(user)
    in_force = RuleRelease.objects.latest("pk")
    rules = desk.post(f"{API}/rule-sets", {"base": str(in_force.pk)}, JSON)
    policies = desk.post(f"{API}/policies/drafts")
    assert (rules.status_code, policies.status_code) == (201, 200), (rules.json(), policies.json())
    for address, send, body in (
        (
            f"{API}/rule-sets/{rules.json()['number']}",
            desk.put,
            {"text": "x = 1", "revision": rules.json()["revision"]},
        ),
        (
            f"{API}/policies/drafts/{policies.json()['number']}",
            desk.patch,
            {"revision": policies.json()["revision"], "note": "n"},
        ),
    ):
        match = {"If-Match": desk.get(address).headers["ETag"]}
        assert send(address, body, JSON, headers=match).status_code == 200
        assert code_of(send(address, body, JSON, headers=match)) == (412, "changed_meanwhile")


def test_a_list_of_old_codes_is_checked_taken_and_undone(person: Any) -> None:
    user = officer("approver")
    user.duties.update(role=next(role for role, given in sorted(ROLES.items()) if "people.import" in given))
    api = at_desk(user)
    text = f"登记码,姓名,证件号码\nFG-2020-000123,{person.name},{a_document()}\nx,{person.name},{a_document()}\n"
    body = {"system": "bus", "file_name": "codes.csv", "content": b64encode(text.encode()).decode()}
    assert code_of(api.post(f"{API}/legacy-lists", body | {"content": "???"}, JSON)) == (422, "bad_input")
    made = api.post(f"{API}/legacy-lists", body, JSON).json()
    assert (made["state"], made["findings"]["good"], made["findings"]["refused"]) == ("checked", 1, 1)
    act = f"{API}/legacy-lists/{made['number']}"
    assert (api.post(f"{act}/take").json()["held"], code_of(api.post(f"{act}/drop"))) == (1, (409, "already_reviewed"))
    assert [row["state"] for row in api.get(f"{API}/legacy-lists").json()["items"]] == ["taken"]
    assert (api.post(f"{act}/undo").json()["held"], api.get(act).json()["state"]) == (0, "undone")


def test_a_run_of_sheets_is_checked_begun_and_stopped_by_who_sent_it(person: Any) -> None:
    role = next(role for role, given in sorted(ROLES.items()) if "carriers.issue_in_bulk" in given)
    clerk, other = officer(role), officer(role)
    api = bearing(a_token(clerk, role))
    text = f"姓名,证件号码\n{person.name},{a_document()}\n"
    body = {"kind": "print", "file_name": "s.csv", "content": b64encode(text.encode()).decode(), "purpose": "window"}
    made = api.post(f"{API}/carrier-runs", body, JSON).json()
    assert (made["state"], made["rows"], made["faults"]) == ("checked", 1, [])
    run = f"{API}/carrier-runs/{made['number']}"
    assert code_of(bearing(a_token(other, role)).get(run)) == (404, "not_found")
    assert api.post(f"{run}/start").json()["state"] == "waiting"
    assert code_of(api.post(f"{run}/start")) == (409, "carrier_run_state_wrong")
    assert api.post(f"{run}/cancel").json()["state"] == "cancelled"
    assert [row["state"] for row in api.get(f"{API}/carrier-runs").json()["items"]] == ["cancelled"]
    assert code_of(api.get(f"{run}/files/1"))[0] == 403


def test_posters_come_as_one_file(ningguo: None) -> None:  # noqa: F811
    door = a_checkpoint()
    api = bearing(a_token(an_officer(), "checkpoint_manager"))
    made = api.get(f"{API}/posters", {"checkpoint": door.pk})
    assert (made.headers["Content-Type"], made.content[:5]) == ("application/pdf", b"%PDF-")
    assert code_of(api.get(f"{API}/posters", {"checkpoint": door.pk + 999})) == (404, "not_found")


def test_a_masked_file_comes_at_once_and_a_clear_one_waits_for_another_person(person: Any) -> None:
    user = an_officer()
    desk = at_desk(user)
    key = {"Idempotency-Key": "k"}
    file = desk.post(f"{API}/exports/masked", {"list": "people", "form": "pdf"}, JSON, headers=key)
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-"), file.content
    asked = desk.post(f"{API}/exports", {"list": "people", "purpose": "order 8"}, JSON)
    assert (asked.status_code, asked.json()["state"]) == (202, "asked"), asked.json()
    assert code_of(desk.post(f"{API}/exports/{asked.json()['number']}/fetch")) == (410, "export_gone")
    assert [row["state"] for row in desk.get(f"{API}/exports").json()["items"]] == ["asked", "fetched"]
    assert code_of(desk.post(f"{API}/exports/masked", {"list": "nothing"}, JSON)) == (404, "not_found")


def test_an_agencys_sign_in_is_entered_changed_and_switched_off(ningguo: None) -> None:  # noqa: F811
    desk = at_desk(officer("security_administrator", "34"))
    body = {"name": "公安厅", "region": "34", "issuer": "https://id.example.org", "client_id": "ankang"}
    new = {"slug": "police", "secret": "s3cret"}
    assert code_of(desk.post(f"{API}/staff/providers", body | {"slug": "police"}, JSON)) == (422, "bad_input")
    made = desk.post(f"{API}/staff/providers", body | new, JSON).json()
    assert (made["active"], "secret" in made) == (True, False)
    address = f"{API}/staff/providers/{made['number']}"
    assert desk.post(f"{address}/off").json()["active"] is False
    assert desk.put(address, body | {"name": "厅"}, JSON).json() == made | {"name": "厅", "active": False}
    assert [row["slug"] for row in desk.get(f"{API}/staff/providers").json()["items"]] == ["police"]
    assert code_of(desk.put(f"{API}/staff/providers/{made['number'] + 99}", body, JSON)) == (404, "not_found")


def test_versions_and_requests_of_policies_come_in_pages(client: Client, ningguo: None) -> None:  # noqa: F811
    desk = at_desk(an_officer())
    bodies = [{"type": "school", "wish": wish, "reason": "r"} for wish in ("a", "b")]
    made = [desk.post(f"{API}/policies/requests", body, JSON).json()["number"] for body in bodies]
    first = client.get(f"{API}/policies/requests?limit=1").json()
    second = client.get(f"{API}/policies/requests", {"limit": 1, "cursor": first["next"]}).json()
    rows = first["items"] + second["items"]
    assert ([(row["number"], row["wish"]) for row in rows], second["next"]) == ([(made[1], None), (made[0], None)], None)
    assert client.get(f"{API}/policies/versions").json() == {"items": [], "next": None}
