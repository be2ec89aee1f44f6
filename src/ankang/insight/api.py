"""HTTP shapes of reports: the progress board as numbers."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from ankang.base.permissions import requires
from ankang.core.verdicts import Verdict

from .rules import HOURS, Board
from .services import read_board

router = Router(tags=["insight"])


@router.get("progress", response=dict[str, Any], auth=None)
@requires("board.view")
def progress(request: HttpRequest) -> dict[str, Any]:
    """Annex 1, annex 2 and today's visits, narrowed to the reader's regions; numbers only."""
    now = timezone.now()
    return {"as_of": now.isoformat(), **numbers(read_board(request.user, now))}


def numbers(board: Board) -> dict[str, Any]:
    """The board as plain values."""
    return {
        "applications": {
            "population": board.population,
            "target": board.target,
            "applied": board.applications,
            "percent": board.percent,
            "towns": [
                {
                    "code": town.code,
                    "name": town.name,
                    "population": town.population,
                    "target": town.target,
                    "applied": town.applications,
                    "percent": town.percent,
                }
                for town in board.towns
            ],
        },
        "checkpoints": {
            "sites": board.sites_count(),
            "units": board.units_count(),
            "by_site": [
                {"no": site.no, "name": site.name, "built": site.built, "in_use": site.in_use} for site in board.sites
            ],
        },
        "today": {
            "visits": board.today.count(),
            "by_verdict": {verdict.slug: board.today.count(verdict) for verdict in Verdict},
            "by_hour": [
                {"hour": hour, **{verdict.slug: counts.get(verdict, 0) for verdict in Verdict}}
                for hour, counts in zip(HOURS, board.today.hours, strict=True)
            ],
            "busiest": [
                {
                    "checkpoint": door.checkpoint,
                    "name": door.name,
                    "visits": door.visits,
                    "admitted": door.admitted,
                }
                for door in board.today.doors
            ],
        },
    }
