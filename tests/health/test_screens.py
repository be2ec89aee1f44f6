"""What people see: the card on a person's own page, and the console's read-only screens by region."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils import translation

from ankang.base.models import Duty, Region
from ankang.health.sections import colour_section
from ankang.health.services import check_person, open_colour, retract_evidence
from ankang.people.bulk import register_in_bulk
from ankang.people.sections import sections_of

from .builders import NOW, a_person, days, evidence, isolation, unknown_person

pytestmark = pytest.mark.django_db


@dataclass
class Resident:
    """A row of a register."""

    name: str
    document: str
    town: str
    document_kind: str = "passport"
    phone: str = "+8613812345678"
    address: str | None = None


@pytest.fixture
def towns() -> None:
    """Two counties with a town each."""
    for code, parent, level in (
        ("34", None, "province"),
        ("341881", "34", "county"),
        ("341881-01", "341881", "town"),
        ("341802", "34", "county"),
        ("341802-01", "341802", "town"),
    ):
        Region.objects.get_or_create(
            code=code, defaults={"parent_id": parent, "name": f"区{code}", "name_en": code, "level": level}
        )


def a_reader(client, role: str, region: str):
    """A signed-in member of staff."""
    user = User.objects.create_user(f"{role}-{region}", password="x", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    client.force_login(user)
    return client


def a_resident(name: str, document: str, town: str = "341881-01") -> int:
    """A person on file, checked."""
    (person,) = register_in_bulk([Resident(name, document, town, phone=f"+86138{document[1:]}")], NOW)
    check_person(person, NOW)
    return person


def card(person: int, lang: str) -> str:
    """The card as HTML."""
    with translation.override(lang):
        section = colour_section(person, NOW)
        return render_to_string(section.template, {"section": section.context})


def test_the_card_says_colour_word_shape_why_since_and_what_ends_it():
    person = a_person()
    isolation(person, NOW - days(1), NOW + days(6))
    html = card(person, "en")
    for part in (
        "code-mark--red",
        "shapes.svg#red",
        "Red code",
        "Under an order of central isolation",
        "The order ends",
    ):
        assert part in html
    html = card(person, "zh-hans")
    for part in ("红码", "按规定正在集中隔离或居家医学观察", "隔离或观察期满", "zhejiang-2020-07/1"):
        assert part in html


def test_the_card_of_a_green_and_of_an_unchecked_person():
    unchecked = unknown_person()
    open_colour(unchecked, NOW)
    assert "Green code" in card(a_person(), "en")
    assert "Nothing on file restricts you." in card(a_person(), "en")
    assert "We are checking what is on file" in card(unchecked, "en")


def test_the_card_is_on_a_residents_own_page():
    assert "health/section.html" in [section.template for section in sections_of(a_person(), NOW)]


def test_the_console_shows_masked_people_colours_and_reasons_in_words(client, towns):
    person = a_resident("王小明", "E12345678")
    evidence(person, "contact", NOW - days(1), relation="close")
    page = a_reader(client, "health_commission", "34").get("/console/health/colour/").content.decode()
    assert "王*明" in page
    assert "王小明" not in page
    assert "code-mark--red" in page
    assert "确诊、疑似病人或无症状感染者的密切接触者" in page
    detail = client.get(f"/console/health/colour/{person}/change/").content.decode()
    assert "red.close_contact" in detail
    assert "E12345678" not in detail


def test_the_console_shows_evidence_and_what_was_retracted(client, towns):
    person = a_resident("王小明", "E12345678")
    identity = evidence(person, "contact", relation="close")
    retract_evidence(person, identity, "同名误录", "staff:7", NOW)
    page = a_reader(client, "health_commission", "34").get("/console/health/evidence/").content.decode()
    assert "宁国市疾控中心" in page
    assert "同名误录" in page
    changes = client.get("/console/health/colourchange/").content.decode()
    assert changes.count("code-mark--red") == 2


def test_staff_see_only_the_people_of_their_regions(client, towns):
    a_resident("王小明", "E12345678", "341881-01")
    a_resident("李大海", "E87654321", "341802-01")
    a_reader(client, "health_commission", "341802")
    for screen in ("colour", "colourchange", "evidence"):
        page = client.get(f"/console/health/{screen}/").content.decode()
        assert "王*明" not in page
    assert "李*海" in client.get("/console/health/colour/").content.decode()
    unreachable = a_resident("赵一二", "E11111111", "341881-01")
    assert client.get(f"/console/health/colour/{unreachable}/change/").status_code == 302


def test_lists_are_filtered_by_colour_and_by_kind(client, towns):
    well, ill = a_resident("王小明", "E12345678"), a_resident("李大海", "E87654321")
    evidence(ill, "symptom", code="fever")
    evidence(well, "vaccination", dose=1, product="BBIBP-CorV")
    a_reader(client, "health_commission", "34")
    for path in ("colour/?is=yellow", "colourchange/?is=yellow", "evidence/?kind=symptom"):
        page = client.get(f"/console/health/{path}").content.decode()
        assert "李*海" in page, path
        assert "王*明" not in page, path


@pytest.mark.parametrize("role", ["door_staff", "checkpoint_manager", "operations", "auditor"])
def test_staff_without_the_duty_see_nothing(client, towns, role):
    a_reader(client, role, "34")
    assert [client.get(f"/console/health/{s}/").status_code for s in ("colour", "colourchange", "evidence")] == [
        403
    ] * 3


def test_a_page_of_people_costs_few_queries(client, towns, django_assert_max_num_queries):
    for number in range(20):
        a_resident("王小明", f"E2{number:07d}")
    a_reader(client, "health_commission", "34")
    client.get("/console/health/colour/")
    with django_assert_max_num_queries(30):
        client.get("/console/health/colour/")


def test_nothing_can_be_posted_to_the_screens(client, towns):
    person = a_resident("王小明", "E12345678")
    a_reader(client, "health_commission", "34")
    for path in ("add/", f"{person}/change/", f"{person}/delete/"):
        answer = client.post(f"/console/health/colour/{path}", {"colour": "3"})
        assert answer.status_code in (403, 405), path
    assert check_person(person, NOW + timedelta(minutes=1)) == 1
