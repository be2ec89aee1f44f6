"""One cell at a time: what people write in tables, read as what evidence holds. Pure; moments become unix seconds.

A moment without an offset is Beijing time. Excel's day numbers, ``2026/1/9 8:05``, ``2026年1月9日`` and ISO 8601 are read.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from operator import mul
from typing import Any

from ankang.core.identifiers import DocumentKind, IdentifierFault, birth_date, check_document, check_phone
from ankang.core.regions import ever_existed

from .columns import Column, simple
from .faults import RowFault

BEIJING = timezone(timedelta(hours=8))
_DAY = 86_400
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000 … 2100
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=BEIJING).timestamp()
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2})[:时点](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?|[T\s]*(\d{1,2})时)?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?")
_POWER = re.compile(r"[0-9.]+E\+?\d+", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")

Reader = Callable[[str], Any]


def reader_of(column: Column) -> Reader:
    """The function that reads a cell of ``column``; it raises RowFault with the fault's code alone."""
    match column.type:
        case "moment":
            return moment
        case "end":
            return end_moment
        case "number":
            return number
        case "integer":
            return integer
        case "choice" | "code":
            return _choices(column)
        case "region":
            return region
        case "country":
            return country
        case "flag":
            return flag
    return str


def moment(text: str) -> int:
    """A point in time; a day without a time begins at 00:00."""
    return _moment(text)[0]


def end_moment(text: str) -> int:
    """The end of something; a day without a time lasts until 24:00."""
    at, whole_day = _moment(text)
    return at + _DAY if whole_day else at


def _moment(text: str) -> tuple[int, bool]:
    if len(text) in (16, 19) and text[13] == ":":
        at = _usual_moment(text)
        if at is not None:
            return at, False
    try:
        found = datetime.fromisoformat(text)
        whole_day = len(text) <= 10
    except ValueError:
        found, whole_day = _loose_moment(text)
    aware = found if found.tzinfo else found.replace(tzinfo=BEIJING)
    at = int(aware.timestamp())
    if not _EARLIEST <= at <= _LATEST:
        raise RowFault("bad_moment")
    return at, whole_day


def _usual_moment(text: str) -> int | None:
    """``2026-01-09 08:05`` or with seconds, in a quarter of the time; None: it goes the long way."""
    clock = text[11:13] + text[14:16] + (text[17:] if len(text) == 19 and text[16] == ":" else "00")
    if len(clock) != 6 or not (clock.isascii() and clock.isdigit()) or text[10] not in " T":
        return None
    day, hour, minute, second = _usual_day(text[:10]), int(clock[:2]), int(clock[2:4]), int(clock[4:])
    if day is None or hour > 23 or minute > 59 or second > 59 or (len(text) == 19 and text[16] != ":"):
        return None
    return day + hour * 3600 + minute * 60 + second


@lru_cache(maxsize=4096)
def _usual_day(text: str) -> int | None:
    try:
        at = int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING).timestamp())
    except ValueError:
        return None
    return at if _EARLIEST <= at < _LATEST - _DAY else None


def _loose_moment(text: str) -> tuple[datetime, bool]:
    half = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(half):
        return datetime.fromtimestamp(round(_EXCEL_EPOCH + float(half) * _DAY), UTC), "." not in half
    match = _LOOSE.fullmatch(half) or _PACKED.fullmatch(half)
    if match is None:
        raise RowFault("bad_moment")
    year, month, day, *rest = match.groups()
    hour, minute, second = rest[0] or (rest[3] if len(rest) > 3 else None), rest[1], rest[2]
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        raise RowFault("bad_moment") from None
    return at, hour is None


def number(text: str) -> float:
    """A decimal number, full-width too, with or without a degree sign."""
    try:
        return float(unicodedata.normalize("NFKC", text).rstrip("°C℃ "))
    except ValueError:
        raise RowFault("bad_number") from None


def integer(text: str) -> int:
    """A whole number; ``2.0`` and ``第2针`` are 2."""
    half = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"第?(\d{1,9})(?:\.0*)?[剂针次盒瓶支分钟]*", half)
    if found is None:
        raise RowFault("bad_number")
    return int(found.group(1))


def region(text: str) -> str:
    """A region code of 6, 9 or 12 digits; ``340104.0`` is what a spreadsheet made of one."""
    code = text.removesuffix(".0")
    if not (code.isascii() and code.isdigit()) or len(code) not in (6, 9, 12):
        raise RowFault("bad_region")
    if not _existed(code[:6]):
        raise RowFault("unknown_region")
    return code


def country(text: str) -> str:
    """ISO 3166-1 alpha-2, from the code or the Chinese or English name."""
    found = _countries().get(simple(text))
    if found is None:
        raise RowFault("bad_country")
    return found


_FLAGS = {
    **dict.fromkeys(("是", "有", "1", "yes", "y", "true", "t"), True),
    **dict.fromkeys(("否", "无", "0", "no", "n", "false", "f"), False),
}


def flag(text: str) -> bool:
    """Yes or no."""
    found = _FLAGS.get(simple(text))
    if found is None:
        raise RowFault("bad_flag")
    return found


def _choices(column: Column) -> Reader:
    exact = dict(column.values) | {value: value for value in column.values.values()}
    tidy = {simple(spelling): value for spelling, value in exact.items()}
    code = re.compile(r"[a-z0-9_.]{1,40}") if column.type == "code" else None

    def read(text: str) -> str:
        found = exact.get(text) or tidy.get(simple(text))
        if found is not None:
            return found
        if code is not None and code.fullmatch(text.lower()):
            return text.lower()
        raise RowFault("bad_choice")

    return read


def document_kind(text: str) -> str:
    """The kind of a document, from its value or its Chinese or English name; empty is a resident ID."""
    if not text:
        return "resident_id"
    found = _document_kinds().get(simple(text))
    if found is None:
        raise RowFault("bad_document_kind")
    return found


def document(kind: str, text: str) -> str:
    """The document number in its one spelling."""
    if kind == "resident_id" and _is_resident_id(text):
        return text
    if _POWER.fullmatch(text):
        raise RowFault("lost_digits")
    try:
        return check_document(kind, text)
    except IdentifierFault:
        raise RowFault("bad_document") from None


def phone(text: str) -> str:
    """The phone number in E.164."""
    if len(text) == 11 and text[0] == "1" and text.isascii() and text.isdigit() and text[1] > "2":
        return "+86" + text
    try:
        return check_phone(text.removesuffix(".0"))
    except IdentifierFault:
        raise RowFault("bad_phone") from None


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = 48 * sum(_WEIGHTS)


def _is_resident_id(text: str) -> bool:
    """The short way for the many that are right (GB 11643); whatever it does not know goes the long way."""
    if len(text) != 18 or not text.isascii() or not text[:17].isdigit() or text[:2] in ("81", "82", "83"):
        return False
    check = (sum(map(mul, _WEIGHTS, text.encode())) - _ZEROS) % 11
    return "10X98765432"[check] == text[17] and _existed(text[:6]) and _was_born(text[6:14])


@lru_cache(maxsize=60_000)
def _was_born(day: str) -> bool:
    try:
        return birth_date("000000" + day + "0000").year >= 1900
    except IdentifierFault:
        return False


@lru_cache(maxsize=8192)
def _existed(code: str) -> bool:
    return ever_existed(code)


@cache
def _document_kinds() -> dict[str, str]:
    found = {
        simple(name): kind.value for kind in DocumentKind for name in (kind.value, kind.word("zh"), kind.word("en"))
    }
    short = {
        "身份证": "resident_id",
        "港澳台居住证": "hkmt_residence",
        "港澳通行证": "hkm_permit",
        "台胞证": "taiwan_permit",
    }
    return found | {simple(name): value for name, value in short.items()}


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    found = {}
    for language in ("en", "zh_Hans"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
                found[simple(name)] = found[code.lower()] = code
    spoken = {
        "中国": "CN",
        "香港": "HK",
        "中国香港": "HK",
        "澳门": "MO",
        "中国澳门": "MO",
        "台湾": "TW",
        "中国台湾": "TW",
    }
    return found | spoken
