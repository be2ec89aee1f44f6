"""Old registration codes (A1): a list is looked at, taken and undone; a code finds its person, before or after they apply."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord
from ankang.people.errors import AlreadyReviewed, TooManyClaims
from ankang.people.models import LegacyCode, LegacyImport
from ankang.people.services import changing, legacy

from .conftest import HARBOUR, HELI, NOW, a_document
from .test_console import staff
from .test_family import clerk
from .test_pages import text

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]


def a_list(*rows: tuple[str, str, str]) -> bytes:
    lines = ["登记码,姓名,证件号码", *[",".join(row) for row in rows]]
    return ("\ufeff" + "\r\n".join(lines)).encode()


MINE = ("FG-0001", "王小明", a_document())
LIST = a_list(
    MINE,
    ("FG-0002", "李大海", a_document(2)),
    ("fg 0001", "王小明", a_document()),
    ("FG-0003", "别人", a_document()),
    ("?", "赵六", a_document(3)),
    ("FG-0004", "赵六", "123"),
)


def looked_at(user: Any, body: bytes = LIST) -> LegacyImport:
    return legacy.check_list(user, "return_to_work", "341881", "codes.csv", body, NOW)


def test_a_list_is_looked_at_before_anything_is_taken(applied: Apply) -> None:
    applied()
    row = looked_at(clerk())
    found = row.findings
    assert (found["good"], found["on_file"], found["refused"]) == (2, 1, 4)
    assert [(fault["row"], fault["code"]) for fault in found["faults"]] == [
        (4, "code_twice"),
        (5, "name_differs"),
        (6, "bad_code"),
        (7, "bad_document"),
    ]
    assert not LegacyCode.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM people_legacyimport")
        assert "王小明".encode() not in bytes(cursor.fetchone()[0])


def test_taken_codes_stand_on_their_persons_page_now_or_when_they_apply(applied: Apply) -> None:
    done, user = applied(), clerk()
    legacy.take_list(user, looked_at(user).pk, NOW)
    me = Client()
    me.cookies["ankang_lang"], me.cookies["ankang_resident"] = "en", done.credential.token
    assert "Return-to-work registration …0001" in text(me.get("/me"))
    assert legacy.person_of_code(user, "return_to_work", "fg-0001") == done.person
    assert legacy.person_of_code(user, "return_to_work", "FG-0002") is None
    later = applied(document=a_document(2), name="李大海", phone="+8613800000002").person
    assert legacy.person_of_code(user, "return_to_work", "FG-0002") == later
    assert legacy.person_of_code(clerk(region=HELI), "return_to_work", "FG-0002") is None
    assert applied().person == done.person


def test_a_waiting_code_does_not_go_to_another_name(applied: Apply) -> None:
    user = clerk()
    legacy.take_list(user, looked_at(user).pk, NOW)
    applied(document=a_document(2), name="冒名者", phone="+8613800000002")
    assert legacy.person_of_code(user, "return_to_work", "FG-0002") is None


def test_the_wrong_list_is_undone_and_can_come_again(applied: Apply) -> None:
    user = clerk()
    row = looked_at(user)
    assert looked_at(user).pk == row.pk
    legacy.take_list(user, row.pk, NOW)
    with pytest.raises(AlreadyReviewed):
        legacy.take_list(user, row.pk, NOW)
    assert looked_at(user, a_list(MINE)).findings["faults"] == [{"row": 2, "code": "code_taken", "column": "登记码"}]
    assert legacy.undo_list(user, row.pk, NOW) == 3  # who has not applied yet has no name to differ from
    assert looked_at(user).pk != row.pk


def test_other_offices_and_broken_files(ningguo: None) -> None:
    user = clerk(region=HARBOUR)
    with pytest.raises(BadInput):
        looked_at(user)
    other = legacy.check_list(user, "bus", HARBOUR, "codes.csv", LIST, NOW)
    with pytest.raises(NotFound):
        legacy.take_list(clerk(region=HELI), other.pk, NOW)
    for body in (b"", b"\x89PNG", "登记码,姓名,证件号码".encode()):
        with pytest.raises(BadInput) as refusal:
            legacy.check_list(user, "bus", HARBOUR, "codes.csv", body, NOW)
        assert refusal.value.details["fields"] == {"file": "unreadable"}


def test_a_list_tells_nobody_who_is_on_file_elsewhere(applied: Apply) -> None:
    applied()  # in HARBOUR
    body = a_list(MINE, ("FG-0003", "别人", a_document()))
    row = legacy.check_list(clerk(region=HELI), "return_to_work", HELI, "codes.csv", body, NOW)
    assert (row.findings["good"], row.findings["on_file"], row.findings["faults"]) == (2, 0, [])
    legacy.take_list(clerk(region=HELI), row.pk, NOW)
    assert set(LegacyCode.objects.values_list("person", flat=True)) == {None}


def test_the_pages_of_a_list(applied: Apply) -> None:
    applied()
    user = staff("operations")
    made = user.post("/console/legacy/", {"system": "bus", "file": SimpleUploadedFile("codes.csv", LIST, "text/csv")})
    page = made.headers["Location"]
    assert "Take 2 rows" in text(user.get(page))
    refused = b"".join(user.get(f"{page}refused.csv").streaming_content).decode("utf-8-sig")
    assert "FG-0003" in refused
    assert user.post(page, {"do": "take"}).status_code == 302
    assert "undo" in text(user.get(page))
    assert user.post(page, {"do": "take"}).status_code == 422
    assert user.post(page, {"do": "undo"}).status_code == 302
    assert "undone" in text(user.get("/console/legacy/"))
    assert staff("operations", HELI).get(page).status_code == 404


def test_a_person_merges_an_old_code_of_their_own_and_of_nobody_else(applied: Apply, client: Client) -> None:
    legacy.take_list(clerk(), looked_at(clerk()).pk, NOW)
    me = applied()
    LegacyCode.objects.filter(person=me.person.pk).update(person=None)  # it came in while the name was another one
    client.cookies["ankang_resident"] = me.credential.token
    refused = client.post("/me/change/old-code", {"system": "return_to_work", "number": "FG-0002"})
    assert (refused.status_code, "没有以您的姓名和证件登记" in text(refused)) == (422, True)
    unknown = client.post("/me/change/old-code", {"system": "return_to_work", "number": "FG-9999"})
    assert "没有以您的姓名和证件登记" in text(unknown)
    done = client.post("/me/change/old-code", {"system": "return_to_work", "number": " fg 0001 "})
    assert "已并入您的安康码" in text(done)
    assert LegacyCode.objects.get(person=me.person.pk).last_digits == "0001"
    assert legacy.exchange_code(me.person.pk, "return_to_work", "FG-0001", NOW) is False
    for _ in range(8):
        with pytest.raises(BadInput):
            legacy.exchange_code(me.person.pk, "bus", "FG-0001", NOW)
    with pytest.raises(TooManyClaims):
        legacy.exchange_code(me.person.pk, "return_to_work", "FG-0001", NOW)


def test_an_old_code_is_a_person_s_by_name_and_document_an_earlier_document_too(applied: Apply) -> None:
    me = applied(document_kind="passport", document="C01X00T47", country="DE").person
    changing.give_document(me.pk, "resident_id", a_document(4), "", clerk(), NOW)
    rows = [
        ("FG-0001", "王小明", "C01X00T47"),
        ("FG-0002", "王小明", a_document(4)),
        ("FG-0003", "别人", a_document(4)),
        ("FG-0004", "别人", "C01X00T47"),
        ("FG-0005", "王小明", a_document(5)),
    ]
    text = "\n".join(["登记码,姓名,证件类型,证件号码", *(f"{code},{name},{_kind(number)},{number}" for code, name, number in rows)])
    user = clerk(region=HELI)  # another office's list: nobody is known in it, all wait
    legacy.take_list(user, legacy.check_list(user, "return_to_work", HELI, "codes.csv", text.encode(), NOW).pk, NOW)
    other = applied(document=a_document(9), name="赵六", phone="+8613800000009").person
    LegacyCode.objects.filter(last_digits="0005").update(person=other)
    answers = {}
    for code, _name, _document in rows:
        try:
            answers[code] = legacy.exchange_code(me.pk, "return_to_work", code, NOW)
        except BadInput:
            answers[code] = None
    assert answers == {"FG-0001": True, "FG-0002": True, "FG-0003": None, "FG-0004": None, "FG-0005": None}
    assert set(LegacyCode.objects.filter(person=me).values_list("last_digits", flat=True)) == {"0001", "0002"}
    LegacyCode.objects.filter(last_digits="0003").update(person=me)
    assert legacy.exchange_code(me.pk, "return_to_work", "FG-0003", NOW) is False, "whose it is by a clerk's hand stays theirs"


def _kind(number: str) -> str:
    return "护照" if number.startswith("C") else "居民身份证"


def test_a_list_that_was_only_looked_at_is_looked_at_anew(applied: Apply) -> None:
    user, copy = clerk(), LIST + b"\r\n"
    taken = looked_at(user)
    legacy.take_list(user, taken.pk, NOW)
    assert looked_at(user, copy).findings["good"] == 0
    legacy.undo_list(user, taken.pk, NOW)
    again = looked_at(user, copy)
    assert (again.findings["good"], LegacyImport.objects.filter(state="checked").count()) == (3, 1)


def test_the_page_says_what_is_wrong_with_a_file(ningguo: None, client: Client) -> None:
    client.force_login(clerk())
    said = []
    for body in ("登记码,姓名\n".encode(), "登记码,姓名,证件号码\n".encode("utf-16"), b""):
        file = SimpleUploadedFile("codes.csv", body, "text/csv")
        said.append(client.post("/console/legacy/", {"system": "return_to_work", "file": file}).content.decode())
    assert ["缺少必需的列" in said[0], "编码" in said[1]] == [True, True]
    assert all("无法读取，请使用" not in page for page in said[:2])


def test_a_list_is_forgotten_after_a_month(applied: Apply) -> None:
    user = clerk()
    taken = looked_at(user)
    legacy.take_list(user, taken.pk, NOW)
    only_looked_at = looked_at(user, a_list(("FG-0009", "赵六", a_document(8))))
    assert legacy.forget_lists(NOW + timedelta(days=29)) == 0
    assert legacy.forget_lists(NOW + timedelta(days=31)) == 2
    states = dict(LegacyImport.objects.values_list("pk", "state"))
    assert (states, set(LegacyImport.objects.values_list("content", flat=True))) == ({taken.pk: "taken", only_looked_at.pk: "dropped"}, {None})
    with pytest.raises(NotFound):
        legacy.refused_rows(user, taken.pk, "en")
    assert legacy.undo_list(user, taken.pk, NOW) == 3


def test_the_counter_finds_a_person_by_an_old_code_on_record(applied: Apply, client: Client) -> None:
    me = applied()
    legacy.take_list(clerk(), looked_at(clerk()).pk, NOW)
    user = clerk()
    client.force_login(user)
    given = {"who": "FG-0001", "system": "return_to_work", "purpose": "window", "note": ""}
    assert client.post("/console/desk/", given | {"system": "bus"}).status_code == 422
    assert client.post("/console/desk/", given).url == f"/console/desk/{me.person.pk}/"
    assert list(AccessRecord.objects.filter(reader=user.pk).values_list("person", flat=True)) == [me.person.pk]
