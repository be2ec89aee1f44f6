"""Accounts come from invitations: one link, once, three days, for exactly the duties that were given."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from ankang.base.errors import BadInput
from ankang.base.models import Message
from ankang.staff.errors import AdministratorsAreSeparate, OutsideReach, SheetTooLong, SheetUnreadable
from ankang.staff.models import Invitation, Member
from ankang.staff.services import invite, invite_rows, read_rows

from .builders import PASSWORD, a_member, an_organisation, code_of, is_in, security

pytestmark = pytest.mark.django_db
PUBLIC = "https://ankang.example"
CHOSEN = {"username": "wang.ming", "password": PASSWORD, "again": PASSWORD}


def an_invitation(by: User | None = None, role: str = "tracer", region: str = "341881", **more: Any) -> Any:
    duty = {"role": role, "region": region, "organisation": more.pop("organisation", None)}
    sent = {"phone": "13800000000", "public_url": PUBLIC} | more
    return invite("王明", [duty], by or security(), timezone.now(), **sent)


def path_of(invited: Any) -> str:
    return str(invited.address(""))


def test_an_invitation_makes_an_account_with_its_duties_after_password_and_second_factor(client: Any) -> None:
    head = an_organisation()
    invited = an_invitation(organisation=head.pk)
    sent = Message.objects.get()
    assert (sent.purpose, invited.address(PUBLIC) in sent.body, sent.to) == ("staff_invitation", True, "+8613800000000")
    assert "王明" in client.get(path_of(invited)).content.decode()
    assert client.post(path_of(invited), CHOSEN).url == "/staff/enrol/"
    client.post("/staff/enrol/", {"code": code_of(client.get("/staff/enrol/").context["secret"])})
    user = User.objects.get(username="wang.ming")
    duties = list(user.duties.values_list("role", "region", "organisation"))
    assert (is_in(client), duties) == (True, [("tracer", "341881", head.pk)])
    assert (Member.objects.get(user=user).phone, user.first_name) == ("13800000000", "王明")


def test_the_database_holds_neither_token_nor_name_nor_phone_in_clear() -> None:
    invited = an_invitation(email="wang@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(i::text, ' ') FROM staff_invitation i")
        stored = cursor.fetchone()[0]
    hidden = (invited.token, "王明", "13800000000", "wang@example.org")
    assert [word for word in hidden if word in stored or word.encode().hex() in stored] == []


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("used", 410, "邀请已经使用过"),
        ("revoked", 410, "邀请已被撤销"),
        ("expired", 410, "邀请已过期"),
        ("forged", 404, "这个邀请链接无效"),
    ],
)
def test_a_link_that_does_not_work_says_why(client: Any, state: str, status: int, words: str) -> None:
    invited = an_invitation()
    rows, now, path = Invitation.objects.all(), timezone.now(), path_of(invited)
    match state:
        case "used":
            client.post(path, CHOSEN)
            client = Client()
        case "revoked":
            rows.update(revoked_at=now)
        case "expired":
            rows.update(expires_at=now - timedelta(seconds=1))
        case "forged":
            path = path[:-1] + ("A" if path[-1] != "A" else "B")
    before = User.objects.count()
    for answer in (client.get(path), client.post(path, CHOSEN | {"username": "another"})):
        assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"username": "x"}, "error-summary"),
        ({"username": "a b c"}, "3 到 150 个文字"),
        ({"password": "short", "again": "short"}, "密码"),
        ({"password": "wang.ming-1", "again": "wang.ming-1"}, "密码"),
        ({"again": "other"}, "两次输入的密码不一致"),
        ({"username": "TAKEN"}, "这个用户名已有人使用"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_the_link_still_works(client: Any, said: dict, words: str) -> None:
    a_member(name="taken")
    path = path_of(an_invitation())
    answer = client.post(path, CHOSEN | said)
    assert (answer.status_code, words in answer.content.decode()) == (200, True)
    assert client.post(path, CHOSEN).url == "/staff/enrol/"


def test_nobody_is_invited_outside_the_inviters_reach_or_into_two_administrations() -> None:
    with pytest.raises(OutsideReach):
        an_invitation(security("341881"), region=a_member("tracer", region="3401").duties.get().region_id)
    with pytest.raises(OutsideReach):
        an_invitation(security(organisation=an_organisation().pk))
    two = [{"role": role, "region": "341881"} for role in ("auditor", "security_administrator")]
    with pytest.raises(AdministratorsAreSeparate):
        invite("王明", two, security(), timezone.now(), phone="13800000000", public_url=PUBLIC)


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"phone": ""}, {"email": "email_or_phone"}),
        ({"phone": "12"}, {"phone": "not_a_phone"}),
        ({"email": "nobody"}, {"email": "not_an_email"}),
        ({"role": "king"}, {"role": "unknown"}),
    ],
)
def test_an_invitation_that_could_not_arrive_is_not_made(more: dict, faults: dict) -> None:
    with pytest.raises(BadInput) as refused:
        an_invitation(**more)
    assert (refused.value.details, Invitation.objects.count()) == ({"fields": faults}, 0)


SHEET = "姓名,手机,岗位,地区,限于单位\r\n\"王\r\n明\",13800000001,tracer,341881,\r\n李四,13800000002,grid_worker,341881,\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_sheet_is_shown_and_then_sent_whole(client: Any, encoding: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(security())
    file = SimpleUploadedFile("staff.csv", SHEET.encode(encoding))
    shown = client.post("/console/staff/invitations/sheet", {"sheet": file})
    assert ([row["faults"] for row in shown.context["rows"]], Invitation.objects.count()) == ([[], []], 0)
    assert "李四" not in shown.context["sheet"]
    client.post("/console/staff/invitations/sheet/send", {"sheet": shown.context["sheet"]})
    roles = sorted(row.duties[0]["role"] for row in Invitation.objects.all())
    assert (roles, Message.objects.count()) == (["grid_worker", "tracer"], 2)


def test_a_sheet_with_faults_names_the_lines_and_sends_nothing() -> None:
    by, now = security(), timezone.now()
    text = "name,phone,role,region\na,13800000001,tracer,341881\nb,1,tracer,341881\nc,13800000003,king,99\n"
    rows = read_rows(text.encode(), by)
    assert [(row.line, row.fault and row.fault.details) for row in rows] == [
        (2, None),
        (3, {"fields": {"phone": "not_a_phone"}}),
        (4, {"fields": {"role": "unknown", "region": "unknown"}}),
    ]
    with pytest.raises(BadInput) as refused:
        invite_rows(text.encode(), by, now, PUBLIC)
    assert (refused.value.details, Invitation.objects.count()) == ({"fields": {"lines": [3, 4]}}, 0)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", SheetUnreadable),
        (b"\xff\xfe\x00a", SheetUnreadable),
        (b"name,phone\na,1\n", SheetUnreadable),
        (b"name,role,region\n", SheetUnreadable),
        (b"name,role,region\n" + b"a,b,c\n" * 501, SheetTooLong),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(data: bytes, fault: type) -> None:
    with pytest.raises(fault):
        read_rows(data, security())


def test_a_sheet_is_read_as_spreadsheets_write_it() -> None:
    text = ' 姓名 ,ROLE,地区,备注,手机\r\n\r\n , ,\r\n" 王\r\n明 ",tracer,341881,新来的,13800000001,x\r\n李四,tracer,341881\r\n'
    blank = {"email": "", "organisation": "", "employer": ""}
    assert [(row.line, row.values) for row in read_rows(text.encode(), security())] == [
        (5, {"name": "王\r\n明", "role": "tracer", "region": "341881", "phone": "13800000001"} | blank),
        (6, {"name": "李四", "role": "tracer", "region": "341881", "phone": ""} | blank),
    ]
    for missing in ("name", "role", "region"):
        heads = [one for one in ("name", "role", "region", "phone") if one != missing]
        with pytest.raises(SheetUnreadable):
            read_rows(f"{','.join(heads)}\na,b,c\n".encode(), security())
    with pytest.raises(SheetUnreadable):
        read_rows(f'name,role,region\n"{"x" * 140_000}",tracer,341881\n'.encode(), security())


def test_the_page_invites_shows_the_link_once_and_withdraws_it(client: Any) -> None:
    client.force_login(security())
    said = {"name": "王明", "phone": "13800000000", "role": "tracer", "region": "341881"}
    shown = client.post("/console/staff/invitations/new", said)
    link = shown.context["link"].split("/staff/")[1]
    listed = client.get("/console/staff/invitations")
    assert (Client().get(f"/staff/{link}").status_code, link in listed.content.decode()) == (200, False)
    client.post(f"/console/staff/invitations/{Invitation.objects.get().pk}/revoke")
    assert Client().get(f"/staff/{link}").status_code == 410
    refused = client.post("/console/staff/invitations/new", said | {"phone": "1"})
    assert (refused.status_code, "手机号格式不对" in refused.content.decode()) == (422, True)
