"""The back office: what staff see, what a form does, and that a change is previewed before it is made."""

import re
from typing import Any

import pytest

from ankang.core.policies import BY_SLUG
from ankang.places.models import Checkpoint, Device, Organisation
from ankang.places.services import enrol_device, pair_device

from .builders import NOW, a_checkpoint, a_region, an_organisation, staff

pytestmark = pytest.mark.django_db

SCREENS = ("organisation", "checkpoint", "device")


@pytest.fixture
def manager(client: Any) -> Any:
    """A browser signed in as the county's checkpoint manager."""
    client.force_login(staff("checkpoint_manager"))
    return client


def test_lists_show_only_the_reader_s_own_places(client: Any) -> None:
    a_region("341881")
    here = a_checkpoint(organisation=an_organisation("341881"))
    there = a_checkpoint(organisation=an_organisation("341525"))
    for door in (here, there):
        enrol_device(door, f"手机-{door.name}", None, NOW)
    client.force_login(staff("checkpoint_manager"))
    for screen in SCREENS:
        page = client.get(f"/console/places/{screen}/").content.decode()
        named = {"organisation": (here.organisation.name, there.organisation.name)}.get(
            screen, (here.name, there.name)
        )
        assert (f">{named[0]}<" in page or named[0] in page, f"{named[1]}<" in page) == (True, False)
    assert client.get(f"/console/places/checkpoint/{there.pk}/change/").status_code == 302


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_and_form_opens_in_both_languages(manager: Any, screen: str, lang: str) -> None:
    door = a_checkpoint()
    device = enrol_device(door, "前门", None, NOW).device
    row = {"organisation": door.organisation_id, "checkpoint": door.pk, "device": device.pk}[screen]
    for address in ("", "add/", f"{row}/change/", "?q=检查"):
        answer = manager.get(f"/console/places/{screen}/{address}", headers={"accept-language": lang})
        assert (address, answer.status_code) == (address, 200)


def test_the_form_renames_a_checkpoint_and_changes_its_type(manager: Any) -> None:
    door = a_checkpoint()
    form = {
        "name": "东门",
        "name_en": "East gate",
        "type": BY_SLUG["school"].id,
        "latitude": "30.63",
        "longitude": "118.98",
    }
    assert manager.post(f"/console/places/checkpoint/{door.pk}/change/", form).status_code == 302
    door.refresh_from_db()
    assert (door.name, door.name_en, door.type, door.latitude, door.longitude, door.generation) == (
        "东门",
        "East gate",
        BY_SLUG["school"].id,
        30.63,
        118.98,
        2,
    )


def test_half_a_position_is_refused(manager: Any) -> None:
    door = a_checkpoint()
    form = {"name": "东门", "type": door.type, "latitude": "30.63"}
    answer = manager.post(f"/console/places/checkpoint/{door.pk}/change/", form)
    assert answer.status_code == 200
    assert "请同时填写纬度和经度" in answer.content.decode() or "Give both" in answer.content.decode()


def test_a_change_is_previewed_then_made(manager: Any) -> None:
    open_door, planned = a_checkpoint("in_use"), a_checkpoint("planned")
    address = f"/console/places/change/closed/?ids={open_door.pk},{planned.pk}"
    assert manager.get(address).status_code == 200
    assert Checkpoint.objects.get(pk=open_door.pk).state == "in_use"
    assert manager.post(address, {"ids": f"{open_door.pk},{planned.pk}"}).status_code == 302
    states = dict(Checkpoint.objects.values_list("pk", "state"))
    assert states == {open_door.pk: "closed", planned.pk: "planned"}


def test_a_bulk_action_leads_to_the_preview(manager: Any) -> None:
    door = a_checkpoint()
    answer = manager.post(
        "/console/places/checkpoint/", {"action": "close_doors", "_selected_action": [door.pk]}
    )
    assert answer.headers["Location"] == f"/console/bulk/checkpoints-closed/?ids={door.pk}"


def test_who_may_only_look_is_refused_the_change(client: Any) -> None:
    door = a_checkpoint()
    client.force_login(staff("door_staff"))
    answers = [
        client.get(f"/console/places/checkpoint/{door.pk}/change/").status_code,
        client.post(f"/console/places/change/closed/?ids={door.pk}", {"ids": door.pk}).status_code,
        client.post("/console/places/checkpoint/add/", {}).status_code,
        client.post(f"/console/places/devices/{door.pk}/revoke/").status_code,
    ]
    assert answers == [200, 403, 403, 403]
    assert Checkpoint.objects.get(pk=door.pk).state == "in_use"


def test_entering_a_device_shows_a_code_that_pairs_it(manager: Any) -> None:
    door = a_checkpoint()
    page = manager.post(
        "/console/places/device/add/", {"checkpoint": door.pk, "name": "前门", "kind": "scanner"}
    ).content.decode()
    (token,) = set(re.findall(r"/scanner#pair=([\w-]+)", page))
    assert "<svg" in page
    assert pair_device(token, "phone", NOW).device == Device.objects.get(checkpoint=door)


def test_a_form_sent_twice_makes_one_device(manager: Any) -> None:
    form = {"checkpoint": a_checkpoint().pk, "name": "前门", "kind": "scanner"}
    for _ in range(2):
        manager.post("/console/places/device/add/", form)
    assert Device.objects.count() == 1


def test_looking_at_the_pairing_page_makes_no_code(manager: Any) -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)
    page = manager.get(f"/console/places/devices/{pairing.device.pk}/pairing/").content.decode()
    assert "#pair=" not in page
    pair_device(pairing.token, "phone", NOW)


def test_revoking_asks_first(manager: Any) -> None:
    device = enrol_device(a_checkpoint(), "前门", None, NOW).device
    address = f"/console/places/devices/{device.pk}/revoke/"
    assert manager.get(address).status_code == 200
    assert Device.objects.get(pk=device.pk).revoked_at is None
    assert manager.post(address).status_code == 302
    assert Device.objects.get(pk=device.pk).revoked_at is not None


def test_the_sidebar_and_the_first_page_follow_the_permissions(client: Any) -> None:
    seen = {}
    for role in ("checkpoint_manager", "auditor"):
        client.force_login(staff(role))
        groups = client.get("/console/").context["sidebar_navigation"]
        links = {item["link"] for group in groups for item in group["items"]}
        seen[role] = [
            link in links
            for link in ("/console/board/", "/console/places/checkpoint/", "/console/reads/")
        ]
    assert seen == {"checkpoint_manager": [True, True, False], "auditor": [False, False, True]}


def test_signing_in_leads_to_the_second_factor_and_asks_in_the_reader_s_language(client: Any) -> None:
    user = staff("checkpoint_manager")
    page = client.get("/console/login/?lang=en").content.decode()
    assert "For staff." in page
    answer = client.post(
        "/console/login/",
        {"username": user.username, "password": "a-long-enough-word", "next": "/console/"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/enrol/")


def test_where_there_are_too_many_to_choose_from_a_number_or_the_whole_name_is_typed(manager: Any) -> None:
    home = an_organisation()
    twins = [an_organisation(parent=home), an_organisation()]
    Organisation.objects.filter(pk__in=[one.pk for one in twins]).update(name="双胞胎")
    many = [
        Organisation(name=f"单位{n}", kind="unit", region_id=home.region_id, parent=home, path=f"{home.path}{10**6 + n}/")
        for n in range(501)
    ]
    Organisation.objects.bulk_create(many)
    form = {"name": "东门", "name_en": "", "type": BY_SLUG["school"].id, "latitude": "", "longitude": "", "site_no": ""}
    assert len(manager.get("/console/places/checkpoint/add/").content) < 100_000
    answers = [
        manager.post("/console/places/checkpoint/add/", {**form, "organisation": typed}, headers={"accept-language": "en"})
        for typed in ("双胞胎", "没有", f"#{twins[1].pk}", "单位500")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 302, 302]
    assert all("type the number" in answer.content.decode() for answer in answers[:2])
    made = Checkpoint.objects.order_by("pk")
    assert [one.organisation_id for one in made] == [twins[1].pk, many[500].pk]
    page = f"/console/places/standing/{made[0].pk}/"
    said = [manager.post(page, {"act": "move", "organisation": typed}).status_code for typed in ("双胞胎", "单位7")]
    assert (said, Checkpoint.objects.get(pk=made[0].pk).organisation_id) == ([422, 302], many[7].pk)
