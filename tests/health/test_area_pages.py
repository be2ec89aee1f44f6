"""The console's pages of areas, of a person's history and of one record: who may, what they show, what they refuse."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from ankang.base.models import AccessRecord, Region
from ankang.core.colours import Colour
from ankang.health.errors import EvidenceRetracted
from ankang.health.models import Area, Retraction
from ankang.health.services import colour_of, retract_evidence
from ankang.health.services.declarations import approval_of, declare_area_by_system
from ankang.health.services.retractions import retract_record

from .builders import NOW, days, evidence, unknown_person
from .test_areas import a_member, run_ends
from .test_screens import a_resident

pytestmark = pytest.mark.django_db
GIVEN = {"code": "110106", "level": "high", "source": "公告第1号", "since": f"{NOW - days(3):%Y-%m-%dT%H:%M}"}


def signed_in(role: str, region: str = "34", name: str = "") -> Client:
    """A browser of somebody with this duty, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_member(name or f"{role}-{region}", role, region))
    return client


def a_case(document: str = "E12345678", town: str = "341881-01") -> tuple[int, Any]:
    """A resident on file with one record that turns them red."""
    a_member(f"root-{document}", "auditor")
    Region.objects.get_or_create(
        code=town, defaults={"parent_id": town[:6], "name": "河沥溪", "name_en": "Hexi", "level": "town"}
    )
    person = a_resident("王小明", document, town)
    return person, evidence(person, "contact", NOW - days(1), relation="close", case="C-17")


def text(answer: Any) -> str:
    """The page, spaces made one."""
    return " ".join(answer.content.decode().split())


def test_an_area_is_declared_on_the_page_approved_by_another_and_lifted():
    maker, checker = signed_in("health_commission", "341881"), signed_in("approver")
    answer = maker.post("/console/areas/declare", GIVEN)
    area = Area.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/console/areas/{area.pk}/")
    assert (area.state, area.name, area.declared_by) == ("pending", "北京市丰台区", "health_commission-341881")
    run_ends(area)
    page = text(checker.get(f"/console/areas/{area.pk}/"))
    assert "waiting for approval" in page
    asked = approval_of(area.pk)
    yes = {"decision": "yes", "digest": bytes(asked.digest).hex()}
    assert checker.post(f"/console/approvals/{asked.pk}/decide", yes).status_code == 302
    assert "北京市丰台区" in text(checker.get("/console/areas/"))
    lifted = maker.post(f"/console/areas/{area.pk}/lift", {"lift": f"{NOW - days(1):%Y-%m-%dT%H:%M}"})
    assert lifted.status_code == 302
    assert "its end waits for approval" in text(checker.get("/console/areas/?show=pending"))


def test_a_yes_before_the_dry_run_has_ended_is_refused_in_words():
    maker, checker = signed_in("health_commission", "341881"), signed_in("approver")
    maker.post("/console/areas/declare", GIVEN)
    asked = approval_of(Area.objects.get().pk)
    yes = {"decision": "yes", "digest": bytes(asked.digest).hex()}
    answer = checker.post(f"/console/approvals/{asked.pk}/decide", yes)
    assert (answer.status_code, "The dry run is not finished" in text(answer)) == (409, True)
    assert (Area.objects.get().state, approval_of(Area.objects.get().pk).state) == ("pending", "pending")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"code": "999999"}, "never stood for a region"),
        ({"code": "34188"}, "never stood for a region"),
        ({"code": "丰台"}, "never stood for a region"),
        ({"level": "red"}, "Select a valid choice"),
        ({"source": ""}, "This field is required"),
        ({"source": "字" * 301}, "at most 300 characters"),
        ({"name": "区" * 101}, "at most 100 characters"),
        ({"since": "yesterday"}, "Enter a valid date/time"),
        ({"since": "0001-01-01T00:00"}, "begins between 1970 and 60 days from now"),
        ({"since": "9999-12-31T23:59"}, "begins between 1970 and 60 days from now"),
        ({"until": "2020-01-01T00:00"}, "must lie after the beginning"),
        ({"until": "9999-12-31T23:59"}, "ends before 2100"),
    ],
)
def test_what_is_wrong_with_a_declaration_is_said_beside_its_field(given: dict, words: str):
    answer = signed_in("health_commission", "341881").post("/console/areas/declare", GIVEN | given)
    assert (answer.status_code, words in text(answer), Area.objects.count()) == (200, True, 0)


def test_an_overlap_names_the_other_area():
    other = declare_area_by_system("110106", "high", "", NOW - days(9), None, "公告", NOW)
    answer = signed_in("health_commission", "341881").post("/console/areas/declare", GIVEN)
    assert f"/console/areas/{other.pk}/" in text(answer)
    assert "already has an assessment of this level" in text(answer)


def test_a_region_is_found_by_name_and_by_code():
    client = signed_in("health_commission", "341881")
    assert "110106" in text(client.get("/console/areas/declare?region=丰台"))
    assert "安徽省宣城市宁国市" in text(client.get("/console/areas/declare?region=3418"))
    assert "No region of today" in text(client.get("/console/areas/declare?region=阿特兰蒂斯"))
    assert 'value="北京市丰台区"' in text(client.get("/console/areas/declare?code=110106"))
    for odd in ("%00", "'--", "🦠", "1" * 5000):
        assert client.get(f"/console/areas/declare?region={odd}&code={odd}").status_code == 200


def test_the_list_is_filtered_and_odd_words_find_nothing():
    declare_area_by_system("110106", "high", "", NOW - days(9), None, "公告甲", NOW)
    declare_area_by_system("341802", "low", "", NOW - days(9), NOW - days(2), "公告乙", NOW)
    client = signed_in("health_commission", "341881")
    assert "公告甲" in text(client.get("/console/areas/"))
    assert "公告乙" not in text(client.get("/console/areas/"))
    assert "公告乙" in text(client.get("/console/areas/?show=past"))
    assert "公告甲" not in text(client.get("/console/areas/?show=all&q=3418"))
    for odd in ("%00", "%25", "x" * 5000, "&page=-1", "&page=x", "&show=red"):
        assert client.get(f"/console/areas/?q={odd}").status_code == 200


def test_the_rights_are_kept():
    area = declare_area_by_system("110106", "high", "", NOW - days(9), None, "公告", NOW)
    watcher, outsider = signed_in("approver"), signed_in("door_staff")
    assert watcher.get(f"/console/areas/{area.pk}/").status_code == 200
    assert watcher.post("/console/areas/declare", GIVEN).status_code == 403
    assert watcher.post(f"/console/areas/{area.pk}/lift", {"lift": "2030-01-01T00:00"}).status_code == 403
    assert outsider.get("/console/areas/").status_code == 403
    assert watcher.get("/console/areas/99999999999999999999999/").status_code == 404
    assert Client().get("/console/areas/").status_code == 302


def test_a_history_is_shown_after_the_purpose_is_on_record():
    person, _ = a_case()
    client = signed_in("health_commission", "341881")
    asked = text(client.get(f"/console/health/people/{person}/history/"))
    assert "go on record" in asked
    assert "red.close_contact" not in asked
    assert AccessRecord.objects.count() == 0
    client.post(f"/console/health/people/{person}/history/", {"purpose": "hotline", "note": "12345-7"})
    (read,) = AccessRecord.objects.filter(person=person)
    assert (read.duty, read.purpose, read.fields) == ("colours.view", "hotline: 12345-7", ["colour_history"])
    page = text(client.get(f"/console/health/people/{person}/history/"))
    for part in ("王*明", "red.close_contact", "code-mark--red", "agrees"):
        assert part in page, part
    assert "王小明" not in page
    assert AccessRecord.objects.count() == 1


def test_a_past_moment_is_answered_in_a_sentence():
    person, _ = a_case()
    client = signed_in("health_commission", "341881")
    address = f"/console/health/people/{person}/history/"
    client.post(address, {"purpose": "hotline"})
    before = text(client.get(f"{address}?at={NOW - days(400):%Y-%m-%dT%H:%M}"))
    assert "green code, because nothing on file restricted this person" in before
    assert "The person was not on file yet." in before
    known = text(client.get(f"{address}?at={NOW - days(0.5):%Y-%m-%dT%H:%M}&today=on"))
    assert "red code, because: Close contact" in known


@pytest.mark.parametrize("at", ["1969-12-31T23:59", "2100-01-02T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "x", ""])
def test_moments_nobody_can_know_are_refused_in_words(at: str):
    person, _ = a_case()
    client = signed_in("health_commission", "341881")
    client.post(f"/console/health/people/{person}/history/", {"purpose": "hotline"})
    answer = client.get(f"/console/health/people/{person}/history/?at={at}")
    assert answer.status_code == 200
    assert "field-box__fault" in text(answer)
    assert "answer__sentence" not in text(answer)


def test_another_regions_people_are_not_there():
    person, record = a_case()
    client = signed_in("health_commission", "3418")
    Region.objects.filter(pk="341881").update(parent_id="34")
    elsewhere = [
        f"/console/health/people/{person}/history/",
        f"/console/health/people/{unknown_person()}/history/",
        f"/console/health/people/{10**30}/history/",
        f"/console/health/people/{10**30}/evidence/{record}/",
        f"/console/health/people/{person}/evidence/{record}/",
    ]
    assert [client.get(address).status_code for address in elsewhere] == [404] * 5
    retract = f"/console/health/people/{person}/evidence/{record}/retract"
    assert client.post(retract, {"reason": "误录"}).status_code == 404
    assert Retraction.objects.count() == 0


def test_a_record_shows_what_it_says_and_what_its_retraction_would_mean():
    person, record = a_case()
    client = signed_in("health_commission", "341881")
    page = text(client.get(f"/console/health/people/{person}/evidence/{record}/"))
    for part in ("C-17", "宁国市疾控中心", "Retracting would change the colour", "code-mark--green"):
        assert part in page, part
    answer = client.post(f"/console/health/people/{person}/evidence/{record}/retract", {"reason": "同名误录"})
    assert answer.status_code == 302
    assert colour_of(person).colour is Colour.GREEN
    page = text(client.get(f"/console/health/people/{person}/evidence/{record}/"))
    assert "同名误录" in page
    assert "health_commission-341881" in page
    assert "Retract this record" not in page
    again = client.post(f"/console/health/people/{person}/evidence/{record}/retract", {"reason": "again"})
    assert (again.status_code, Retraction.objects.count()) == (409, 1)


@pytest.mark.parametrize("reason", ["", "   ", "字" * 2001, "a\x00b"])
def test_a_retraction_needs_a_reason_of_bearable_length(reason: str):
    person, record = a_case()
    client = signed_in("health_commission", "341881")
    answer = client.post(f"/console/health/people/{person}/evidence/{record}/retract", {"reason": reason})
    assert (answer.status_code, Retraction.objects.count()) == (422, 0)
    assert colour_of(person).colour is Colour.RED


def test_looking_is_not_retracting():
    person, record = a_case()
    client = signed_in("approver")
    assert "Retract this record" not in text(client.get(f"/console/health/people/{person}/evidence/{record}/"))
    assert client.post(f"/console/health/people/{person}/evidence/{record}/retract", {"reason": "x"}).status_code == 403


def test_a_reason_with_two_thousand_letters_in_lines_is_kept():
    person, record = a_case()
    reason = "\r\n".join(["字" * 499] * 4)
    client = signed_in("health_commission", "341881")
    assert client.post(f"/console/health/people/{person}/evidence/{record}/retract", {"reason": reason}).status_code == 302
    assert Retraction.objects.get().reason == reason.replace("\r\n", "\n")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_retract_at_once_one_is_told_that_it_was_done():
    with transaction.atomic():
        person, record = a_case()
    user = a_member("first", "health_commission", "341881")
    start, faults = threading.Barrier(2), []

    def run() -> None:
        try:
            start.wait()
            with transaction.atomic():
                retract_record(user, person, record, "误录", NOW)
        except EvidenceRetracted as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Retraction.objects.count(), len(faults), colour_of(person).colour) == (1, 1, Colour.GREEN)


def test_the_list_of_evidence_leads_to_its_pages_and_is_filtered_by_standing_and_feed():
    person, record = a_case()
    other, gone = a_case("E87654321")
    retract_evidence(other, gone, "误录", "staff:7", NOW)
    client = signed_in("health_commission", "341881")
    page = text(client.get("/console/health/evidence/"))
    assert f"/console/health/people/{person}/evidence/{record}/" in page
    assert str(gone) not in text(client.get("/console/health/evidence/?retracted=no"))
    assert str(record) not in text(client.get("/console/health/evidence/?retracted=yes"))
    assert str(record) not in text(client.get("/console/health/evidence/?feed=lab"))
    assert f"/console/health/people/{person}/history/" in text(client.get(f"/console/health/colour/{person}/change/"))
