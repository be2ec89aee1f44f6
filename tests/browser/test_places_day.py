"""A new checkpoint manager: from a spreadsheet of 88 units to printed posters, in one sitting."""

import io
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser import steps
from tests.browser.conftest import DESK, PHONE, Desk, picture
from tests.house import House

UNITS = 88
A_MOMENT = 20_000


def fill_in(form: io.BytesIO, filled: Path) -> None:
    """What the manager does in the spreadsheet: 88 rows, one with a slip."""
    book = load_workbook(form)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    sheet.delete_rows(2, sheet.max_row)
    for number in range(1, UNITS + 1):
        row = {
            "单位名称": f"新街{number}号",
            "区划": "341881",
            "检查点名称": f"新街{number}号大门",
            "场所类型": "超市" if number != 40 else "超級市场",
            "状态": "在用",
            "开放时间": "1-7 08:00-21:00",
        }
        sheet.append([row.get(name, "") for name in header])
    book.save(filled)


def download(page: Any, click: Any) -> io.BytesIO:
    """The file behind a link."""
    with page.expect_download() as started:
        click()
    return io.BytesIO(Path(started.value.path()).read_bytes())


def test_from_a_spreadsheet_of_88_units_to_posters(windows: Desk, house: House, tmp_path: Path) -> None:
    page = windows.window(DESK, accept_downloads=True).new_page()
    steps.sign_in(page, house, "checkpoints")
    page.goto("/console/places/lists/")
    form = download(page, page.get_by_role("link", name="XLSX").click)
    filled = tmp_path / "新街.xlsx"
    fill_in(form, filled)
    page.set_input_files("#file", str(filled))
    page.get_by_role("button", name="预览结果").click()
    expect(page.get_by_text("共88行：87行将执行，1行有误。")).to_be_visible(timeout=A_MOMENT)
    expect(page.get_by_text("场所类型：不在可选值之内")).to_be_visible()
    picture(page, "places-list")
    page.get_by_role("button", name="执行87行").click()
    expect(page.get_by_text("已执行87行。")).to_be_visible(timeout=A_MOMENT)

    refused = download(page, page.get_by_role("link", name="下载有误的行").click)
    book = load_workbook(refused)
    for cell in book.active[2]:
        cell.value = "超市" if cell.value == "超級市场" else cell.value
    mended = tmp_path / "mended.xlsx"
    book.save(mended)
    page.set_input_files("#mended", str(mended))
    page.get_by_role("button", name="再次上传").click()
    page.get_by_role("button", name="执行1行").click()
    expect(page.get_by_text("已执行1行。")).to_be_visible(timeout=A_MOMENT)

    page.goto("/console/places/lists/")
    page.get_by_role("link", name="新街.xlsx").click()
    posters = PdfReader(download(page, page.get_by_role("link", name="海报PDF").click))
    assert len(posters.pages) == UNITS - 1
    assert "新街" in posters.pages[0].extract_text()
    page.goto("/console/places/coverage/")
    expect(page.get_by_role("heading", name="在用")).to_be_visible()
    picture(page, "places-coverage")
    page.set_viewport_size(PHONE)
    picture(page, "places-coverage-phone")
