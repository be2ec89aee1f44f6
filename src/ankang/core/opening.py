"""Opening hours of a place: a line of text a person can type, and whether it is open at a moment.

``1-5 08:00-17:30; 6,7 09:00-12:00``: days 1 (Monday) to 7 (Sunday), then hours of Shanghai time. ``24:00`` is midnight at the
day's end; an end at or before its beginning lies on the next day (a night market: ``5-6 18:00-02:00``). Nothing written: always.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_SHANGHAI = 8 * 3600
_DAY, _WEEK = 1_440, 7 * 1_440
_MONDAY = 4 * 86_400
"""1970-01-05 was a Monday."""
LONGEST = 200
_PART = re.compile(
    r"(?P<days>[1-7](?:-[1-7])?(?:,[1-7](?:-[1-7])?)*) +"
    r"(?P<hours>\d{1,2}:\d{2}-\d{1,2}:\d{2}(?:,\d{1,2}:\d{2}-\d{1,2}:\d{2})*)"
)
_DAYS_ZH, _DAYS_EN = "一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class HoursFault(ValueError):
    """The text is no opening hours; the message names the part."""


class Span(NamedTuple):
    """Minutes of the week from Monday 00:00; ``end`` may lie in the next week."""

    begin: int
    end: int


@lru_cache(maxsize=4096)
def spans_of(text: str) -> tuple[Span, ...]:
    """When a place with these hours is open; none for an empty text, which means always. Raises HoursFault."""
    if len(text) > LONGEST:
        raise HoursFault("too long")
    found: list[Span] = []
    for part in _parts(text):
        days, hours = part
        for day in _days(days):
            found.extend(_span(day, one) for one in hours.split(","))
    return tuple(sorted(found))


def is_open(text: str, moment: float) -> bool:
    """Whether the place is open at ``moment`` (unix seconds)."""
    spans = spans_of(text)
    if not spans:
        return True
    minute = int(moment + _SHANGHAI - _MONDAY) // 60 % _WEEK
    return any(one.begin <= minute < one.end or one.begin <= minute + _WEEK < one.end for one in spans)


def words_of(text: str, lang: str) -> str:
    """The hours as people read them; empty for always."""
    zh = lang.startswith("zh")
    return ("；" if zh else "; ").join(f"{_day_words(days, zh)} {hours.replace('-', '–')}" for days, hours in _parts(text))


def tidy(text: str) -> str:
    """The text as it is kept. Raises HoursFault."""
    cleaned = text.replace("；", ";").replace("，", ",").replace("：", ":").replace("–", "-").replace("—", "-")
    cleaned = "; ".join(" ".join(part.split()) for part in cleaned.split(";") if part.strip())
    spans_of(cleaned)
    return cleaned


def _parts(text: str) -> list[tuple[str, str]]:
    found = []
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise HoursFault(part.strip()[:40])
        found.append((match["days"], match["hours"]))
    return found


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if last and int(last) < int(first):
            raise HoursFault(part)
        found.extend(range(int(first), int(last or first) + 1))
    return found


def _span(day: int, hours: str) -> Span:
    begin, end = (_minute(one) for one in hours.split("-"))
    start = (day - 1) * _DAY
    return Span(start + begin, start + end + (_DAY if end <= begin else 0))


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if hour > 24 or minute > 59 or hour * 60 + minute > _DAY:
        raise HoursFault(text)
    return hour * 60 + minute


def _day_words(days: str, zh: bool) -> str:
    if days == "1-7":
        return "每天" if zh else "daily"
    said = []
    for part in days.split(","):
        ends = [(f"周{_DAYS_ZH[int(one) - 1]}" if zh else _DAYS_EN[int(one) - 1]) for one in part.split("-")]
        said.append(("至" if zh else "–").join(ends))
    return ("、" if zh else ", ").join(said)
