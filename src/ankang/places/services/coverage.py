"""How far the doors are: planned, built, in use, by region of the tree (N20 annex 2, F4)."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from ankang.base.models import Region

from .checkpoints import checkpoints_of

STATES = ("in_use", "built", "planned", "closed")


@dataclass
class RegionCoverage:
    """One region: its own checkpoints and those below it, by state. ``depth``: from the top of the reader's reach."""

    code: str
    name: str
    name_en: str
    depth: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    located: int = 0
    below: "list[RegionCoverage]" = field(default_factory=list)

    @property
    def total(self) -> int:
        """All checkpoints of the annex: planned ones are its target."""
        return sum(self.counts.values())

    @property
    def wanted(self) -> int:
        """Those that are to be in use: all but the closed ones."""
        return self.total - self.counts["closed"]

    @property
    def missing(self) -> int:
        """Those that are wanted and not yet in use."""
        return self.wanted - self.counts["in_use"]

    @property
    def used_to(self) -> float:
        """Per cent of the wanted ones in use: where the bar's first part ends."""
        return round(100 * self.counts["in_use"] / self.wanted, 1) if self.wanted else 0.0

    @property
    def built_to(self) -> float:
        """Per cent in use or built: where the bar's second part ends."""
        return round(100 * (self.counts["in_use"] + self.counts["built"]) / self.wanted, 1) if self.wanted else 0.0


def coverage(by: Any) -> list[RegionCoverage]:
    """The regions that have checkpoints in ``by``'s reach, and those above them, as a tree: where most is missing stands first.

    Every region is in the list, in the order of the tree; the first are its tops, and ``below`` holds the branches.
    """
    doors = checkpoints_of(by, "checkpoints.view").order_by()
    counts = doors.values_list("organisation__region", "state").annotate(count=Count("pk"), located=Count("latitude"))
    regions = {one.code: one for one in Region.objects.all()}
    found: dict[str, RegionCoverage] = {}
    for code, state, count, located in counts:
        for above in _up(code, regions):
            row = found.setdefault(above, RegionCoverage(above, regions[above].name, regions[above].name_en, 0))
            row.counts[state] += count
            row.located += located
    children: dict[str | None, list[str]] = {}
    for code in sorted(found):
        parent = regions[code].parent_id
        children.setdefault(parent if parent in found else None, []).append(code)
    return _in_order(None, 0, children, found)


def _in_order(
    parent: str | None, depth: int, children: dict[str | None, list[str]], found: dict[str, RegionCoverage]
) -> list[RegionCoverage]:
    rows: list[RegionCoverage] = []
    for code in sorted(children.get(parent, []), key=lambda one: (-found[one].missing, one)):
        found[code].depth = depth
        found[code].below = [found[one] for one in sorted(children.get(code, []), key=lambda one: (-found[one].missing, one))]
        rows += [found[code], *_in_order(code, depth + 1, children, found)]
    return rows


def _up(code: str, regions: dict[str, Region]) -> list[str]:
    """The region and those above it."""
    chain: list[str] = []
    at: str | None = code
    while at is not None and at in regions and at not in chain:
        chain.append(at)
        at = regions[at].parent_id
    return chain
