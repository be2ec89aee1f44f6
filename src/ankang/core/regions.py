"""Regions of GB/T 2260 with their history: which county, city and province a six-digit code stood for, and
when.

The data are python-stdnum's (kept from the tables of the Ministry of Civil Affairs since 1980). A resident
ID keeps the code it was issued with for life, so a code that was abolished long ago is still a good one
(domain.md §3).
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from stdnum import numdb


class Region(NamedTuple):
    """One meaning of a code. ``since`` and ``until`` are years, inclusive; ``None`` is 'always' and 'to
    this day'.
    """

    code: str
    province: str
    city: str
    county: str
    since: int | None
    until: int | None

    @property
    def abolished(self) -> bool:
        """Whether the code no longer stands for this region."""
        return self.until is not None

    @property
    def full_name(self) -> str:
        """Province, city and county written as one address: 安徽省宣城市宁国市."""
        return "".join(dict.fromkeys(part for part in (self.province, self.city, self.county) if part))


_COLLECTIVE = frozenset(("市辖区", "县", "省直辖行政单位", "省直辖县级行政单位", "自治区直辖县级行政单位"))
_SIMPLIFIED = {
    "81": "香港特别行政区",
    "82": "澳门特别行政区",
}  # the data write these two in traditional characters
_SPAN = re.compile(r"\[(\d*)-(\d*)\]")


def region_at(code: str, year: int | None = None) -> Region | None:
    """The region ``code`` stood for in ``year``; without a year its present, else its latest, meaning.

    ``None`` when the code is not six digits, never existed, or did not exist in that year.
    """
    spans = _history(code)
    if year is not None:
        spans = tuple(span for span in spans if _holds(span, year))
    if not spans:
        return None
    since, until, name = spans[-1]
    return _region(code, name, since, until)


def ever_existed(code: str) -> bool:
    """Whether ``code`` ever stood for a region."""
    return bool(_history(code))


def find_regions(words: str, limit: int = 20) -> list[Region]:
    """Present regions whose code begins with ``words``, or whose full name holds them; the higher and shorter first.

    At most ``limit``; none for fewer than two characters.
    """
    words = "".join(words.split())
    if len(words) < 2:
        return []
    if words.isascii() and words.isdigit():
        found = [region for region in _present() if region.code.startswith(words[:6])]
    else:
        found = [region for region in _present() if words in region.full_name]
    return sorted(found, key=lambda region: (not _own_name(region).startswith(words), len(region.full_name)))[:limit]


@cache
def _present() -> tuple[Region, ...]:
    """Every region that exists today, by code. Groupings without a name of their own are left out."""
    regions = (region_at(code) for code in _all_codes())
    return tuple(
        region for region in regions if region and not region.abolished and _own_name(region) not in _COLLECTIVE
    )


def _all_codes() -> list[str]:
    """The codes of the tables: a province's number, then its entries of four digits."""
    provinces = _database().prefixes
    return [
        province + entry
        for _, province, _, _, entries in provinces
        for _, entry, _, _, _ in entries
        if len(province) == 2 and len(entry) == 4
    ]


def _own_name(region: Region) -> str:
    return region.county or region.city or region.province


_Span = tuple[int | None, int | None, str]


def _region(code: str, name: str, since: int | None, until: int | None) -> Region:
    province = _province(code)
    if code.endswith("0000"):
        return Region(code, province, "", "", since, until)
    if code.endswith("00"):
        return Region(code, province, name, "", since, until)
    return Region(code, province, _city(code, until), name, since, until)


def _city(code: str, year: int | None) -> str:
    """The prefecture's name in the county's last year; empty where the county hangs below the province
    itself.
    """
    spans = _history(code[:4] + "00")
    fitting = [span for span in spans if year is None or _holds(span, year)] or spans[-1:]
    name = fitting[-1][2] if fitting else ""
    return "" if name in _COLLECTIVE else name


def _holds(span: _Span, year: int) -> bool:
    since, until, _ = span
    return (since is None or since <= year) and (until is None or year <= until)


@lru_cache(maxsize=8192)
def _history(code: str) -> tuple[_Span, ...]:
    """Each meaning the code ever had, oldest first."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return ()
    found = [properties for part, properties in _database().info(code) if len(part) == 4]
    return tuple(_spans(found[0]["county"])) if found and "county" in found[0] else ()


def _spans(text: str) -> list[_Span]:
    return [_one_span(part) for part in text.split(",")]


def _one_span(text: str) -> _Span:
    match = _SPAN.match(text)
    if match is None:
        return None, None, text
    since, until = (int(year) if year else None for year in match.groups())
    return since, until, text[match.end() :]


@cache
def _province(code: str) -> str:
    return _SIMPLIFIED.get(code[:2]) or str(_database().info(code[:2])[0][1].get("province", ""))


@cache
def _database() -> numdb.NumDB:
    return numdb.get("cn/loc")
