"""Pure decisions about progress: what the annexes count, and the sentence a chart's title says (F4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ankang.core.verdicts import Verdict

HOURS = [(hour + 4) % 24 for hour in range(24)]
"""The hours of a code day, 04:00 to 04:00, as the clock shows them."""


@dataclass(frozen=True, slots=True)
class Town:
    """A line of annex 1: ``target`` is 90 % of the population, ``applications`` the people with a code."""

    code: str
    name: str
    name_en: str
    population: int
    target: int
    applications: int

    @property
    def percent(self) -> float:
        """Applications in per cent of the target, two decimals; 0 without a target."""
        return percent(self.applications, self.target)


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of annex 2: one checkpoint of a site."""

    site_no: int
    name: str
    name_en: str
    state: str

    @property
    def built(self) -> bool:
        """Whether the checkpoint stands, also when it is closed just now."""
        return self.state != "planned"

    @property
    def in_use(self) -> bool:
        """Whether the checkpoint admits people."""
        return self.state == "in_use"


@dataclass(frozen=True, slots=True)
class Site:
    """A site of annex 2 and its units; a site is built, or in use, when every unit of it is."""

    no: int
    name: str
    name_en: str
    units: tuple[Unit, ...]

    @property
    def built(self) -> bool:
        """Whether every unit is built."""
        return all(unit.built for unit in self.units)

    @property
    def in_use(self) -> bool:
        """Whether every unit is in use."""
        return all(unit.in_use for unit in self.units)


@dataclass(frozen=True, slots=True)
class Door:
    """A checkpoint's visits today."""

    checkpoint: int
    name: str
    name_en: str
    visits: int
    admitted: int


@dataclass(frozen=True, slots=True)
class Today:
    """Visits of the running day: per hour of :data:`HOURS` a count by verdict; and the busiest doors."""

    hours: tuple[dict[Verdict, int], ...]
    doors: tuple[Door, ...]

    def count(self, verdict: Verdict | None = None) -> int:
        """All visits, or those with ``verdict``."""
        return sum(n for hour in self.hours for v, n in hour.items() if verdict in (None, v))

    @property
    def busiest_hour(self) -> int | None:
        """The clock hour with most visits; None when there were none."""
        totals = [sum(hour.values()) for hour in self.hours]
        return HOURS[totals.index(max(totals))] if any(totals) else None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the progress board shows. It holds numbers of places, never of a person."""

    towns: tuple[Town, ...]
    sites: tuple[Site, ...]
    today: Today

    @property
    def applications(self) -> int:
        """People with a code in the towns shown."""
        return sum(town.applications for town in self.towns)

    @property
    def target(self) -> int:
        """The towns' targets together."""
        return sum(town.target for town in self.towns)

    @property
    def population(self) -> int:
        """The towns' population together."""
        return sum(town.population for town in self.towns)

    @property
    def percent(self) -> float:
        """Applications in per cent of the target."""
        return percent(self.applications, self.target)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every unit of every site, in the annex's order."""
        return tuple(unit for site in self.sites for unit in site.units)

    def sites_count(self) -> dict[str, int]:
        """How many sites there are, are built, are in use."""
        return _count(self.sites)

    def units_count(self) -> dict[str, int]:
        """How many units there are, are built, are in use."""
        return _count(self.units)


def percent(part: int, whole: int) -> float:
    """``part`` in per cent of ``whole``, two decimals; 0 of nothing is 0."""
    return round(100 * part / whole, 2) if whole else 0.0


def by_progress(towns: Sequence[Town]) -> list[Town]:
    """The towns, furthest first; equal ones in the annex's order."""
    return sorted(towns, key=lambda town: -town.percent)


def site_of(number: int, units: Sequence[Unit]) -> Site:
    """A site from its units; one with several carries its number and their count as its name."""
    if len(units) == 1:
        return Site(number, units[0].name, units[0].name_en, tuple(units))
    rest = len(units)
    return Site(
        number,
        f"{units[0].name}等{rest}个单位",
        f"{units[0].name_en} and {rest - 1} more units",
        tuple(units),
    )


def _count(items: Sequence[Site] | Sequence[Unit]) -> dict[str, int]:
    return {
        "total": len(items),
        "built": sum(item.built for item in items),
        "in_use": sum(item.in_use for item in items),
    }
