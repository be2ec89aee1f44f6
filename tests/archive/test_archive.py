"""The personal archive: fed by offices, seen by the person, hidden when withdrawn, corrected by the office that sent it."""

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import Client

from ankang.archive.kinds import section_kinds
from ankang.archive.models import Correction, Item
from ankang.archive.rules import DOWNLOADS_A_DAY
from ankang.archive.services import NewItem, items_of, record_items
from ankang.archive.services.answering import SUBJECT
from ankang.archive.services.items import values_of
from ankang.base.models import AccessRecord, Approval
from ankang.exchange import services as exchange
from ankang.health.models import ColourChange, Evidence
from ankang.people.models import Credential
from ankang.people.services import withdraw_consent
from tests.people.conftest import NOW, a_document, newest_code

from .conftest import at_desk, officer

pytestmark = pytest.mark.django_db
HOUSE = {"number": "341881001234", "relation": "head", "address": "宁国市港口镇安康路 1 号"}
ROW = {
    "姓名": "王小明",
    "证件号码": a_document(),
    "登记日期": "2019-06-03",
    "户号": HOUSE["number"],
    "与户主关系": "户主",
    "户籍地址": HOUSE["address"],
}
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def text(response: Any) -> str:
    """What a reader reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def feed(person: int, values: dict[str, Any] = HOUSE, days: int = 10, office: int | None = None, region: str = "341881") -> list[str]:
    """One item of the household register."""
    source = {"organisation": "宁国市公安局", "feed": "household-records", "batch": "7", "row": "2"}
    item = NewItem(person, NOW - timedelta(days=days), values, source)
    return record_items(section_kinds()["household"], [item], region, office, NOW)


def test_a_row_of_a_section_becomes_an_item_and_moves_no_colour(resident: Any) -> None:
    before = (Evidence.objects.count(), ColourChange.objects.count())
    police = officer()
    with transaction.atomic():
        sent = exchange.send_rows("household-records", [ROW, ROW], police, NOW)
    assert [answer.outcome for answer in sent.rows] == ["success", "duplicate"]
    (item,) = items_of(resident.person.pk, "household")
    assert values_of(item) == HOUSE
    assert (item.source["feed"], item.source["row"], item.region_id) == ("household-records", "1", "341881")
    assert (Evidence.objects.count(), ColourChange.objects.count()) == before


def test_a_row_that_came_before_its_person_waits_and_finds_them(applied: Any) -> None:
    with transaction.atomic():
        sent = exchange.send_rows("household-records", [ROW], officer(), NOW)
    assert [answer.outcome for answer in sent.rows] == ["waiting"]
    assert [values_of(item) for item in items_of(applied().person.pk, "household")] == [HOUSE]


@pytest.mark.parametrize(
    ("role", "slug"),
    [
        ("feed_officer", "household-records"),
        ("credit_officer", "household-records"),
        ("household_officer", "nucleic-tests"),
    ],
)
def test_an_officer_sends_the_own_section_and_nothing_else(ningguo: None, role: str, slug: str) -> None:
    from ankang.base.errors import NotAllowed

    stranger = officer(role)
    with pytest.raises(NotAllowed):
        exchange.send_rows(slug, [ROW], stranger, NOW)
    assert slug not in {kind.slug for kind in exchange.feeds_for(stranger)}


def test_refused_rows_and_batches_of_a_section_are_seen_by_its_office_alone(resident: Any) -> None:
    police = officer()
    with transaction.atomic():
        exchange.send_rows("household-records", [ROW], police, NOW)
    seen = {role: exchange.batches_of(officer(role)).count() for role in ("household_officer", "credit_officer", "feed_officer")}
    assert seen == {"household_officer": 1, "credit_officer": 0, "feed_officer": 0}


def test_a_later_fact_takes_the_place_of_the_earlier_and_an_earlier_one_stands_behind(resident: Any) -> None:
    person = resident.person.pk
    moved = HOUSE | {"address": "宁国市河沥溪街道 2 号"}
    assert [feed(person), feed(person, moved, days=5), feed(person, HOUSE, days=90), feed(person)] == [
        ["success"], ["success"], ["success"], ["duplicate"],
    ]  # fmt: skip
    assert [values_of(item)["address"] for item in items_of(person, "household")] == [moved["address"]]
    assert Item.objects.count() == 3


def test_items_are_encrypted_and_cannot_be_changed_or_deleted(resident: Any) -> None:
    feed(resident.person.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM archive_item i")
        assert "安康路" not in cursor.fetchone()[0]
    for statement in ("UPDATE archive_item SET section = 'credit'", "DELETE FROM archive_item"):
        with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_section_nobody_feeds_is_not_shown_and_one_that_is_fed_is(phone: Client, resident: Any) -> None:
    assert "Household" not in text(phone.get("/me/archive"))
    assert phone.get("/me/archive/household").status_code == 404
    feed(resident.person.pk)
    assert "Household register Items: 1" in text(phone.get("/me/archive"))
    page = text(phone.get("/me/archive/household"))
    assert "宁国市港口镇安康路 1 号" in page
    assert "宁国市公安局 batch 7, row 2" in page
    assert [phone.get(f"/me/archive/{slug}").status_code for slug in ("identity", "travel", "credit", "nonsense")] == [200, 200, 404, 404]


def test_a_withdrawn_section_is_hidden_not_shared_and_no_longer_taken_in(phone: Client, resident: Any) -> None:
    person, police = resident.person.pk, officer()
    feed(person)
    assert phone.post("/me/consents/archive_household", {"do": "withdraw"}).url == "/me/consents"
    assert "安康路" not in text(phone.get("/me/archive/household"))
    assert feed(person, HOUSE | {"number": "9"}) == ["withdrawn"]
    looked = at_desk(police).post("/console/archive/", {"section": "household", "who": a_document(), "purpose": "window"})
    assert "withdrawn this section" in text(looked)
    assert "安康路" not in text(looked)
    history = text(phone.get("/me/consents"))
    assert "Household register in my archive" in history
    assert "withdrawn" in history
    phone.post("/me/consents/archive_household", {"do": "grant"})
    assert "安康路" in text(phone.get("/me/archive/household"))


def test_an_officer_looks_at_the_own_section_for_a_purpose_and_the_person_sees_it(phone: Client, resident: Any) -> None:
    feed(resident.person.pk, office=11)
    ask = {"section": "household", "who": a_document(), "purpose": "window", "note": "no. 5"}
    answers = {
        "own": text(at_desk(officer(office=11)).post("/console/archive/", ask)),
        "other office": text(at_desk(officer(office=12)).post("/console/archive/", ask)),
        "other section": text(at_desk(officer("credit_officer")).post("/console/archive/", ask | {"section": "credit"})),
        "other region": text(at_desk(officer(region="341881-19")).post("/console/archive/", ask)),
        "no purpose": text(at_desk(officer(office=11)).post("/console/archive/", ask | {"purpose": "curiosity"})),
    }
    assert {name for name, page in answers.items() if "安康路" in page} == {"own"}
    assert at_desk(officer("tracer")).get("/console/archive/").status_code == 403
    assert "no. 5" in text(phone.get("/me/archive/household"))


def asked(phone: Client, person: int, office: int | None = 11, **given: Any) -> Correction:
    feed(person, office=office)
    (item,) = items_of(person, "household")
    answer = phone.post(f"/me/archive/correct/{item.id}", {"words": "门牌应为 2 号", **given})
    assert answer.url == "/me/archive"
    return Correction.objects.get()


def test_a_correction_goes_to_the_sending_office_alone(phone: Client, resident: Any) -> None:
    row = asked(phone, resident.person.pk, document=SimpleUploadedFile("book.png", PICTURE))
    seen = {}
    for name, user in {
        "own": officer(office=11), "other office": officer(office=12), "no office": officer(),
        "other section": officer("credit_officer", office=11), "other region": officer(region="341881-19", office=11),
    }.items():  # fmt: skip
        desk = at_desk(user)
        page = f"/console/archive/corrections/{row.pk}/"
        queue = "Household" in text(desk.get("/console/archive/corrections/"))
        seen[name] = (queue, desk.get(page).status_code, desk.get(page + "document").status_code, desk.post(page, {"do": "accept"}).status_code)
    assert seen.pop("own") == (True, 200, 200, 302)
    assert set(seen.values()) == {(False, 404, 404, 404)}
    assert PICTURE not in bytes(row.document)
    assert "accepted" in text(phone.get("/me/archive"))
    feed(resident.person.pk, HOUSE | {"address": "安康路 2 号"}, days=3)
    assert Correction.objects.get().state == "corrected"


def test_an_officer_enters_what_is_right_and_a_colleague_of_the_office_agrees(phone: Client, resident: Any) -> None:
    row = asked(phone, resident.person.pk)
    maker, colleague, stranger = at_desk(officer(office=11)), at_desk(officer(office=11)), at_desk(officer(office=12))
    page = f"/console/archive/corrections/{row.pk}/"
    right = {"occurred_at": "2019-06-03", "number": "341881001234", "relation": "户主", "address": "安康路 2 号"}
    assert "required cell" in text(maker.post(page, {"do": "propose", **right, "address": ""}))
    assert maker.post(page, {"do": "propose", **right}).status_code == 302
    approval = Approval.objects.get(subject=SUBJECT)
    assert "安康路" not in json.dumps(approval.summary, ensure_ascii=False)
    yes = {"decision": "yes", "digest": bytes(approval.digest).hex()}
    for refused in (maker, stranger):
        assert refused.post(f"/console/approvals/{approval.pk}/decide", yes).status_code in (403, 404)
    assert [values_of(item)["address"] for item in items_of(resident.person.pk, "household")] == [HOUSE["address"]]
    assert colleague.post(f"/console/approvals/{approval.pk}/decide", yes).status_code == 302
    (item,) = items_of(resident.person.pk, "household")
    assert (values_of(item)["address"], item.source["feed"]) == ("安康路 2 号", "correction")
    assert "corrected" in text(phone.get("/me/archive"))


def test_declining_needs_a_reason_and_the_person_reads_it(phone: Client, resident: Any) -> None:
    row = asked(phone, resident.person.pk)
    desk, page = at_desk(officer(office=11)), f"/console/archive/corrections/{row.pk}/"
    assert desk.post(page, {"do": "decline", "reason": " "}).status_code == 422
    assert desk.post(page, {"do": "decline", "reason": "与登记簿一致"}).status_code == 302
    assert "与登记簿一致" in text(phone.get("/me/archive"))
    assert desk.post(page, {"do": "accept"}).status_code == 422


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"words": " "}, "what is wrong"),
        ({"words": "x" * 501}, "500 characters"),
        ({"document": SimpleUploadedFile("a.exe", b"MZ")}, "JPEG or PNG"),
        ({"document": SimpleUploadedFile("a.png", PICTURE + b"0" * 600_000)}, "600 kB"),
    ],
)
def test_a_correction_that_cannot_be_taken_says_why(phone: Client, resident: Any, given: dict[str, Any], said: str) -> None:
    feed(resident.person.pk)
    (item,) = items_of(resident.person.pk, "household")
    answer = phone.post(f"/me/archive/correct/{item.id}", {"words": "错了", **given})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert not Correction.objects.exists()


def test_nobody_asks_about_somebody_elses_item_and_no_item_twice(phone: Client, resident: Any, applied: Any) -> None:
    other = applied(document=a_document(2), phone="+8613800000002").person.pk
    feed(other)
    (theirs,) = items_of(other, "household")
    assert phone.post(f"/me/archive/correct/{theirs.id}", {"words": "错了"}).status_code == 404
    row = asked(phone, resident.person.pk)
    again = phone.post(f"/me/archive/correct/{row.item}", {"words": "错了"})
    assert (again.status_code, "already on its way" in text(again)) == (422, True)


def test_the_whole_file_is_taken_as_json_and_pdf_on_record_and_not_without_end(phone: Client, resident: Any) -> None:
    person = resident.person.pk
    feed(person)
    withdraw_consent(person, "archive_household", NOW)
    answer = phone.post("/me/archive/take", {"do": "json"})
    file = json.loads(answer.content)
    assert list(file) == [
        "format", "made_at", "identity", "consents", "devices", "carriers", "family", "health", "travel", "sections", "corrections", "reads",
    ]  # fmt: skip
    assert (file["format"], file["identity"]["document"], file["identity"]["name"]) == ("ankang-archive/1", a_document(), "王小明")
    assert file["sections"]["household"][0]["values"] == HOUSE
    phone.cookies["ankang_lang"] = "zh-hans"
    printed = phone.post("/me/archive/take", {"do": "pdf"})
    words = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(printed.content)).pages)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert "安康路" in words
    assert AccessRecord.objects.filter(person=person, duty="archive.own", fields=["whole_file"]).count() == 2
    for _ in range(DOWNLOADS_A_DAY - 2):
        assert phone.post("/me/archive/take", {"do": "json"}).status_code == 200
    assert phone.post("/me/archive/take", {"do": "json"}).status_code == 422


def test_an_old_sign_in_answers_a_code_first(phone: Client, resident: Any) -> None:
    Credential.objects.update(issued_at=NOW - timedelta(days=3))
    from ankang.people.models import OneTimeCode

    OneTimeCode.objects.update(sent_at=NOW - timedelta(days=2))
    refused = phone.post("/me/archive/take", {"do": "json"})
    assert (refused.status_code, b"ankang-archive/1" in refused.content) == (422, False)
    phone.post("/me/archive/take", {"do": "send"})
    assert phone.post("/me/archive/take", {"do": "confirm", "code": "000000"}).status_code == 422
    assert phone.post("/me/archive/take", {"do": "confirm", "code": newest_code("+8613800000001")}).status_code == 302
    assert phone.post("/me/archive/take", {"do": "json"}).status_code == 200
