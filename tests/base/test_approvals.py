"""The two-person rule: who asks does not decide, what is decided is what was shown, an alarm needs two."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ankang.base import approvals
from ankang.base.approvals import (
    AlarmNotRead,
    AlreadyDecided,
    ContentChanged,
    MakerCannotDecide,
    ReasonNeeded,
    SameOrganisation,
    Subject,
    ask_approval,
    confirm_alarm,
    decide,
    waiting_for,
    withdraw_approval,
)
from ankang.base.errors import NotAllowed
from ankang.base.models import Approval, Decision, Duty, Region

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DIGEST = bytes(32)
ALARM = {"people": 1317, "share": 0.2, "limit_people": 1000, "limit_share": 0.01}


@pytest.fixture
def closed(monkeypatch: Any) -> list[tuple[str, str]]:
    """What the room of the subject was told: reference and state."""
    told: list[tuple[str, str]] = []
    subject = Subject("thing", "Thing", lambda ref: f"/{ref}", lambda asked, now: told.append((asked.reference, asked.state)))
    monkeypatch.setitem(approvals.SUBJECTS, "thing", subject)
    return told


def a_member(name: str, role: str = "approver", region: str = "34", organisation: int | None = None) -> User:
    for code, parent in (("34", None), ("3418", "34"), ("3401", "34")):
        level = "city" if parent else "province"
        Region.objects.get_or_create(code=code, defaults={"parent_id": parent, "name": code, "name_en": code, "level": level})
    user = User.objects.create_user(name, password="x", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region, employer=organisation)
    return user


def an_approval(by: User, **more: Any) -> Approval:
    wanted = {"region": "34", "permission": "rules.approve", "summary": {"zh": "规则", "en": "rules"}, "now": NOW}
    return ask_approval("thing", more.pop("reference", "7"), DIGEST, by, **wanted | more)


def test_somebody_else_approves_and_the_room_is_told(closed: list) -> None:
    asked = an_approval(a_member("maker", "rule_author"))
    checker = a_member("checker")
    assert list(waiting_for(checker)) == [asked]
    assert decide(asked.pk, checker, True, DIGEST, NOW).state == "approved"
    assert closed == [("7", "approved")]
    assert list(waiting_for(checker)) == []


def test_the_maker_cannot_decide_and_the_database_refuses_too(closed: list) -> None:
    maker = a_member("maker")
    asked = an_approval(maker)
    with pytest.raises(MakerCannotDecide):
        decide(asked.pk, maker, True, DIGEST, NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(approval=asked, maker=maker.pk, by=maker.pk, by_name="maker", yes=True, at=NOW)
    assert closed == []


def test_one_no_is_enough_and_says_why(closed: list) -> None:
    asked = an_approval(a_member("maker"), alarm=ALARM)
    checker = a_member("checker")
    with pytest.raises(ReasonNeeded):
        decide(asked.pk, checker, False, DIGEST, NOW, "  ")
    assert decide(asked.pk, checker, False, DIGEST, NOW, "太多人").state == "rejected"
    assert closed == [("7", "rejected")]


def test_an_alarm_needs_two_different_people_who_have_read_it(closed: list) -> None:
    asked = an_approval(a_member("maker"), alarm=ALARM)
    first, second = a_member("first"), a_member("second")
    with pytest.raises(AlarmNotRead):
        confirm_alarm(asked.pk, "1,300")
    confirm_alarm(asked.pk, "1,317")
    unweighed = an_approval(a_member("other"), alarm={"not_weighed": True, "rows": 5000}, reference="8")
    with pytest.raises(AlarmNotRead):
        confirm_alarm(unweighed.pk, "")
    confirm_alarm(unweighed.pk, "5,000")
    assert decide(asked.pk, first, True, DIGEST, NOW).state == "pending"
    with pytest.raises(AlreadyDecided):
        decide(asked.pk, first, True, DIGEST, NOW)
    assert list(waiting_for(first)) == [unweighed]
    assert decide(asked.pk, second, True, DIGEST, NOW).state == "approved"
    assert closed == [("7", "approved")]


def test_what_changed_since_it_was_shown_is_not_approved(closed: list) -> None:
    asked = an_approval(a_member("maker"))
    with pytest.raises(ContentChanged):
        decide(asked.pk, a_member("checker"), True, b"other" * 6, NOW)


def test_another_organisation_must_decide_where_that_is_asked(closed: list) -> None:
    asked = an_approval(a_member("maker", organisation=5), other_organisation=True)
    for number, organisation in enumerate((5, None)):
        with pytest.raises(SameOrganisation):
            decide(asked.pk, a_member(f"colleague{number}", organisation=organisation), True, DIGEST, NOW)
    assert decide(asked.pk, a_member("other", organisation=6), True, DIGEST, NOW).state == "approved"


@pytest.mark.parametrize(("role", "region"), [("door_staff", "34"), ("approver", "3418"), ("rule_author", "34")])
def test_without_the_permission_in_the_region_nobody_decides_or_sees_it(closed: list, role: str, region: str) -> None:
    asked = an_approval(a_member("maker"))
    stranger = a_member("stranger", role, region)
    assert list(waiting_for(stranger)) == []
    with pytest.raises(NotAllowed):
        decide(asked.pk, stranger, True, DIGEST, NOW)


def test_a_request_waits_once_and_can_be_withdrawn_by_its_maker_only(closed: list) -> None:
    maker, checker = a_member("maker"), a_member("checker")
    asked = an_approval(maker)
    with pytest.raises(AlreadyDecided):
        an_approval(maker)
    with pytest.raises(NotAllowed):
        withdraw_approval(asked.pk, checker, NOW)
    withdraw_approval(asked.pk, maker, NOW)
    with pytest.raises(AlreadyDecided):
        decide(asked.pk, checker, True, DIGEST, NOW)
    assert closed == [("7", "withdrawn")]
    assert an_approval(maker).pk != asked.pk


def test_the_inbox_shows_what_waits_and_takes_the_decision(client: Any, closed: list) -> None:
    asked = an_approval(a_member("maker"), alarm=ALARM)
    client.force_login(a_member("checker"))
    page = client.get("/console/approvals/").content.decode()
    assert "待您审批：1 项" in page
    assert "警报：1,317 人" in page
    address = f"/console/approvals/{asked.pk}/decide"
    unread = client.post(address, {"decision": "yes", "digest": DIGEST.hex()})
    assert (unread.status_code, AlarmNotRead.zh in unread.content.decode()) == (422, True)
    assert client.post(address, {"decision": "no", "digest": "zz"}).status_code == 422
    done = client.post(address, {"decision": "yes", "people": "1317", "digest": DIGEST.hex()})
    assert (done.status_code, done.headers["Location"]) == (302, "/7")
    assert "没有待您审批的申请" in client.get("/console/approvals/").content.decode()
