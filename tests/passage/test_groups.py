"""Groups of an organisation: who puts whom in, who leaves, who leads, who came (issue 5, crowds)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from ankang.base.errors import NotFound
from ankang.base.models import AccessRecord, Message, Revision
from ankang.core.group_codes import is_led_by, read_group_code
from ankang.core.place_codes import place_mac_key
from ankang.core.verdicts import VisitKind
from ankang.passage.groups import services
from ankang.passage.groups.attendance import attendance
from ankang.passage.groups.models import Group, GroupMember
from ankang.passage.groups.rules import left_to_mend, pasted
from ankang.passage.models import Visit
from ankang.passage.rules import day_of_moment, trace_of
from ankang.places.models import Device
from ankang.trust.keyring import day_key, keyring
from tests.people.conftest import a_document, applied, in_english, ningguo  # noqa: F401
from tests.people.test_pages import text
from tests.places.builders import a_checkpoint, an_organisation, staff

from .builders import NOW

Apply = Callable[..., Any]


@pytest.fixture
def wang(applied: Apply) -> Any:  # noqa: F811
    return applied()


@pytest.fixture
def li(applied: Apply) -> Any:  # noqa: F811
    return applied(document=a_document(2), name="李大海", phone="+8613800000002")


@pytest.fixture
def manager(ningguo: None) -> Any:  # noqa: F811
    return staff("checkpoint_manager")


@pytest.fixture
def group(manager: Any) -> Group:
    return services.make_group(an_organisation().pk, "二年级三班", "春游乘车", manager, NOW)


def revision() -> int:
    return Revision.objects.get(name="groups").revision


def browser(applied_one: Any) -> Client:
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.cookies["ankang_resident"] = applied_one.credential.token
    return client


def a_check_in(person: int, **more: object) -> None:
    """As a gate writes it."""
    day = day_of_moment(NOW.timestamp())
    row = {"visit": uuid4(), "at": NOW, "received_at": NOW, "checkpoint_id": 1, "direction": 1, "verdict": 1, "reason": 1, "colour": 1}
    Visit.objects.create(trace=pseudonym(person), day=day, kind=VisitKind.GROUP, **(row | more))


def pseudonym(person: int) -> Any:
    return trace_of(person, day_key(day_of_moment(NOW.timestamp())))


def test_people_are_put_in_by_document_with_the_purpose_on_record(wang: Any, li: Any, group: Group, manager: Any) -> None:
    Message.objects.all().delete()
    lines = f"王小明,{a_document()}\n李大海 {a_document(2)}\n赵四,{a_document(9)}\n李小海,{a_document(2)}\n王五,123\n"
    done = services.add_members(group, pasted(lines), "members.csv", manager, NOW)
    assert done.joined == 2
    assert [(row.row, row.code) for row in done.refused] == [(4, "not_on_file"), (5, "not_on_file"), (6, "bad_document")]
    assert set(GroupMember.objects.values_list("person", "how")) == {(wang.person.pk, "file"), (li.person.pk, "file")}
    reads = AccessRecord.objects.values_list("person", "duty", "purpose", "fields")
    assert sorted(reads) == sorted(
        (one.person.pk, "groups.edit", "二年级三班: 春游乘车", ["groups"]) for one in (wang, li)
    )
    assert {message.to for message in Message.objects.all()} == {"+8613800000001", "+8613800000002"}
    group.refresh_from_db()
    assert group.revision == revision()
    assert services.add_members(group, pasted(lines), "members.csv", manager, NOW).joined == 2
    assert GroupMember.objects.count() == 2
    one = f"王小明,{a_document()}"
    assert services.add_members(group, pasted(f"{one}\n{one}"), "members.csv", manager, NOW).joined == 1


def test_refused_rows_come_back_below_their_heading(group: Group, wang: Any, manager: Any) -> None:
    lines = f"姓名,证件类型,证件号码\n王晓明,身份证,{a_document()}\n王小明,身份证,{a_document()}"
    done = services.add_members(group, pasted(lines), "members.csv", manager, NOW)
    left = left_to_mend(done.header, [row.cells for row in done.refused])
    assert (done.joined, left) == (1, f"姓名,证件类型,证件号码\n王晓明,身份证,{a_document()}")
    again = services.add_members(group, pasted(left.replace("晓", "小")), "members.csv", manager, NOW)
    assert (again.joined, again.refused) == (1, [])


def test_people_join_by_code_and_leave_as_they_like(wang: Any, group: Group) -> None:
    before = revision()
    assert services.join_group(f" {group.join_code.lower()} ", wang.person.pk, NOW) == group
    assert services.groups_with(wang.person.pk) == [group]
    assert services.leave_group(group.pk, wang.person.pk, NOW)
    assert not services.leave_group(group.pk, wang.person.pk, NOW)
    assert (revision(), services.groups_with(wang.person.pk)) == (before + 2, [])
    with pytest.raises(services.JoinCodeUnknown):
        services.join_group("ABCDEFGH", wang.person.pk, NOW)


def test_a_group_is_open_for_hours_and_until_tonight_at_most(wang: Any, group: Group) -> None:
    services.join_group(group.join_code, wang.person.pk, NOW)
    assert services.open_group(group, 1, NOW) <= NOW + timedelta(hours=1)
    group.refresh_from_db()
    assert group.open_until is not None
    services.end_group(group, NOW)
    group.refresh_from_db()
    assert (group.open_until, group.revision, GroupMember.objects.get().left_why) == (None, revision(), "group_ended")
    with pytest.raises(services.JoinCodeUnknown):
        services.join_group(group.join_code, wang.person.pk, NOW)


def test_staff_of_elsewhere_see_nothing(group: Group) -> None:
    elsewhere = staff("checkpoint_manager", region="341525")
    with pytest.raises(NotFound):
        services.fetch_group(group.pk, elsewhere)
    with pytest.raises(NotFound):
        services.make_group(group.organisation_id, "三班", "x", elsewhere, NOW)
    client = Client()
    client.force_login(elsewhere)
    assert client.get(f"/console/groups/{group.pk}/").status_code == 404
    client.force_login(staff("door_staff"))
    assert client.get("/console/groups/").status_code == 403


def test_the_leader_shows_the_code_and_sees_who_is_missing(wang: Any, li: Any, group: Group) -> None:
    for one in (wang, li):
        services.join_group(group.join_code, one.person.pk, NOW)
    services.choose_leader(group, GroupMember.objects.get(person=wang.person.pk).pk)
    leader, other = browser(wang), browser(li)
    address = f"/me/groups/{group.pk}"
    assert "Open check-in when" in text(leader.get(address))
    assert other.get(address).status_code == 404
    leader.post(address, {"hours": "4"})
    page = leader.get(address)
    assert (page.headers["Refresh"], page.headers["Cache-Control"]) == ("300", "no-store")
    a_check_in(li.person.pk)
    shown = text(leader.get(address))
    assert "1 of 2 checked in today" in shown
    assert "李*海" in shown
    assert "大海" not in shown
    key = place_mac_key(keyring().newest("place").secret)
    group.refresh_from_db()
    code = read_group_code([key], services.code_of(group, NOW), NOW.timestamp())
    assert (code.group, is_led_by([key], code, wang.person.pk)) == (group.pk, True)
    assert not is_led_by([key], code, li.person.pk)


def test_members_read_the_purpose_before_they_agree(wang: Any, group: Group) -> None:
    me = browser(wang)
    assert "You are in no group" in text(me.get("/me/groups"))
    asked = me.get("/me/groups/join", {"code": group.join_code})
    assert all(words in text(asked) for words in ("春游乘车", "never your colour"))
    assert GroupMember.objects.count() == 0
    wrong = me.post("/me/groups/join", {"code": "nonsense"})
    assert (wrong.status_code, "no group with this code" in text(wrong)) == (422, True)
    me.post("/me/groups/join", {"code": group.join_code, "do": "join"})
    assert "二年级三班" in text(me.get("/me"))
    me.post("/me/groups", {"group": group.pk})
    assert GroupMember.objects.get().left_why == "member"


def test_the_console_makes_fills_opens_and_ends_a_group(wang: Any, manager: Any) -> None:
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.force_login(manager)
    home = an_organisation()
    assert client.post("/console/groups/", {"organisation": home.pk, "name": "1 号车", "purpose": ""}).status_code == 422
    made = client.post("/console/groups/", {"organisation": home.pk, "name": "1 号车", "purpose": "春运"})
    twice = client.post("/console/groups/", {"organisation": home.pk, "name": "1 号车", "purpose": "春运"})
    assert (made.status_code, twice.status_code, "already a group" in text(twice)) == (302, 422, True)
    page = made.headers["Location"]
    added = text(client.post(page, {"do": "add", "lines": f"王小明,{a_document()}\n无名,1"}))
    assert all(words in added for words in ("Of this list, now in the group: 1", "The document number cannot be right"))
    assert "empty" in text(client.post(page, {"do": "add", "lines": ""}))
    member = GroupMember.objects.get()
    for given in ({"do": "open", "hours": "4"}, {"do": "leader", "member": member.pk}):
        assert client.post(page, given).status_code == 302
    assert all(words in text(client.get(page)) for words in ("Open until", "leader", "0 of 1 checked in today"))
    assert client.post(page, {"do": "out", "member": member.pk + 1}).status_code == 404
    client.post(page, {"do": "out", "member": member.pk})
    group = Group.objects.get()
    assert (group.leader, GroupMember.objects.get().left_why) == (None, "organiser")
    client.post(page, {"do": "end"})
    assert client.get(page).status_code == 404


def test_the_leader_and_the_manager_read_who_led_them_in_and_which_device_took_it(
    wang: Any, li: Any, group: Group, manager: Any
) -> None:
    for one in (wang, li):
        services.join_group(group.join_code, one.person.pk, NOW)
    services.choose_leader(group, GroupMember.objects.get(person=wang.person.pk).pk)
    door = a_checkpoint(organisation=group.organisation)
    scanner = Device.objects.create(organisation=group.organisation, name="扫码器甲", kind="scanner", created_at=NOW)
    a_check_in(wang.person.pk, checkpoint_id=2**31)
    a_check_in(li.person.pk, led_by=pseudonym(wang.person.pk), checkpoint_id=door.pk, device=scanner.pk)
    rows = [(row.name, row.led_by, row.door, row.device) for row in attendance(group, NOW)]
    assert rows == [("王*明", "", "", ""), ("李*海", "王*明", door.name, "扫码器甲")]
    services.leave_group(group.pk, wang.person.pk, NOW)
    assert [(row.name, row.led_by) for row in attendance(group, NOW)] == [("李*海", "王*明")]
    a_check_in(li.person.pk, led_by=uuid4(), at=NOW + timedelta(minutes=5))
    assert attendance(group, NOW)[0].led_by not in ("", "王*明")


def test_another_leader_is_news_to_the_doors(wang: Any, group: Group) -> None:
    services.join_group(group.join_code, wang.person.pk, NOW)
    before = revision()
    services.choose_leader(group, GroupMember.objects.get().pk)
    group.refresh_from_db()
    assert (group.revision, revision()) == (before + 1, before + 1)
