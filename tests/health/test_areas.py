"""Risk areas: proposed by one, approved by another, lifted the same way, and never rewritten."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from ankang.base.approvals import MakerCannotDecide, decide
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval, Duty, Region
from ankang.core.colours import Colour
from ankang.core.rules import Area as CoreArea
from ankang.health.errors import AreaNotInForce, AreaOverlaps, AreaRefused, DryRunMissing
from ankang.health.models import Area, DryRun, Recolouring
from ankang.health.services import check_person, colour_of
from ankang.health.services.areas import areas_on_list, known_areas
from ankang.health.services.declarations import (
    approval_of,
    carry_alarm,
    declare_area,
    declare_area_by_system,
    dry_run_of,
    lift_area,
    withdraw_area,
)

from .builders import NOW, a_person, days, evidence, seconds

pytestmark = pytest.mark.django_db
ALARM = {"people": 1317, "share": 0.2, "limit_people": 1000, "limit_share": 0.01}


def a_member(name: str, role: str, region: str = "34") -> User:
    """A member of staff with one duty."""
    for code, parent, level in (("34", None, "province"), ("3418", "34", "city"), ("341881", "3418", "county")):
        names = {"parent_id": parent, "name": code, "name_en": code, "level": level}
        Region.objects.get_or_create(code=code, defaults=names)
    user = User.objects.create_user(name, password="x", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    return user


@pytest.fixture
def maker() -> User:
    """Somebody of the county's health commission."""
    return a_member("maker", "health_commission", "341881")


@pytest.fixture
def checker(maker: User) -> User:
    """Somebody of the province who approves."""
    return a_member("checker", "approver")


def declared(by: User, **more: Any) -> Area:
    """An assessment of Fengtai district, proposed."""
    wanted = {
        "code": "110106",
        "level": "high",
        "name": "",
        "since": NOW - days(5),
        "until": None,
        "source": "公告第1号",
    } | more
    return declare_area(**wanted, by=by, now=NOW)


def run_ends(area: Area, alarm: dict[str, Any] | None = None) -> None:
    """The dry run of the area has been counted to its end."""
    DryRun.objects.filter(subject="area", reference=str(area.pk)).update(state="finished", alarm=alarm)


def decided(area: Area, by: User, yes: bool = True, now: datetime = NOW) -> Area:
    """The area after a decision on what waits."""
    asked = approval_of(area.pk)
    assert asked is not None
    decide(asked.pk, by, yes, bytes(asked.digest), now, "" if yes else "依据不足")
    area.refresh_from_db()
    return area


def in_force(maker: User, checker: User, now: datetime = NOW, **more: Any) -> Area:
    """An assessment that was approved."""
    area = declared(maker, **more)
    run_ends(area)
    return decided(area, checker, now=now)


def test_a_declared_area_waits_for_the_province_and_does_not_count(maker: User) -> None:
    area = declared(maker)
    asked = approval_of(area.pk)
    assert (area.state, area.name, area.recorded_at, area.declared_by) == ("pending", "北京市丰台区", None, "maker")
    assert (asked.state, asked.permission, asked.region_id, asked.needed) == ("pending", "areas.approve", "34", 1)
    assert asked.summary["zh"].startswith("划定高风险地区：北京市丰台区")
    assert known_areas() == []
    assert list(areas_on_list("pending", "", NOW)) == [area]


def test_an_approved_area_counts_from_the_decision_and_everybody_concerned_is_evaluated(maker, checker) -> None:
    area = in_force(maker, checker, now=NOW + days(1))
    assert (area.state, area.recorded_at) == ("in_force", NOW + days(1))
    assert known_areas() == [CoreArea("110106", "high", seconds(NOW - days(5)), None, "北京市丰台区")]
    assert known_areas(NOW) == []
    assert [(r.cause, r.reference, r.asked_by_name) for r in Recolouring.objects.all()] == [
        ("area", str(area.pk), "maker")
    ]
    person = a_person()
    evidence(person, "stay", NOW - days(1), region="110106")
    assert colour_of(person).colour is Colour.YELLOW


def test_nobody_approves_before_the_dry_run_has_shown_whom_it_would_turn(maker, checker) -> None:
    area = declared(maker)
    with pytest.raises(DryRunMissing), transaction.atomic():
        decided(area, checker)
    area.refresh_from_db()
    assert (area.state, approval_of(area.pk).state) == ("pending", "pending")
    run_ends(area)
    assert decided(area, checker).state == "in_force"


def test_a_refusal_needs_no_dry_run_and_frees_the_region(maker, checker) -> None:
    area = decided(declared(maker), checker, yes=False)
    assert (area.state, known_areas()) == ("rejected", [])
    assert list(areas_on_list("past", "", NOW)) == [area]
    assert declared(maker).pk != area.pk


def test_an_alarm_of_the_dry_run_asks_for_two_people(maker, checker) -> None:
    area, second = declared(maker), a_member("second", "approver")
    run_ends(area, ALARM)
    carry_alarm(area, approval_of(area.pk))
    assert (approval_of(area.pk).needed, approval_of(area.pk).alarm) == (2, ALARM)
    assert decided(area, checker).state == "pending"
    assert decided(area, second).state == "in_force"


def test_an_alarm_that_came_up_while_somebody_was_reading_keeps_the_first_yes_and_waits(maker, checker) -> None:
    area, second = declared(maker), a_member("second", "approver")
    run_ends(area, ALARM)
    assert decided(area, checker).state == "pending"
    assert (approval_of(area.pk).needed, approval_of(area.pk).state) == (2, "pending")
    assert decided(area, second).state == "in_force"


def test_whoever_declares_does_not_approve_and_a_city_does_not_either(maker) -> None:
    both = a_member("both", "approver")
    Duty.objects.create(user=both, role="health_commission", region_id="34")
    area = declared(both)
    run_ends(area)
    with pytest.raises(MakerCannotDecide):
        decided(area, both)
    with pytest.raises(NotAllowed):
        decided(area, a_member("city", "approver", "3418"))


def test_lifting_brings_the_end_forward_and_keeps_what_was_known(maker, checker) -> None:
    area = in_force(maker, checker)
    lift_area(area.pk, NOW + days(2), maker, NOW + days(1))
    assert list(areas_on_list("pending", "", NOW)) == [area]
    decided(area, checker, now=NOW + days(1))
    assert (area.until, area.until_before, area.lifted_at, area.lift_until) == (
        NOW + days(2),
        None,
        NOW + days(1),
        None,
    )
    assert [known.until for known in known_areas(NOW)] == [None]
    assert [known.until for known in known_areas(NOW + days(1))] == [seconds(NOW + days(2))]
    assert [known.until for known in known_areas()] == [seconds(NOW + days(2))]
    assert Recolouring.objects.filter(cause="area", reference=f"{area.pk}/lifted").count() == 1
    assert list(areas_on_list("past", "", NOW + days(3))) == [area]


def test_a_refused_lifting_changes_nothing_and_may_be_asked_again(maker, checker) -> None:
    area = in_force(maker, checker)
    lift_area(area.pk, NOW, maker, NOW)
    decided(area, checker, yes=False)
    assert (area.state, area.until, area.lift_until, area.lifted_at) == ("in_force", None, None, None)
    lift_area(area.pk, NOW, maker, NOW)
    assert approval_of(area.pk).state == "pending"


def test_a_second_lifting_is_refused_while_one_waits_and_after_it(maker, checker) -> None:
    area = in_force(maker, checker)
    lift_area(area.pk, NOW + days(9), maker, NOW)
    with pytest.raises(AreaNotInForce):
        lift_area(area.pk, NOW + days(8), maker, NOW)
    decided(area, checker)
    with pytest.raises(AreaNotInForce):
        lift_area(area.pk, NOW + days(7), maker, NOW)


@pytest.mark.parametrize("until", [-5, -6, 61])
def test_a_lifting_lies_between_the_beginning_and_the_end(maker, checker, until: int) -> None:
    area = in_force(maker, checker)
    with pytest.raises(AreaRefused):
        lift_area(area.pk, NOW + days(until), maker, NOW)


def test_only_an_area_in_force_is_lifted(maker) -> None:
    with pytest.raises(AreaNotInForce):
        lift_area(declared(maker).pk, NOW, maker, NOW)
    with pytest.raises(NotFound):
        lift_area(10**9, NOW, maker, NOW)


def test_whoever_asked_may_withdraw_and_nobody_else(maker, checker) -> None:
    area = declared(maker)
    with pytest.raises(NotAllowed):
        withdraw_area(area.pk, checker, NOW)
    assert withdraw_area(area.pk, maker, NOW).state == "withdrawn"
    with pytest.raises(NotFound):
        withdraw_area(area.pk, maker, NOW)


@pytest.mark.parametrize(
    ("fault", "given"),
    [
        ({"code": "unknown_region"}, {"code": "999999"}),
        ({"code": "unknown_region"}, {"code": ""}),
        ({"code": "unknown_region"}, {"code": "34188"}),
        ({"code": "unknown_region"}, {"code": "341881-01"}),
        ({"code": "unknown_region"}, {"code": "１１０１０６"}),
        ({"name": "missing"}, {"code": "110106001"}),
        ({"name": "too_long"}, {"name": "区" * 101}),
        ({"name": "bad_characters"}, {"name": "丰台\x00区"}),
        ({"level": "unknown_level"}, {"level": "red"}),
        ({"source": "missing"}, {"source": " "}),
        ({"source": "too_long"}, {"source": "字" * 301}),
        ({"since": "out_of_range"}, {"since": NOW + days(61)}),
        ({"since": "out_of_range"}, {"since": datetime(1969, 12, 31, tzinfo=UTC)}),
        ({"until": "bad_order"}, {"until": NOW - days(5)}),
        ({"until": "out_of_range"}, {"until": datetime(2101, 1, 1, tzinfo=UTC)}),
    ],
)
def test_a_faulty_declaration_is_refused_with_its_field(maker, fault: dict, given: dict) -> None:
    with pytest.raises(AreaRefused) as caught:
        declared(maker, **given)
    assert caught.value.details == {"fields": fault}
    assert Area.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept", "name"),
    [
        ("420000", "42", "湖北省"),
        ("420100", "4201", "湖北省武汉市"),
        ("42", "42", "湖北省"),
        ("110106000000", "110106", "北京市丰台区"),
        ("342524", "342524", "安徽省宣城地区宁国县"),
    ],
)
def test_a_code_is_kept_as_the_part_that_its_places_begin_with(maker, given: str, kept: str, name: str) -> None:
    area = declared(maker, code=given)
    assert (area.code, area.name) == (kept, name)


def test_a_village_needs_a_name_of_its_own(maker) -> None:
    assert declared(maker, code="341881100", name="西津街道").name == "西津街道"


def test_an_overlapping_assessment_of_the_same_level_is_refused_and_the_other_named(maker, checker) -> None:
    first = in_force(maker, checker, until=NOW + days(5))
    with pytest.raises(AreaOverlaps) as caught:
        declared(maker, since=NOW, until=NOW + days(9))
    assert caught.value.details["area"] == first.pk
    assert caught.value.details["name"] == "北京市丰台区"
    assert declared(maker, since=NOW + days(5)).state == "pending"
    assert declared(maker, level="severe", since=NOW).state == "pending"


def test_the_systems_own_area_is_in_force_at_once_and_only_once() -> None:
    given = ("341802", "medium", "宣城市宣州区", NOW - days(10), None, "演示", NOW)
    area = declare_area_by_system(*given)
    assert declare_area_by_system(*given) == area
    assert (area.state, area.recorded_at, Approval.objects.count()) == ("in_force", NOW, 0)


def test_law_only_the_demonstration_puts_an_area_into_force_alone() -> None:
    source = Path(__file__).parents[2] / "src" / "ankang"
    callers = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "declare_area_by_system" in path.read_text() and path.name != "declarations.py"
    }
    assert callers == {"demo/histories.py"}


def test_the_dry_run_is_of_this_declaration(maker) -> None:
    area = declared(maker, since=NOW + days(3))
    run = dry_run_of(area)
    assert (run.subject, run.reference, run.moment, bytes(run.digest)) == (
        "area",
        str(area.pk),
        NOW + days(3),
        bytes(approval_of(area.pk).digest),
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_declare_the_same_at_once_are_told_apart(maker) -> None:
    start, faults = threading.Barrier(2), []

    def run() -> None:
        try:
            start.wait()
            with transaction.atomic():
                declared(maker)
        except AreaOverlaps as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Area.objects.count(), len(faults)) == (1, 1)


def test_an_area_that_is_lifted_lets_people_go(maker, checker) -> None:
    person = a_person(NOW - days(9))
    area = in_force(maker, checker, level="control", since=NOW - days(8))
    evidence(person, "stay", NOW - days(2), region="110106")
    check_person(person, NOW)
    lift_area(area.pk, NOW - days(3), maker, NOW)
    decided(area, checker)
    check_person(person, NOW)
    assert colour_of(person).colour is Colour.GREEN
