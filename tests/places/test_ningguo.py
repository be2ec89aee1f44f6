"""Ningguo's annexes become a tree, once."""

from collections import Counter

import pytest
from django.db.models import Sum

from ankang.base.models import Region
from ankang.core.policies import PLACE_TYPES
from ankang.places.models import Checkpoint, Organisation
from ankang.places.services import load_ningguo, move_checkpoint

from .builders import ANNEXES, revision

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded() -> None:
    load_ningguo(ANNEXES)


def test_the_towns_carry_the_annex_s_numbers() -> None:
    towns = Region.objects.filter(level="town")
    sums = towns.aggregate(Sum("population"), Sum("target"))
    assert (towns.count(), sums) == (19, {"population__sum": 382_909, "target__sum": 344_629})
    first = towns.get(code="341881-01")
    assert (first.name, first.name_en, first.population, first.target) == (
        "港口镇",
        "Gangkou Town",
        32_683,
        29_415,
    )
    assert (first.parent.name, first.parent.parent.name, first.parent.parent.parent.name) == (
        "宁国市",
        "宣城市",
        "安徽省",
    )


def test_every_line_of_annex_two_is_a_door_in_the_state_it_says() -> None:
    assert Counter(Checkpoint.objects.values_list("state", flat=True)) == {
        "in_use": 70,
        "built": 2,
        "planned": 16,
    }
    assert set(Checkpoint.objects.values_list("site_no", flat=True)) == set(range(1, 75))


def test_a_site_of_many_units_becomes_an_organisation_with_children() -> None:
    site = Organisation.objects.get(kind="site")
    doors = Checkpoint.objects.filter(organisation__parent=site)
    assert (site.children.count(), doors.count(), set(doors.values_list("site_no", flat=True))) == (
        15,
        15,
        {20},
    )


def test_a_building_keeps_one_door_and_names_the_units_inside() -> None:
    building = Organisation.objects.get(name="人社大楼")
    assert [unit.name for unit in building.children.order_by("pk")] == [
        "人社局",
        "医保局",
        "移民服务中心",
        "工商联",
    ]
    assert [door.name for door in Checkpoint.objects.filter(organisation=building)] == ["人社大楼"]


def test_a_town_government_lies_in_its_town_although_the_annexes_write_the_name_differently() -> None:
    helixi = Organisation.objects.get(name="河沥溪街道办事处政府")
    assert (helixi.kind, helixi.region.name) == ("town", "河沥街道")
    assert Organisation.objects.filter(kind="town").values("region").distinct().count() == 19


def test_every_door_has_a_known_type_and_an_english_name() -> None:
    doors = Checkpoint.objects.all()
    assert {door.type for door in doors} <= set(PLACE_TYPES)
    assert [door.name for door in doors if not door.name_en] == []


def test_paths_name_the_way_from_the_top() -> None:
    for organisation in Organisation.objects.select_related("parent"):
        above = organisation.parent.path if organisation.parent else "/"
        assert organisation.path == f"{above}{organisation.pk}/"


def test_loading_again_changes_nothing_not_even_what_staff_changed() -> None:
    door = Checkpoint.objects.get(name="港口镇政府")
    move_checkpoint(door.pk, "closed", None)
    before = (
        list(Checkpoint.objects.order_by("pk").values()),
        list(Organisation.objects.order_by("pk").values()),
    )
    counted = revision()
    assert load_ningguo(ANNEXES) == {"regions": 0, "organisations": 0, "checkpoints": 0}
    after = (
        list(Checkpoint.objects.order_by("pk").values()),
        list(Organisation.objects.order_by("pk").values()),
    )
    assert (after, revision()) == (before, counted)
