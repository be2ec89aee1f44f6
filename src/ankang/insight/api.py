"""HTTP shapes of reports: the progress board as numbers."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from ankang.base.permissions import requires
from ankang.core.verdicts import Verdict

from .operations import read_operations
from .rules import HOURS, Board
from .services import read_board

router = Router(tags=["insight"])


@router.get("progress", response=dict[str, Any], auth=None)
@requires("board.view")
def progress(request: HttpRequest) -> dict[str, Any]:
    """Annex 1, annex 2 and today's visits, narrowed to the reader's regions; numbers only."""
    now = timezone.now()
    return {"as_of": now.isoformat(), **numbers(read_board(request.user, now))}


class LampOut(Schema):
    """One lamp; ``chapter``: of the runbook."""

    light: str
    name: str
    says: str
    chapter: str


class OperationsOut(Schema):
    """The house at this moment: the worst lamp, all lamps, and how many gates speak."""

    as_of: datetime
    light: str
    lamps: list[LampOut]
    gates: int


@router.get("operations", response=OperationsOut, auth=None)
@requires("operations.view")
def operations(request: HttpRequest) -> Any:
    """Lamps of the running house; numbers of machines only."""
    now = timezone.now()
    house = read_operations(now)
    lamps = [{"light": one.light.value, "name": str(one.name), "says": str(one.says), "chapter": one.chapter} for one in house.lamps]
    return {"as_of": now, "light": house.worst.value, "lamps": lamps, "gates": sum(not one.is_silent for one in house.gates)}


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
