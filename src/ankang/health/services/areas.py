"""Assessed areas: what was known of them at a moment, and how they are listed and named.

An assessment in force is never rewritten. Its end may be brought forward once; what was known before stays on the row.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from ankang.core.regions import ever_existed, region_at
from ankang.core.rules import Area as CoreArea

from ..models import Area


def known_areas(at: datetime | None = None) -> list[CoreArea]:
    """Every assessment in force, past ones too, as it was known at ``at`` (None: as it is known now)."""
    rows = Area.objects.filter(state="in_force")
    return [_core(area, area.until) for area in rows] if at is None else areas_known(rows, at)


def areas_known(rows: Iterable[Area], at: datetime) -> list[CoreArea]:
    """The ``rows`` in force that were on file at ``at``, each with the end that was known then."""
    return [
        _core(area, area.until_before if area.lifted_at and area.lifted_at > at else area.until)
        for area in rows
        if area.state == "in_force" and (area.recorded_at is None or area.recorded_at <= at)
    ]


def areas_on_list(which: str, words: str, now: datetime) -> "QuerySet[Area]":
    """The areas that are ``in_force``, ``pending``, ``past`` (over, refused or withdrawn) or ``all``, by name or code."""
    over = Q(state="in_force", until__lte=now)
    chosen = {
        "in_force": Q(state="in_force") & ~over,
        "pending": Q(state="pending") | Q(state="in_force", lift_until__isnull=False),
        "past": over | Q(state__in=["rejected", "withdrawn"]),
    }
    rows = Area.objects.filter(chosen.get(which, Q()))
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(code__startswith=words) | Q(source__icontains=words))
    return rows.order_by("-since", "code", "level", "pk")


def short_code(code: str) -> str:
    """The part of a code that stands for the region: 420000 → 42, 420100 → 4201, 110106000000 → 110106.

    A stay lies in an area when its own code begins with the area's.
    """
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


def code_exists(code: str) -> bool:
    """Whether a short code is a province, city or county of GB/T 2260, or lies in such a county (9 or 12 digits)."""
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12)):
        return False
    return ever_existed(code[:6].ljust(6, "0"))


def name_of_code(code: str) -> str:
    """What people call the region of a short code."""
    region = region_at(code[:6].ljust(6, "0"))
    return region.full_name if region else code


def _core(area: Area, until: datetime | None) -> CoreArea:
    end = int(until.timestamp()) if until else None
    return CoreArea(area.code, area.level, int(area.since.timestamp()), end, area.name)
