"""The board's numbers are the annexes' numbers, on the page, in the API and in the spreadsheet."""

import csv
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from ankang.core.verdicts import Verdict
from ankang.insight.rules import HOURS, Town, by_progress, percent
from ankang.insight.services import read_board
from ankang.people.bulk import register_in_bulk
from ankang.people.models import Person
from ankang.places.models import Checkpoint
from ankang.places.services import load_ningguo, move_checkpoint
from tests.passage.builders import NOW, TODAY, a_visit, noon
from tests.places.builders import ANNEXES, staff

pytestmark = pytest.mark.django_db


class _Resident:
    document_kind = "passport"
    phone = "+8613812345678"
    name = "王小明"
    address = None

    def __init__(self, number: int, town: str) -> None:
        self.document, self.town = f"E{number:08}", town
        self.phone = f"+861600000{number:04}"


@pytest.fixture(autouse=True)
def _ningguo() -> None:
    load_ningguo(ANNEXES)


def _annex(name: str) -> list[dict[str, str]]:
    with (ANNEXES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _apply(*towns: str) -> None:
    register_in_bulk([_Resident(number, town) for number, town in enumerate(towns)], NOW)


def test_annex_one_is_shown_as_it_is_written() -> None:
    shown = [(town.name, town.population, town.target) for town in read_board(None, NOW).towns]
    assert shown == [
        (row["name"], int(row["population"]), int(row["target"])) for row in _annex("ningguo_towns.csv")
    ]


def test_a_new_application_makes_its_town_grow_by_one() -> None:
    _apply("341881-01", "341881-01", "341881-19")
    board = read_board(None, NOW)
    applied = {town.name: town.applications for town in board.towns if town.applications}
    assert (applied, board.applications) == ({"港口镇": 2, "天湖街道": 1}, 3)
    Person.objects.filter(town="341881-19").update(state="moved")
    assert read_board(None, NOW).applications == 2
    assert (board.towns[0].percent, board.percent) == (0.01, 0.0)


def test_annex_two_counts_sites_and_units_as_written() -> None:
    board = read_board(None, NOW)
    rows = _annex("ningguo_checkpoints.csv")
    assert board.units_count() == {
        "total": len(rows),
        "built": sum(row["built"] == "yes" for row in rows),
        "in_use": sum(row["in_use"] == "yes" for row in rows),
    }
    assert board.units_count() == {"total": 88, "built": 72, "in_use": 70}
    assert board.sites_count() == {"total": 74, "built": 58, "in_use": 56}


def test_closing_one_unit_takes_its_site_out_of_use_but_not_down() -> None:
    move_checkpoint(Checkpoint.objects.get(name="统计局").pk, "closed", None)
    board = read_board(None, NOW)
    assert (board.sites_count(), board.units_count()) == (
        {"total": 74, "built": 58, "in_use": 55},
        {"total": 88, "built": 72, "in_use": 69},
    )


def test_today_is_counted_by_hour_verdict_and_door() -> None:
    door, other = Checkpoint.objects.order_by("pk")[:2]
    for verdict in (Verdict.ADMIT, Verdict.DENY, Verdict.ADMIT):
        a_visit(at=noon(TODAY), checkpoint=door.pk, verdict=verdict)
    a_visit(at=noon(TODAY), checkpoint=other.pk, verdict=Verdict.REFER)
    today = read_board(None, NOW).today
    assert today.hours[HOURS.index(12)] == {Verdict.ADMIT: 2, Verdict.DENY: 1, Verdict.REFER: 1}
    assert (today.count(), today.count(Verdict.ADMIT), today.busiest_hour) == (4, 2, 12)
    assert [(found.checkpoint, found.visits, found.admitted) for found in today.doors] == [
        (door.pk, 3, 2),
        (other.pk, 1, 0),
    ]


def test_a_town_s_manager_sees_the_town_alone() -> None:
    _apply("341881-01", "341881-02")
    gangkou, zhongxi = (Checkpoint.objects.get(name=name) for name in ("港口镇政府", "中溪镇政府"))
    a_visit(checkpoint=gangkou.pk)
    a_visit(checkpoint=zhongxi.pk)
    board = read_board(staff("checkpoint_manager", region="341881-01"), NOW)
    assert [town.name for town in board.towns] == ["港口镇"]
    assert [site.name for site in board.sites] == ["港口镇政府"]
    assert (board.applications, board.today.count()) == (1, 1)


def test_the_api_tells_the_same_numbers(client: Any) -> None:
    client.force_login(staff("checkpoint_manager"))
    _apply("341881-01")
    body = client.get("/api/v1/progress").json()
    board = read_board(None, NOW)
    assert body["applications"]["towns"][0] == {
        "code": "341881-01",
        "name": "港口镇",
        "population": 32_683,
        "target": 29_415,
        "applied": 1,
        "percent": 0.0,
    }
    assert body["checkpoints"]["sites"] == board.sites_count()
    assert body["checkpoints"]["by_site"][19] == {
        "no": 20,
        "name": "纪委监委机关等15个单位",
        "built": True,
        "in_use": True,
    }
    assert set(body["applications"]) == {"population", "target", "applied", "percent", "towns"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_opens_in_both_languages_and_its_titles_say_the_finding(client: Any, lang: str) -> None:
    client.force_login(staff("checkpoint_manager"))
    page = client.get(f"/console/board/?lang={lang}").content.decode()
    assert "港口镇" in page if lang == "zh" else "Gangkou Town" in page
    assert "344,629" in page
    assert ("58 of 74 sites are built, 56 are in use" in page) == (lang == "en")


def test_the_page_works_before_anything_is_loaded(client: Any) -> None:
    user = staff("checkpoint_manager", region="341525")
    client.force_login(user)
    assert client.get("/console/board/").status_code == 200
    assert read_board(user, NOW).towns == ()


def test_the_spreadsheet_has_the_two_annexes_as_sheets(client: Any) -> None:
    _apply("341881-01")
    client.force_login(staff("checkpoint_manager"))
    answer = client.get("/console/board/progress.xlsx")
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    book = openpyxl.load_workbook(BytesIO(answer.content))
    towns, sites = book.worksheets
    assert [cell.value for cell in towns[4]] == [1, "港口镇", 32_683, 29_415, 1, 0.0]
    assert [cell.value for cell in towns[23]][2:] == [382_909, 344_629, 1, 0.0]
    assert sites.max_row == 3 + 88 + 2
    assert [cell.value for cell in sites[sites.max_row - 1]][2:] == [58, 56]
    assert "A23:A37" in {str(area) for area in sites.merged_cells.ranges}


@pytest.mark.parametrize("address", ["/console/board/", "/console/board/progress.xlsx"])
def test_the_board_needs_the_permission(client: Any, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(staff("auditor"))
    assert client.get(address).status_code == 403


def test_the_api_needs_the_permission(client: Any) -> None:
    assert client.get("/api/v1/progress").status_code == 401
    client.force_login(staff("auditor"))
    assert client.get("/api/v1/progress").json()["error"] == "not_allowed"


def test_per_cent_of_nothing_is_nothing() -> None:
    assert [percent(1, 0), percent(1, 3), percent(3, 3)] == [0.0, 33.33, 100.0]


def test_towns_are_ordered_by_what_they_reached() -> None:
    towns = [Town(str(n), str(n), "", 10, 10, applied) for n, applied in enumerate([3, 5, 3])]
    assert [town.code for town in by_progress(towns)] == ["1", "0", "2"]
