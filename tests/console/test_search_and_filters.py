"""One search box, persons only with a purpose and on record; filters that are kept, shared and counted."""

from collections.abc import Callable
from typing import Any

import pytest

from ankang.access.models import LookUp
from ankang.access.rules import look_ups_an_hour
from ankang.base.models import AccessRecord, SavedFilter
from ankang.base.organisations import organisation_tree
from tests.people.conftest import a_document, applied, in_english, ningguo  # noqa: F401
from tests.places.builders import NOW, a_checkpoint, an_organisation, staff

pytestmark = pytest.mark.django_db


def test_places_are_found_by_name_and_number_within_one_s_region(client: Any) -> None:
    here, there = a_checkpoint(), a_checkpoint(organisation=an_organisation("341525"))
    client.force_login(staff("checkpoint_manager"))
    by_name = client.post("/console/search/", {"q": "检查点"}).content.decode()
    by_number = client.post("/console/search/", {"q": f"#{here.pk}"}).content.decode()
    assert (f">{here.name}<" in by_name, f">{there.name}<" in by_name, f">{here.name}<" in by_number) == (True, False, True)


def test_a_person_is_found_with_a_purpose_only_and_every_search_is_on_record(client: Any, applied: Callable[..., Any]) -> None:  # noqa: F811
    person = applied().person
    client.force_login(staff("hotline_agent"))
    number = a_document()
    asked = client.post("/console/search/", {"q": number}).content.decode()
    assert ("name=\"purpose\"" in asked, "王" in asked, LookUp.objects.count()) == (True, False, 0)
    assert client.post("/console/search/", {"q": number, "purpose": " "}).status_code == 422
    found = client.post("/console/search/", {"q": number, "purpose": "12345 工单 7"}).content.decode()
    assert f"/console/people/person/{person.pk}/change/" in found
    assert "王小明" not in found
    client.post("/console/search/", {"q": a_document(77), "purpose": "12345 工单 8"})
    assert list(LookUp.objects.order_by("pk").values_list("purpose", "outcome", "person")) == [
        ("12345 工单 7", "found", person.pk),
        ("12345 工单 8", "nobody", None),
    ]
    assert list(AccessRecord.objects.filter(person=person.pk, fields=["search"]).values_list("purpose", flat=True)) == ["12345 工单 7"]


def test_another_county_s_person_is_not_found_and_names_find_nobody(client: Any, applied: Callable[..., Any]) -> None:  # noqa: F811
    applied()
    client.force_login(staff("hotline_agent", region="341525"))
    answer = client.post("/console/search/", {"q": a_document(), "purpose": "12345"}).content.decode()
    assert "/console/people/person/" not in answer.replace('/console/people/person/"', "")
    assert LookUp.objects.get().outcome == "outside"
    client.post("/console/search/", {"q": "王小明", "purpose": "12345"})
    assert LookUp.objects.count() == 1


def test_searching_for_persons_all_day_is_stopped(client: Any) -> None:
    agent = staff("hotline_agent")
    client.force_login(agent)
    values = {"by": agent.pk, "by_name": "x", "at": NOW, "purpose": "x", "number_blind": b"x", "outcome": "nobody", "region_id": "341881"}
    LookUp.objects.bulk_create([LookUp(**values) for _ in range(look_ups_an_hour(["hotline_agent"]))])
    assert client.post("/console/search/", {"q": a_document(), "purpose": "12345"}).status_code == 429


def test_a_filter_is_kept_counted_on_the_first_page_and_removed(client: Any) -> None:
    a_checkpoint("planned")
    client.force_login(staff("checkpoint_manager"))
    kept = {"name": "待建", "path": "/console/places/checkpoint/", "query": "state__exact=planned&q=somebody&p=3"}
    answer = client.post("/console/filters/keep", kept)
    row = SavedFilter.objects.get()
    assert (answer.headers["Location"], row.query) == ("/console/places/checkpoint/?state__exact=planned", "state__exact=planned")
    assert "待建" in client.get(answer.headers["Location"]).content.decode()
    first = client.get("/console/").content.decode()
    assert '<span class="figure__label">待建</span><span class="figure__value">1</span>' in first
    client.post(f"/console/filters/{row.pk}/forget")
    assert SavedFilter.objects.count() == 0


def test_a_filter_is_shared_with_the_office_and_with_nobody_else(client: Any) -> None:
    office = an_organisation()
    assert organisation_tree().names([office.pk])
    one, colleague, stranger = (staff("checkpoint_manager", organisation=at) for at in (office.pk, office.pk, None))
    client.force_login(one)
    client.post("/console/filters/keep", {"name": "本单位", "path": "/console/places/device/", "query": "status=waiting", "shared": "yes"})
    row = SavedFilter.objects.get()
    seen = {}
    for name, user in (("colleague", colleague), ("stranger", stranger)):
        client.force_login(user)
        seen[name] = "本单位" in client.get("/console/places/device/").content.decode()
    client.force_login(colleague)
    assert (seen, client.post(f"/console/filters/{row.pk}/forget").status_code) == ({"colleague": True, "stranger": False}, 404)


@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example/console/", "/me", "/console//evil"])
def test_a_filter_leads_nowhere_else(client: Any, path: str) -> None:
    client.force_login(staff("checkpoint_manager"))
    answer = client.post("/console/filters/keep", {"name": "x", "path": path, "query": "a=b"})
    assert (SavedFilter.objects.count(), answer.status_code, "Location" in answer.headers) == (0, 422, False)
