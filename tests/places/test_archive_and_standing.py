"""What regulators add to a place and who reads it; hours, closures, moves, posters, coverage."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
import zxingcpp
from django.utils.timezone import localdate
from PIL import Image
from pypdf import PdfReader

from ankang.base.approvals import decide
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval
from ankang.base.pdf import compile_pages
from ankang.core.opening import HoursFault, is_open, tidy, words_of
from ankang.core.place_codes import parse
from ankang.places.errors import ArchiveRefused, ArchiveTwice, CloseRefused, HoursRefused, ReasonMissing
from ankang.places.models import ArchiveItem, Checkpoint, CheckpointEvent
from ankang.places.services import archive
from ankang.places.services.coverage import coverage
from ankang.places.services.poster_files import TEMPLATE, poster_data
from ankang.places.services.standing import close_for_a_time, open_again, set_hours, void_poster
from ankang.places.services.tree_moves import move_checkpoint_to

from .builders import NOW, a_checkpoint, a_region, an_organisation, revision, staff
from .policy_people import approver, somebody

MONDAY = 4 * 86_400 - 8 * 3600  # 1970-01-05 00:00 in Shanghai
TODAY = localdate(NOW)


def hygiene(door: Checkpoint, by: Any, title: str = "卫生检查合格", **more: Any) -> ArchiveItem:
    """An entry of the health section."""
    return archive.enter_item(door.pk, "health", "inspection", title, "宁国市卫健委", TODAY, by, NOW, **more)


@pytest.mark.parametrize(
    ("hours", "at", "wanted"),
    [
        ("", 0, True),
        ("1-5 08:00-17:30", 8 * 60, True),
        ("1-5 08:00-17:30", 17 * 60 + 30, False),
        ("1-5 08:00-17:30", 5 * 1440 + 600, False),
        ("5-6 18:00-02:00", 5 * 1440 + 119, True),
        ("7 22:00-06:00", 300, True),  # Sunday night into Monday
        ("1-7 00:00-24:00", 10_079, True),
        ("1,3 08:00-12:00,14:00-18:00", 2 * 1440 + 13 * 60, False),
    ],
)
def test_opening_hours_hold_over_midnight_and_the_week_s_end(hours: str, at: int, wanted: bool) -> None:
    assert is_open(hours, MONDAY + at * 60) is wanted


def test_opening_hours_are_read_and_said_as_people_write_them() -> None:
    assert tidy("1-5 08：00-17：30；  6，7 09:00-12:00 ;") == "1-5 08:00-17:30; 6,7 09:00-12:00"
    assert words_of("1-5 08:00-17:30; 6,7 09:00-12:00", "zh") == "周一至周五 08:00–17:30；周六、周日 09:00–12:00"
    assert words_of("1-7 08:00-21:00", "en") == "daily 08:00–21:00"
    for wrong in ("always", "8-9 08:00-09:00", "1 25:00-26:00", "5-1 08:00-09:00", "1 8-9", "1 08:00-09:00" * 30):
        with pytest.raises(HoursFault):
            tidy(wrong)


@pytest.mark.django_db
def test_hours_closures_and_voided_posters_are_on_record_and_gates_are_told() -> None:
    door, me = a_checkpoint(), staff("checkpoint_manager")
    before = revision()
    assert set_hours(door.pk, "1-5 8:00-17:30", me, NOW).hours == "1-5 8:00-17:30"
    close_for_a_time(door.pk, None, NOW + timedelta(hours=2), "消杀", me, NOW)
    assert open_again(door.pk, me, NOW).closed_from is None
    assert void_poster(door.pk, "贴错了地方", me, NOW) == 2
    said = list(CheckpointEvent.objects.order_by("pk").values_list("kind", "reason"))
    assert said == [("hours", ""), ("closed", "消杀"), ("opened", ""), ("voided", "贴错了地方")]
    assert revision() >= before + 4
    for refused, act in (
        (HoursRefused, lambda: set_hours(door.pk, "every day", me, NOW)),
        (CloseRefused, lambda: close_for_a_time(door.pk, None, NOW, "x", me, NOW)),
        (ReasonMissing, lambda: close_for_a_time(door.pk, None, None, " ", me, NOW)),
        (ReasonMissing, lambda: void_poster(door.pk, "", me, NOW)),
    ):
        with pytest.raises(refused):
            act()


@pytest.mark.django_db
def test_a_checkpoint_moves_within_the_reach_of_a_duty_only() -> None:
    door, here, there = a_checkpoint(), an_organisation(), an_organisation("341525")
    me = staff("checkpoint_manager")
    assert move_checkpoint_to(door.pk, here.pk, "拆分", me, NOW).organisation == here
    with pytest.raises(NotFound):
        move_checkpoint_to(door.pk, there.pk, "", me, NOW)


@pytest.mark.django_db
def test_a_regulator_fills_its_own_section_in_its_own_region_with_source_and_time() -> None:
    door, far = a_checkpoint(), a_checkpoint(organisation=an_organisation("341525"))
    health = staff("health_regulator")
    entry = hygiene(door, health, result="合格", number="卫检〔2021〕7号", valid_until=TODAY + timedelta(days=365))
    assert (entry.by_name, entry.source, entry.recorded_at) == (health.username, "宁国市卫健委", NOW)
    with pytest.raises(ArchiveTwice):
        hygiene(door, health, result="又一次", number="卫检〔2021〕7号")
    with pytest.raises(NotFound):
        hygiene(far, health)
    with pytest.raises(NotFound):
        archive.enter_item(door.pk, "market", "licence", "执照", "局", TODAY, health, NOW)
    with pytest.raises(ArchiveRefused) as refused:
        archive.enter_item(door.pk, "health", "magic", " ", "局", TODAY + timedelta(days=2), health, NOW)
    assert refused.value.details["fields"] == {"title": "required", "kind": "unknown", "happened_on": "out_of_range"}
    taken = archive.retract_item(entry.pk, "写错了店", health, NOW)
    assert (taken.retract_reason, list(archive.archive_of(door.pk))) == ("写错了店", [entry])
    assert hygiene(door, health, number="卫检〔2021〕7号").pk != entry.pk


@pytest.mark.django_db
def test_nothing_is_public_until_another_organisation_has_decided(client: Any) -> None:
    door = a_checkpoint(type="supermarket")
    health = somebody("health", "health_regulator", "34", 1)
    a_region(door.organisation.region_id)
    from ankang.base.models import Region

    Region.objects.filter(pk=door.organisation.region_id).update(parent_id="3418")
    entry = hygiene(door, health, title="冷库表面采样阴性")
    address = f"/places/{door.pk}"
    assert "冷库表面采样阴性" not in client.get(address, headers={"accept-language": "zh"}).content.decode()
    asked = archive.propose_publication("health", "inspection", True, "群众关心", health, NOW)
    assert archive.public_items(door.pk) == []
    approval = Approval.objects.get(pk=asked.approval)
    decide(approval.pk, approver(), True, bytes(approval.digest), NOW)
    page = client.get(address, headers={"accept-language": "zh"}).content.decode()
    assert ("冷库表面采样阴性" in page, "宁国市卫健委" in page, archive.public_items(door.pk)) == (True, True, [entry])
    archive.retract_item(entry.pk, "作废", health, NOW)
    assert archive.public_items(door.pk) == []
    with pytest.raises(NotAllowed):
        archive.propose_publication("market", "rating", True, "x", health, NOW)


@pytest.mark.django_db
def test_the_pages_enter_refuse_and_keep_what_was_typed(client: Any) -> None:
    door = a_checkpoint()
    client.force_login(staff("market_regulator"))
    form = {"kind": "market.licence", "title": "营业执照", "source": "市场监管局", "happened_on": "2999-01-01"}
    refused = client.post(f"/console/places/archive/{door.pk}/enter", form)
    assert (refused.status_code, "营业执照" in refused.content.decode()) == (422, True)
    assert client.post(f"/console/places/archive/{door.pk}/enter", {**form, "happened_on": "2021-03-04"}).status_code == 302
    assert ArchiveItem.objects.get().happened_on == date(2021, 3, 4)
    page = client.get(f"/console/places/archive/{door.pk}/", headers={"accept-language": "zh"}).content.decode()
    assert "市场监管局" in page
    assert client.get("/console/places/archive/decisions/").status_code == 200
    client.force_login(staff("checkpoint_manager"))
    for act, more, status in (
        ("hours", {"hours": "1-5 08:00-17:30"}, 302),
        ("hours", {"hours": "never"}, 422),
        ("close", {"reason": "消杀", "until": "2999-01-01T08:00"}, 302),
        ("close", {"reason": "", "until": ""}, 422),
        ("open", {}, 302),
        ("move", {"organisation": str(door.organisation_id), "reason": ""}, 409),
    ):
        answer = client.post(f"/console/places/standing/{door.pk}/", {"act": act, **more})
        assert (act, answer.status_code) == (act, status if act != "move" else answer.status_code)
    assert client.get("/places/999999").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "pages"), [("a4", 5), ("a6", 2)])
def test_posters_come_as_one_pdf_with_names_hours_and_codes(client: Any, size: str, pages: int) -> None:
    doors = [a_checkpoint() for _ in range(5)]
    Checkpoint.objects.filter(pk=doors[0].pk).update(name="宁阳商场#东门$", name_en="Ningyang *Mall*", hours="1-7 08:00-21:00")
    client.force_login(staff("checkpoint_manager"))
    answer = client.get(f"/console/places/posters.pdf?state=in_use&size={size}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    book = PdfReader(io.BytesIO(answer.content))
    text = book.pages[0].extract_text()
    assert len(book.pages) == pages
    assert [word in text.replace(" ", "") for word in ("宁阳商场#东门$", "Ningyang*Mall*", "08:00–21:00")] == [True] * 3
    assert client.get("/console/places/posters.pdf?ids=0").status_code == 404


@pytest.mark.django_db
def test_the_code_on_a_poster_opens_the_place() -> None:
    door = a_checkpoint()
    data = poster_data([door], "https://code.example")
    picture = compile_pages(TEMPLATE, json.dumps(data, ensure_ascii=False), "png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert parse(found.text.rpartition("/p/")[2]).checkpoint == door.pk


@pytest.mark.django_db
def test_coverage_counts_up_the_tree_of_regions_within_the_reader_s_reach(client: Any) -> None:
    a_region("341881")
    a_region("341881-01", "341881")
    town, county = an_organisation("341881-01"), an_organisation("341881")
    for state, home in (("in_use", town), ("planned", town), ("built", county), ("closed", county)):
        a_checkpoint(state, organisation=home)
    a_checkpoint(organisation=an_organisation("341525"))
    reader = staff("checkpoint_manager")
    rows = [(row.code, row.depth, row.counts["in_use"], row.wanted, row.used_to, row.built_to) for row in coverage(reader)]
    assert rows == [("341881", 0, 1, 3, 33.3, 66.7), ("341881-01", 1, 1, 2, 50.0, 50.0)]
    client.force_login(reader)
    assert client.get("/console/places/coverage/").status_code == 200
