"""Chart options (ECharts) of a dry run: people on the axis, shapes and patterns, never a code colour."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

MOST = 15
"""Bars in one chart; the table beside it has every row."""


def moves_chart(moves: Sequence[Any], lang: str) -> dict[str, Any]:
    """A bar for each move, worst at the top."""
    return _bars([move.words(lang) for move in moves], {_("number of people"): [move.people for move in moves]})


def rules_chart(rules: Sequence[Any]) -> dict[str, Any]:
    """A bar for each rule: turned to a worse colour, let go to a better one."""
    shown = rules[:MOST]
    return _bars(
        [_short(row.text) for row in shown],
        {
            _("to a worse colour"): [row.to_worse for row in shown],
            _("to a better colour"): [row.to_better for row in shown],
        },
    )


def regions_chart(regions: Sequence[Any], moves: Sequence[Any], lang: str) -> dict[str, Any]:
    """A bar for each town, made of the moves."""
    shown = regions[:MOST]
    series = {move.words(lang): [row.counts[at] for row in shown] for at, move in enumerate(moves)}
    return _bars([row.name for row in shown], series)


def _bars(names: Sequence[str], series: dict[str, list[int]]) -> dict[str, Any]:
    used = {name: values for name, values in series.items() if any(values)}
    several = len(used) > 1
    return {
        "grid": {"left": 8, "right": 56, "top": 36 if several else 8, "bottom": 32, "containLabel": True},
        **({"legend": {"top": 0, "left": 0}} if several else {}),
        "aria": {"enabled": True, "decal": {"show": several}},
        "xAxis": {
            "type": "value",
            "minInterval": 1,
            "name": _("number of people"),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(names),
            "axisTick": {"show": False},
            "axisLabel": {"width": 130, "overflow": "break", "lineHeight": 14},
        },
        "series": [
            {
                "type": "bar",
                "stack": "people",
                "name": name,
                "data": values,
                "barMaxWidth": 22,
                **({} if several else {"label": {"show": True, "position": "right"}}),
            }
            for name, values in used.items()
        ],
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "none"}},
    }


def _short(text: str) -> str:
    return text if len(text) <= 36 else text[:35] + "…"
