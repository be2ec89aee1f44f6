"""Chart options for ECharts: each title says the finding, axes carry their units; shapes only, no colours."""

from typing import Any

from django.utils.translation import gettext as _

from ankang.core.verdicts import Verdict

from .rules import HOURS, Board, by_progress


def name_of(item: Any, lang: str) -> str:
    """The name of a town, site, unit or door in the reader's language; Chinese when there is no other."""
    return item.name if lang.startswith("zh") else item.name_en or item.name


def towns_finding(board: Board, lang: str) -> str:
    """What annex 1 says at this moment, in one sentence."""
    if not board.target:
        return _("No town has a target yet.")
    order = by_progress(board.towns)
    return _("%(percent)s of the target reached; furthest is %(first)s, last is %(last)s") % {
        "percent": f"{board.percent:.2f}%",
        "first": name_of(order[0], lang),
        "last": name_of(order[-1], lang),
    }


def sites_finding(board: Board) -> str:
    """What annex 2 says at this moment, in one sentence."""
    count = board.sites_count()
    return _("%(built)d of %(total)d sites are built, %(in_use)d are in use") % count


def visits_finding(board: Board) -> str:
    """What today's visits say, in one sentence."""
    total = board.today.count()
    if not total:
        return _("No visit yet today")
    return _("%(total)s visits today, %(percent)s admitted; busiest hour %(hour)02d:00") % {
        "total": f"{total:,}",
        "percent": f"{100 * board.today.count(Verdict.ADMIT) / total:.1f}%",
        "hour": board.today.busiest_hour or 0,
    }


def towns_chart(board: Board, lang: str) -> dict[str, Any]:
    """Annex 1: a bar a town, applications in per cent of the target, furthest at the top."""
    order = by_progress(board.towns)
    bars = [
        {
            "value": town.percent,
            "label": {"formatter": f"{town.percent:.2f}%"},
        }
        for town in order
    ]
    limit = {"silent": True, "symbol": "none", "label": {"formatter": _("target")}, "data": [{"xAxis": 100}]}
    near = bool(order) and order[0].percent > 50
    return {
        "grid": {"left": 8, "right": 60, "top": 12, "bottom": 32, "containLabel": True},
        "xAxis": {
            "type": "value",
            "min": 0,
            "name": _("percent of target"),
            "nameLocation": "middle",
            "nameGap": 26,
        },
        "yAxis": {"type": "category", "inverse": True, "data": [name_of(town, lang) for town in order]},
        "series": [
            {
                "type": "bar",
                "name": _("applications"),
                "data": bars,
                "barMaxWidth": 18,
                "label": {"show": True, "position": "right"},
                **({"markLine": limit} if near else {}),
            }
        ],
        "tooltip": {"trigger": "item"},
    }


def visits_chart(board: Board) -> dict[str, Any]:
    """Today's visits: a stacked bar an hour, by verdict, told apart by pattern as well as by colour."""
    words = {Verdict.ADMIT: _("admitted"), Verdict.REFER: _("referred to staff"), Verdict.DENY: _("denied")}
    return {
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 32, "containLabel": True},
        "legend": {"top": 4, "right": 8},
        "aria": {"enabled": True, "decal": {"show": True}},
        "xAxis": {
            "type": "category",
            "data": [f"{hour:02}" for hour in HOURS],
            "name": _("hour of the day"),
            "nameLocation": "middle",
            "nameGap": 26,
        },
        "yAxis": {"type": "value", "name": _("visits"), "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "stack": "visits",
                "name": word,
                "data": [hour.get(verdict, 0) for hour in board.today.hours],
                "barMaxWidth": 28,
            }
            for verdict, word in words.items()
        ],
        "tooltip": {"trigger": "axis"},
    }
