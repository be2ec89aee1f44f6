"""The progress board and its spreadsheet."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.permissions import requires
from ankang.core.verdicts import Verdict

from .charts import name_of, sites_finding, towns_chart, towns_finding, visits_chart, visits_finding
from .operations import read_operations
from .rules import HOURS, Board
from .services import read_board
from .workbook import write_workbook

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("board.view")
def board(request: HttpRequest) -> HttpResponse:
    """The board as a page of the console; its script asks the same address again while it is open."""
    now, lang = timezone.now(), get_language() or "zh-hans"
    shown = read_board(request.user, now)
    context = {
        **admin.site.each_context(request),
        "title": _("Progress board"),
        "board": shown,
        "now": now,
        "towns_finding": towns_finding(shown, lang),
        "sites_finding": sites_finding(shown),
        "visits_finding": visits_finding(shown),
        "towns_chart": towns_chart(shown, lang),
        "visits_chart": visits_chart(shown),
        **_rows(shown, lang),
    }
    return TemplateResponse(request, "insight/board.html", context)


@requires("operations.view")
def operations(request: HttpRequest) -> HttpResponse:
    """Lamps and counters of the running house; the page asks its own address again while it is open."""
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": _("Operations"),
        "house": read_operations(now),
        "now": timezone.localtime(now),
    }
    return TemplateResponse(request, "insight/operations.html", context)


@requires("board.view")
def spreadsheet(request: HttpRequest) -> HttpResponse:
    """The two annexes as .xlsx."""
    now, lang = timezone.now(), get_language() or "zh-hans"
    local = timezone.localtime(now)
    content = write_workbook(read_board(request.user, now), local, lang)
    response = HttpResponse(content, content_type=_SPREADSHEET)
    response.headers["Content-Disposition"] = f'attachment; filename="ankang-progress-{local:%Y%m%d-%H%M}.xlsx"'
    return response


def _rows(shown: Board, lang: str) -> dict[str, Any]:
    """Table rows: names in the reader's language beside their numbers."""
    return {
        "towns": [(name_of(town, lang), town) for town in shown.towns],
        "sites": [(name_of(site, lang), site) for site in shown.sites],
        "doors": [(name_of(door, lang), door) for door in shown.today.doors],
        "sites_count": shown.sites_count(),
        "units_count": shown.units_count(),
        "visits": shown.today.count(),
        "denied": shown.today.count(Verdict.DENY),
        "referred": shown.today.count(Verdict.REFER),
        "hours": [
            (
                f"{hour:02}:00",
                counts.get(Verdict.ADMIT, 0),
                counts.get(Verdict.REFER, 0),
                counts.get(Verdict.DENY, 0),
            )
            for hour, counts in zip(HOURS, shown.today.hours, strict=True)
            if counts
        ],
    }
