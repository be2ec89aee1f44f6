"""Pages of families, changes and closing for residents; counter, review queue and merges for staff (A6, E9)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ankang.people import family
from ankang.people.models import Guardianship, Leaving, Merge, OneTimeCode, Person, Request
from ankang.people.rules import REQUIRED_PURPOSES

from .conftest import HARBOUR, HELI, NOW, a_document, newest_code
from .test_console import staff
from .test_family import CHILD, MOTHER, PNG
from .test_pages import text

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
RELATIVE = {"document_kind": "resident_id", "country": "", "born": "", "town": HARBOUR, "agreed": "on"}


@pytest.fixture
def me(applied: Apply) -> Client:
    """The browser of 王小明, reading English."""
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.cookies["ankang_resident"] = applied().credential.token
    OneTimeCode.objects.all().delete()
    return client


def a_picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("register.png", PNG, "image/png")


def test_a_mother_applies_with_pictures_staff_approve_and_she_switches(me: Client) -> None:
    me.post("/me/family/new", RELATIVE | {"kind": "minor", "name": "王一一", "document": CHILD, "phone": ""})
    assert "not_a_picture" not in text(me.get("/me/family/pictures"))
    refused = me.post("/me/family/pictures", {"pictures": SimpleUploadedFile("a.pdf", b"%PDF")})
    assert (refused.status_code, "must be JPEG or PNG" in text(refused)) == (422, True)
    assert me.post("/me/family/pictures", {"pictures": a_picture()}).headers["Location"] == "/me/family"
    assert "waiting for review" in text(me.get("/me/family"))

    clerk, request = staff("operations", HARBOUR), Request.objects.get()
    page = clerk.get(f"/console/requests/{request.pk}/")
    assert all(words in text(page) for words in (CHILD, "王一一", "王小明"))
    picture = clerk.get(f"/console/requests/{request.pk}/pictures/1/")
    assert (picture.content, picture.headers["Cache-Control"]) == (PNG, "no-store")
    assert staff("operations", HELI).get(f"/console/requests/{request.pk}/").status_code == 404
    assert clerk.post(f"/console/requests/{request.pk}/", {"do": "approve"}).status_code == 302

    row = Guardianship.objects.get()
    own = me.cookies["ankang_resident"].value
    assert me.post(f"/me/family/{row.pk}/show").headers["Location"] == "/me"
    assert "These are the pages of 王*一" in text(me.get("/me"))
    assert (me.get("/me/family").status_code, me.get("/me/close").status_code) == (403, 403)
    refused = text(me.get("/me/change"))
    assert ("Go back to yourself" in refused, "王*一" in refused, "administrator" in refused) == (True, True, False)
    page = me.get("/me").content.decode()
    links = {link for link in re.findall(r'href="(/[^"#]*)"', page) if not link.startswith(("/static/", "/lang", "/large", "/code"))}
    assert "/me/health" in links
    assert {link: status for link in sorted(links) if (status := me.get(link).status_code) >= 400} == {}
    assert me.post("/me/family/back").headers["Location"] == "/me/family"
    assert me.cookies["ankang_resident"].value == own

    me.post(f"/me/family/{row.pk}/show")
    family.end_guardianship(row.pk, row.ward_id, None, "by_ward", timezone.now())  # custody ends while the child's code is shown
    assert me.get("/sign-in").headers["Location"] == "/me/family"
    assert (me.cookies["ankang_resident"].value, me.get("/me").status_code) == (own, 200)
    assert me.post(f"/me/family/{row.pk}/end").status_code == 302
    assert family.wards_of(row.guardian_id, NOW) == []


def test_an_elder_agrees_and_a_wrong_code_stays_counted(me: Client) -> None:
    elder = {"kind": "adult", "name": "王大明", "document": a_document(9, born="19400101"), "phone": "13800000009"}
    assert me.post("/me/family/new", RELATIVE | elder).headers["Location"] == "/me/family/consent"
    code = newest_code("+8613800000009")
    wrong = me.post("/me/family/consent", {"code": "000000" if code != "000000" else "000001"})
    assert (wrong.status_code, OneTimeCode.objects.latest("pk").attempts) == (422, 1)
    assert me.post("/me/family/consent", {"code": code}).headers["Location"] == "/me/family"
    assert "王*明" in text(me.get("/me/family"))


def test_faults_of_a_relative_stand_at_their_fields(me: Client) -> None:
    faulty = RELATIVE | {"kind": "minor", "name": "王a1", "document": "123", "phone": "", "born": "2999-01-01"}
    page = me.post("/me/family/new", faulty)
    assert page.status_code == 422
    assert all(words in text(page) for words in ("no digits or signs", "too short or too long", "cannot lie in the future"))


def test_a_person_moves_changes_the_phone_and_closes_the_account(me: Client) -> None:
    assert me.post("/me/change/town", {"town": HELI}).headers["Location"] == "/me"
    assert me.post("/me/change/phone", {"phone": "139000"}).status_code == 422
    assert me.post("/me/change/phone", {"phone": "13900000009"}).status_code == 302
    codes = {"code": newest_code("+8613900000009"), "old_code": newest_code(MOTHER)}
    assert me.post("/me/change/phone/code", codes | {"old_code": "1"}).status_code == 422
    assert me.post("/me/change/phone/code", codes).headers["Location"] == "/me"
    person = Person.objects.get()
    assert (person.town_id, person.phone) == (HELI, "+8613900000009")
    OneTimeCode.objects.all().delete()
    assert "What is kept, and why" in text(me.get("/me/close"))
    me.post("/me/close", {"do": "send"})
    me.post("/me/close", {"do": "close", "code": newest_code("+8613900000009"), "erase": "on"})
    assert Leaving.objects.get().erase
    assert "Your account closes on" in text(me.get("/me/close"))
    assert me.post("/me/close", {"do": "keep"}).headers["Location"] == "/me"


def test_a_counter_registers_and_serves_with_a_purpose(me: Client) -> None:
    clerk = staff("operations")
    found = clerk.post("/console/desk/", {"who": a_document(), "purpose": "window"})
    person = Person.objects.get()
    assert found.headers["Location"] == f"/console/desk/{person.pk}/"
    elsewhere = staff("operations", HELI)
    assert elsewhere.get(f"/console/desk/{person.pk}/").status_code == 404
    nobody = {"name": "无名氏", "document_kind": "provisional", "town": HARBOUR, "purpose": "window", "phone_owner": "own"}
    assert clerk.post("/console/desk/register/", nobody).status_code == 422  # nobody agreed
    page = clerk.post("/console/desk/register/", nobody | {"agreed": "on"})
    desk = page.headers["Location"]
    assert "Provisional number" in text(clerk.get(desk))
    paper = {"do": "document", "document_kind": "resident_id", "document": a_document(40), "country": ""}
    assert clerk.post(desk, paper).status_code == 302
    assert clerk.post(desk, paper | {"document": a_document()}).status_code == 422  # somebody else's
    assert clerk.post(desk, {"do": "death", "reason": ""}).status_code == 422
    assert clerk.post(desk, {"do": "death", "reason": "民政 1"}).status_code == 302
    leaving = Leaving.objects.get()
    assert "民政 1" in text(staff("approver", "34").get(f"/console/desk/states/{leaving.pk}/"))
    assert elsewhere.get(f"/console/desk/states/{leaving.pk}/").status_code == 404
    assert clerk.get(desk.replace(str(Person.objects.latest("pk").pk), str(person.pk))).headers["Location"] == "/console/desk/"


def test_staff_compare_two_records_and_ask(me: Client, applied: Apply) -> None:
    applied(document=a_document(2), phone="+8613800000002", consents=REQUIRED_PURPOSES)
    clerk = staff("operations")
    pair = {"absorbed": a_document(2), "survivor": a_document(), "reason": "同一人"}
    assert "Nobody, or several" in text(clerk.post("/console/merges/new/", pair | {"absorbed": a_document(3)}))
    assert "Record that ends" in text(clerk.post("/console/merges/new/", pair | {"do": "compare"}))
    asked = clerk.post("/console/merges/new/", pair | {"do": "ask"})
    merge = Merge.objects.get()
    assert asked.headers["Location"] == f"/console/merges/{merge.pk}/"
    assert "waiting for a decision" in text(clerk.get("/console/merges/"))
    assert staff("operations", HELI).get(f"/console/merges/{merge.pk}/").status_code == 404
