"""The console's people: masked, within the reader's regions, in full only with a reason on record (G2, G3, I8)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ankang.base.models import AccessRecord, Duty

from .conftest import HARBOUR, HELI, a_document

Apply = Callable[..., Any]
LIST = "/console/people/person/"


def staff(role: str, region: str = "341881") -> Client:
    """A signed-in member of staff with one duty, reading English."""
    user = User.objects.create_user(f"{role}.{region}", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    client = Client()
    client.force_login(user)
    client.cookies["ankang_lang"] = "en"
    return client


def shown(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_the_list_is_masked(applied: Apply) -> None:
    applied()
    page = shown(staff("operations").get(LIST))
    assert "王*明" in page
    assert "138****0001" in page
    assert "3418************" in page
    assert "王小明" not in page
    assert a_document() not in page
    assert "13800000001" not in page


def test_staff_see_the_people_of_their_own_towns(applied: Apply) -> None:
    applied()
    applied(document=a_document(2), name="李大海", town=HELI)
    page = shown(staff("operations", HARBOUR).get(LIST))
    assert "王*明" in page
    assert "李*海" not in page


def test_a_person_of_another_town_is_not_there(applied: Apply) -> None:
    person = applied(town=HELI).person
    assert staff("operations", HARBOUR).get(f"{LIST}{person.pk}/change/").status_code in (302, 404)
    assert (
        staff("health_commission", HARBOUR).post(f"{LIST}{person.pk}/unmask/", {"purpose": "window"}).status_code == 404
    )


@pytest.mark.parametrize("query", [a_document(), f" {a_document().lower()} ", "138 0000 0001", "+8613800000001"])
def test_a_person_is_found_by_the_whole_number(applied: Apply, query: str) -> None:
    applied()
    applied(document=a_document(2), name="李大海", phone="+8613900000009")
    page = shown(staff("operations").post("/console/search/", {"q": query, "purpose": "window"}))
    assert ("王*明" in page, "李*海" in page) == (True, False)


@pytest.mark.parametrize("query", [a_document()[:10], "王小明", "1380000", "' OR 1=1 --"])
def test_a_part_of_a_number_or_a_name_finds_nobody(applied: Apply, query: str) -> None:
    applied()
    assert "王*明" not in shown(staff("operations").post("/console/search/", {"q": query, "purpose": "window"}))


def test_those_without_the_duty_see_nothing(applied: Apply) -> None:
    person = applied().person
    assert staff("system_administrator").get(LIST).status_code == 403
    assert staff("operations").get(f"{LIST}{person.pk}/unmask/").status_code == 403
    assert Client().get(LIST).status_code == 302


def test_a_reason_goes_on_record_before_anything_is_shown(applied: Apply) -> None:
    person = applied().person
    client = staff("health_commission")
    asked = shown(client.get(f"{LIST}{person.pk}/unmask/"))
    assert "王小明" not in asked
    assert not AccessRecord.objects.exists()
    page = shown(client.post(f"{LIST}{person.pk}/unmask/", {"purpose": "hotline", "note": "order 12"}))
    assert "王小明" in page
    assert a_document() in page
    assert "+8613800000001" in page
    record = AccessRecord.objects.get()
    assert (record.person, record.reader_name, record.duty, record.purpose, record.fields) == (
        person.pk, "health_commission.341881", "people.unmask", "hotline: order 12", ["document", "name", "phone"],
    )  # fmt: skip


@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_without_a_reason_nothing_is_shown(applied: Apply, purpose: str) -> None:
    person = applied().person
    page = shown(staff("health_commission").post(f"{LIST}{person.pk}/unmask/", {"purpose": purpose}))
    assert "王小明" not in page
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("address", ["add/", "1/delete/"])
def test_nobody_writes_people_by_hand(applied: Apply, admin_client: Client, address: str) -> None:
    applied()
    assert admin_client.get(LIST + address).status_code in (302, 403, 404)
