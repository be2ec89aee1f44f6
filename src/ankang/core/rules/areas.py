"""Looking areas up by region: a province may have thousands of zones, a stay belongs to a few."""

from collections.abc import Iterable, Sequence

from ankang.core.rules.language import Area


class AreaIndex(tuple[Area, ...]):
    """Areas made ready for many look-ups; usable wherever a sequence of areas is."""

    by_code: dict[str, list[Area]]
    lengths: tuple[int, ...]
    known: dict[str, tuple[Area, ...]]

    def __new__(cls, areas: Iterable[Area]) -> "AreaIndex":
        """Build it once, evaluate many people with it."""
        index = super().__new__(cls, areas)
        index.by_code = {}
        for area in index:
            index.by_code.setdefault(area.code, []).append(area)
        index.lengths = tuple(sorted({len(code) for code in index.by_code}))
        index.known = {}
        return index

    def covering(self, region: str) -> Sequence[Area]:
        """Every area whose code the region's code begins with; remembered, for many people were in few regions."""
        found = self.known.get(region)
        if found is None:
            starts = (region[:length] for length in self.lengths if length <= len(region))
            found = self.known[region] = tuple(area for start in starts for area in self.by_code.get(start, ()))
        return found


def areas_of(region: str, areas: Sequence[Area]) -> Sequence[Area]:
    """The areas that cover the region; an :class:`AreaIndex` is asked, any other sequence searched."""
    if isinstance(areas, AreaIndex):
        return areas.covering(region)
    return [area for area in areas if region.startswith(area.code)]
