"""Each role signs in and finds its work on the first page, and every link on it opens."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from ankang.base.permissions import ROLES
from ankang.base.work import work_for
from ankang.exchange.models import Batch
from ankang.passage.groups.services import make_group
from ankang.places.models import PolicyRequest
from ankang.places.services import enrol_device
from ankang.staff.services.invitations import invite
from tests.places.builders import a_checkpoint, a_region, staff

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)
ADDRESS = re.compile(r'href="(/[^"#]*)')
AWAY = ("/static/", "/console/logout/", "/lang", "/console/login/")
OWN = {
    "agency": {"Batches to go on with", "Rows that were refused"},
    "approver": {"Wait for your decision"},
    "checkpoint_manager": {
        "Planned, to be built",
        "Built: hang the poster, then open",
        "In use without a scanner",
        "Devices to pair",
        "Lists of places to confirm",
        "Groups checking in now",
        "Devices that fell silent",
        "Devices that report a fault",
    },
    "environment_regulator": {"Places without an entry of your office"},
    "rule_author": {
        "Rule sets in draft",
        "Dry runs and alarms",
        "Policy sets in draft",
        "Requests for a policy",
        "Areas that wait or end soon",
    },
    "security_administrator": {"Wait for your decision", "Invitations not used yet", "Staff without a second factor"},
}


@pytest.fixture
def work(db: None) -> None:
    """One thing in most queues of the county."""
    a_region("34")
    from ankang.base.models import Region

    Region.objects.create(code="341881", name="宁国市", name_en="Ningguo", level="county", parent_id="34")
    doors = [a_checkpoint(state) for state in ("planned", "built", "in_use")]
    enrol_device(doors[2], "东门扫码枪", None, NOW)
    author = staff("security_administrator")
    duty = {"role": "door_staff", "region": "341881", "organisation": None, "employer": None}
    invite("新同事", [duty], author, NOW, email="new@example.org", public_url="http://localhost")
    for state, failed in (("validated", 0), ("finished", 3)):
        Batch.objects.create(
            feed="nucleic-tests", filename=f"{state}.csv", way="page", sender=1, sender_name="市医院", organisation="市医院",
            region_id="341881", state=state, failed=failed, created_at=NOW, ended_at=NOW,
        )  # fmt: skip
    manager = staff("checkpoint_manager")
    group = make_group(doors[2].organisation_id, "一年级", "春游", manager, NOW)
    group.open_until = NOW + timedelta(hours=1)
    group.save()
    PolicyRequest.objects.create(
        asked_for="宁国市", place_type=1, wish="测温上限 37.0", reason="学校要求", asked_by=1, asked_by_name="宁国", asked_at=NOW
    )


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_link_on_the_first_page_of_a_role_opens(work: None, client: Any, role: str) -> None:
    client.force_login(staff(role, region="34" if role in ("rule_author", "approver") else "341881"))
    page = client.get("/console/")
    links = sorted({unescape(link) for link in ADDRESS.findall(page.content.decode())})
    followed = {link: client.get(link).status_code for link in links if not link.startswith(AWAY)}
    assert page.status_code == 200
    assert len(followed) > 3
    assert {link: status for link, status in followed.items() if status != 200} == {}


def test_a_role_finds_its_own_lists_and_no_others(work: None, client: Any) -> None:
    from django.utils import translation

    with translation.override("en"):
        seen = {
            role: {one.title.split(" · ")[0] for one in work_for(staff(role, region="34"), NOW)} for role in OWN
        }
    assert seen == OWN


def test_what_waits_stands_first_and_says_how_much(work: None) -> None:
    lists = work_for(staff("checkpoint_manager"), NOW)
    counts = [one.count for one in lists]
    assert counts == sorted(counts, key=lambda count: count == 0)
    assert [one.items[0].title for one in lists if one.count and "一年级" in one.items[0].title] == ["一年级"]


def test_another_county_s_work_is_not_on_the_page(work: None) -> None:
    a_region("341525")
    assert [one.count for one in work_for(staff("checkpoint_manager", "agency", region="341525"), NOW) if one.count] == []


def test_who_has_no_duty_is_told_so(client: Any, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("nobody", password="a-long-enough-word", is_staff=True))
    assert "安全管理员" in client.get("/console/", headers={"accept-language": "zh-hans"}).content.decode()
