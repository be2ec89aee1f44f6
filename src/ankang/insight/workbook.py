"""The board as a spreadsheet with the two annexes as sheets, laid out like the originals (N20)."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from .charts import name_of
from .rules import Board, Site

_THIN = Border(*[Side(style="thin")] * 4)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_workbook(board: Board, now: datetime, lang: str) -> bytes:
    """The bytes of an .xlsx file: sheet 1 is annex 1 (towns), sheet 2 annex 2 (sites and units)."""
    book = Workbook()
    towns = book.active
    assert towns is not None
    towns.title = _("Annex 1")
    _towns(towns, board, now, lang)
    _sites(book.create_sheet(_("Annex 2")), board, now, lang)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _towns(sheet: Any, board: Board, now: datetime, lang: str) -> None:
    counts = [_("Population"), _("Target (90%)"), _("Applications"), _("percent of target")]
    heads = [_("No."), _("Town"), *counts]
    _head(sheet, _("Applications for the Ankang code against target, by town"), heads, now)
    for number, town in enumerate(board.towns, start=1):
        numbers = [town.population, town.target, town.applications, town.percent]
        sheet.append([number, name_of(town, lang), *numbers])
    sheet.append(["", _("Total"), board.population, board.target, board.applications, board.percent])
    _finish(sheet, [6, 26, 12, 14, 14, 14])


def _sites(sheet: Any, board: Board, now: datetime, lang: str) -> None:
    heads = [_("No."), _("Site or unit"), _("Built"), _("In use")]
    _head(sheet, _("Checkpoint sites: built and in use"), heads, now)
    for site in board.sites:
        _site(sheet, site, lang)
    sites, units = board.sites_count(), board.units_count()
    sheet.append(["", _("Total: %d sites") % sites["total"], sites["built"], sites["in_use"]])
    sheet.append(["", _("Total: %d units") % units["total"], units["built"], units["in_use"]])
    _finish(sheet, [6, 52, 10, 10])


def _site(sheet: Any, site: Site, lang: str) -> None:
    first = sheet.max_row + 1
    for unit in site.units:
        sheet.append([site.no, name_of(unit, lang), _yes_no(unit.built), _yes_no(unit.in_use)])
    if len(site.units) > 1:
        sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=1, end_column=1)


def _head(sheet: Any, title: str, heads: list[str], now: datetime) -> None:
    sheet.append([title])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(heads))
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = _CENTRE
    sheet.append([_("As of %s") % f"{now:%Y-%m-%d %H:%M}"])
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(heads))
    sheet.append(heads)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"


def _finish(sheet: Any, widths: list[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row in sheet.iter_rows(min_row=3, max_col=len(widths)):
        for cell in row:
            cell.border = _THIN
            if cell.column != 2:
                cell.alignment = _CENTRE
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")
