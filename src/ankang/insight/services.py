"""Use cases of reports: read the progress board, narrowed to the reader's regions. No person's data."""

from collections import defaultdict
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Q

from ankang.base.models import Region
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.core.verdicts import Verdict
from ankang.passage.models import Visit
from ankang.passage.rules import day_of_moment
from ankang.people.services import applications_by_town
from ankang.places.models import Checkpoint
from ankang.places.services import checkpoints_of

from .rules import HOURS, Board, Door, Site, Today, Town, Unit, site_of

_PERMISSION = "board.view"
_DOORS_SHOWN = 10


def read_board(by: Any, now: datetime) -> Board:
    """The board at ``now`` for ``by`` (a user; None is the system itself): their regions and doors."""
    day = day_of_moment(now.timestamp())
    doors = checkpoints_of(by, _PERMISSION)
    return Board(towns=_towns(by), sites=_sites(doors), today=_today(day, doors, by))


def _towns(by: Any) -> tuple[Town, ...]:
    rows = Region.objects.filter(level="town")
    if by is not None:
        rows = rows.filter(code__in=region_codes_below(regions_where(by, _PERMISSION)))
    counts = applications_by_town()
    return tuple(
        Town(row.code, row.name, row.name_en, row.population or 0, row.target or 0, counts.get(row.code, 0))
        for row in rows.order_by("code")
    )


def _sites(doors: Any) -> tuple[Site, ...]:
    rows = doors.filter(site_no__isnull=False).order_by("site_no", "pk")
    units = [Unit(row.site_no, row.name, row.name_en, row.state) for row in rows]
    return tuple(site_of(no, list(group)) for no, group in groupby(units, key=lambda unit: unit.site_no))


def _today(day: date, doors: Any, by: Any) -> Today:
    rows = Visit.objects.filter(day=day)
    if by is not None:
        rows = rows.filter(checkpoint__in=doors.values("pk"))
    return Today(hours=_by_hour(rows), doors=_busiest(rows))


def _by_hour(rows: Any) -> tuple[dict[Verdict, int], ...]:
    counts: dict[int, dict[Verdict, int]] = defaultdict(dict)
    for hour, verdict, count in rows.values_list("at__hour", "verdict").annotate(Count("visit")).order_by():
        counts[hour][Verdict(verdict)] = count
    return tuple(counts[hour] for hour in HOURS)


def _busiest(rows: Any) -> tuple[Door, ...]:
    admitted = Count("visit", filter=Q(verdict=Verdict.ADMIT))
    counted = rows.values_list("checkpoint").annotate(visits=Count("visit"), admitted=admitted)
    top = list(counted.order_by("-visits", "checkpoint")[:_DOORS_SHOWN])
    names = Checkpoint.objects.in_bulk([pk for pk, _, _ in top])
    return tuple(
        Door(pk, names[pk].name, names[pk].name_en, visits, let_in) for pk, visits, let_in in top if pk in names
    )
