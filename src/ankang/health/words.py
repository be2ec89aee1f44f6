"""A colour's reasons and the records on file in words that anybody understands: date, what, and how it ends."""

from datetime import UTC, datetime

import msgspec
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ankang.core.evidence import Attributes, Evidence
from ankang.core.regions import region_at
from ankang.core.rules.vocabulary import attribute_word, value_word
from ankang.core.statements import StatedReason

_MOMENTS = frozenset(("sampled_at", "since", "until", "start", "end"))
_OWN_WORDS = frozenset(("note", "question", "answer", "case", "number", "lab", "lot", "product", "drug", "place"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain_reason(reason: StatedReason, now: datetime, lang: str) -> str:
    """One reason and its next step in one breath: ``6月3日起，到过中风险地区。怎样解除：核酸检测阴性。``"""
    since = day(reason.since, now, lang)
    until = "" if reason.until is None else day(reason.until, now, lang)
    if lang.startswith("zh"):
        last = f"，最迟{until}" if until else ""
        return f"{since}起，{reason.text.zh}。怎样解除：{reason.ends_when.zh}{last}。"
    last = f", on {until} at the latest" if until else ""
    return f"Since {since}: {reason.text.en}. How it ends: {reason.ends_when.en}{last}."


def day(seconds: int, now: datetime, lang: str) -> str:
    """A day as people say it; the year only where it is another one."""
    moment, today = localtime(datetime.fromtimestamp(seconds, UTC)), localtime(now)
    if lang.startswith("zh"):
        year = "" if moment.year == today.year else f"{moment.year}年"
        return f"{year}{moment.month}月{moment.day}日"
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{moment.day} {MONTHS[moment.month - 1]}{year}"


def attributes_in_words(attributes: Attributes, lang: str) -> list[tuple[str, str]]:
    """Each attribute that was given, as name and value."""
    given = msgspec.to_builtins(attributes)
    return [(attribute_word(name, lang), _value(name, given[name], lang)) for name in given]


def record_in_words(record: Evidence, lang: str) -> str:
    """The kind of record and what it found, in short: ``核酸检测（阴性）``."""
    given = msgspec.to_builtins(record.attributes)
    found = next((name for name in _TELLING if name in given), None)
    word = record.kind.word(lang)
    if found is None:
        return word
    opening, closing = ("（", "）") if lang.startswith("zh") else (" (", ")")
    return f"{word}{opening}{_value(found, given[found], lang)}{closing}"


def source_in_words(source: dict[str, str]) -> str:
    """From whom: the organisation, or else the feed it came by."""
    return source.get("organisation") or source.get("feed") or "–"


def _value(name: str, value: object, lang: str) -> str:
    if name in _MOMENTS and isinstance(value, int):
        return date_format(localtime(datetime.fromtimestamp(value, UTC)), "Y-m-d H:i")
    if name == "region":
        return _place(str(value))
    return str(value) if name in _OWN_WORDS else value_word(value, lang)


def _place(code: str) -> str:
    region = region_at(code[:6])
    return region.full_name if region else code


_TELLING = (
    "result",
    "status",
    "relation",
    "setting",
    "celsius",
    "code",
    "region",
    "country",
    "drug",
    "product",
    "finding",
    "department",
)
