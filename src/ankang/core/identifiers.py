"""Identifiers of persons and organisations, checked and brought into one spelling (domain.md §3).

Check digits come from python-stdnum, regions from :mod:`ankang.core.regions`. No clock: who wants births in
the future refused passes the day.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum

from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_37_36

from ankang.core.regions import ever_existed

EARLIEST_BIRTH = date(1880, 1, 1)


class DocumentKind(StrEnum):
    """Documents a person can apply with; the value is stored and sent."""

    RESIDENT_ID = "resident_id"
    HKMT_RESIDENCE = "hkmt_residence"
    HKM_PERMIT = "hkm_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"
    FOREIGN_RESIDENCE = "foreign_residence"
    BIRTH_CERTIFICATE = "birth_certificate"
    PROVISIONAL = "provisional"

    def word(self, lang: str) -> str:
        """The document's name; ``lang`` is ``zh`` or ``en``."""
        return _WORDS[self][0 if lang.startswith("zh") else 1]


_WORDS = {
    DocumentKind.RESIDENT_ID: ("居民身份证", "Resident ID card"),
    DocumentKind.HKMT_RESIDENCE: (
        "港澳台居民居住证",
        "Residence permit for Hong Kong, Macao and Taiwan residents",
    ),
    DocumentKind.HKM_PERMIT: (
        "港澳居民来往内地通行证",
        "Mainland travel permit for Hong Kong and Macao residents",
    ),
    DocumentKind.TAIWAN_PERMIT: ("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    DocumentKind.PASSPORT: ("护照", "Passport"),
    DocumentKind.FOREIGN_RESIDENCE: ("外国人永久居留身份证", "Foreign permanent resident ID card"),
    DocumentKind.BIRTH_CERTIFICATE: ("出生医学证明", "Medical certificate of birth"),
    DocumentKind.PROVISIONAL: ("临时编号（无证件）", "Provisional number (no document)"),
}
OWN_KINDS = tuple(
    kind for kind in DocumentKind if kind not in (DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PROVISIONAL)
)
"""Documents a person can apply with alone; the others need a guardian or staff."""


class IdentifierFault(ValueError):
    """An identifier that cannot be right.

    ``code``: unknown_kind, bad_length, bad_characters, bad_checksum, unknown_region, bad_birth_date,
    future_birth.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_document(kind: str, number: str, today: date | None = None) -> str:
    """The document number in its one spelling; with ``today`` a birth after that day is refused
    (future_birth).

    ``kind`` is a :class:`DocumentKind` value. Full-width characters, lower case, spaces and hyphens are
    mended. Raises :class:`IdentifierFault`.
    """
    try:
        check = _CHECKS[DocumentKind(kind)]
    except ValueError:
        raise IdentifierFault("unknown_kind") from None
    tidy = _tidy(number)
    if not tidy:
        raise IdentifierFault("bad_length")
    if not tidy.isascii() or not tidy.isalnum():
        raise IdentifierFault("bad_characters")
    return check(tidy, today)


def birth_of(kind: str, number: str) -> date | None:
    """The birth date that a checked document tells; None where it tells none."""
    return birth_date(number) if len(number) == 18 and kind in _TELLS_BIRTH else None


def provisional_number(region: str, random_number: int) -> str:
    """A house number for somebody without papers: ``AK``, county 6, random 8, check character (ISO 7064 MOD 37,36).

    It begins as no document does, so whoever reads it sees that it is provisional. Only staff give one.
    """
    body = f"AK{region[:6]}{random_number % 10**8:08}"
    return body + str(mod_37_36.calc_check_digit(body))


def birth_date(number: str) -> date:
    """The birth date inside a checked 18-character number."""
    return _date(number[6:10], number[10:12], number[12:14])


def check_uscc(code: str) -> str:
    """A unified social credit code (GB 32100), upper case. Raises :class:`IdentifierFault`."""
    tidy = _tidy(code)
    if len(tidy) != 18:
        raise IdentifierFault("bad_length")
    try:
        return str(stdnum_uscc.validate(tidy))
    except InvalidChecksum:
        raise IdentifierFault("bad_checksum") from None
    except ValidationError:
        raise IdentifierFault("bad_characters") from None


def check_phone(phone: str) -> str:
    """A phone number in E.164: a mainland mobile (``138…`` or ``+86138…``) or, with ``+``, one of another
    country.
    """
    tidy = _tidy(phone)
    for prefix in ("0086", "+0086"):
        if tidy.startswith(prefix):
            tidy = "+86" + tidy[len(prefix) :]
    if not re.fullmatch(r"\+?[0-9]+", tidy):
        raise IdentifierFault("bad_characters" if tidy else "bad_length")
    if not tidy.startswith("+"):
        tidy = "+" + tidy if len(tidy) == 13 and tidy.startswith("86") else "+86" + tidy
    return _check_mainland_mobile(tidy) if tidy.startswith("+86") else _check_foreign_phone(tidy)


def _check_mainland_mobile(phone: str) -> str:
    if len(phone) != 14:
        raise IdentifierFault("bad_length")
    if not re.fullmatch(r"\+861[3-9][0-9]{9}", phone):
        raise IdentifierFault("bad_characters")
    return phone


def _check_foreign_phone(phone: str) -> str:
    if not 8 <= len(phone) <= 16:
        raise IdentifierFault("bad_length")
    if phone[1] == "0":
        raise IdentifierFault("bad_characters")
    return phone


def _tidy(text: str) -> str:
    """Half-width, upper case, without the spaces and hyphens people type between groups."""
    if len(text) > 100:
        raise IdentifierFault("bad_length")
    half = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", half)


def _check_resident_id(number: str, today: date | None) -> str:
    _check_gb11643(number, today)
    if number[:2] in _PERMIT_REGIONS or not ever_existed(number[:6]):
        raise IdentifierFault("unknown_region")
    return number


def _check_hkmt_residence(number: str, today: date | None) -> str:
    _check_gb11643(number, today)
    if number[:6] not in _PERMIT_REGIONS.values():
        raise IdentifierFault("unknown_region")
    return number


_PERMIT_REGIONS = {"81": "810000", "82": "820000", "83": "830000"}


def _check_gb11643(number: str, today: date | None) -> None:
    """Length, characters, birth date and check character of an 18-character number; the region is the
    caller's.
    """
    if len(number) != 18:
        raise IdentifierFault("bad_length")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdentifierFault("bad_characters")
    _check_birth(birth_date(number), today)
    if ric.calc_check_digit(number) != number[-1]:
        raise IdentifierFault("bad_checksum")


def _check_birth(born: date, today: date | None) -> None:
    if born < EARLIEST_BIRTH:
        raise IdentifierFault("bad_birth_date")
    if today is not None and born > today:
        raise IdentifierFault("future_birth")


def _date(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise IdentifierFault("bad_birth_date") from None


def _check_hkm_permit(number: str, today: date | None) -> str:
    """H (Hong Kong) or M (Macao) and eight digits; older cards add two for the renewal, which is not the
    person's.
    """
    if len(number) not in (9, 11):
        raise IdentifierFault("bad_length")
    if not re.fullmatch(r"[HM][0-9]{8}(?:[0-9]{2})?", number):
        raise IdentifierFault("bad_characters")
    return number[:9]


def _check_taiwan_permit(number: str, today: date | None) -> str:
    if len(number) != 8:
        raise IdentifierFault("bad_length")
    if not number.isdigit():
        raise IdentifierFault("bad_characters")
    return number


def _check_passport(number: str, today: date | None) -> str:
    """ICAO 9303 leaves the number to the issuing state: letters and digits, with a digit in it."""
    if not 5 <= len(number) <= 20:
        raise IdentifierFault("bad_length")
    if not any(character.isdigit() for character in number):
        raise IdentifierFault("bad_characters")
    return number


def _check_foreign_residence(number: str, today: date | None) -> str:
    """Cards since 2023: 18 characters like a resident ID beginning with 9; older: three letters and twelve
    digits.
    """
    if len(number) == 15:
        if not re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
            raise IdentifierFault("bad_characters")
        return number
    _check_gb11643(number, today)
    if number[0] != "9" or not ever_existed(number[1:3] + "0000"):
        raise IdentifierFault("unknown_region")
    return number


def _check_birth_certificate(number: str, today: date | None) -> str:
    """One letter (the edition) and nine digits, of which the first two are the province's."""
    if len(number) != 10:
        raise IdentifierFault("bad_length")
    if not re.fullmatch(r"[A-Z][0-9]{9}", number):
        raise IdentifierFault("bad_characters")
    if not ever_existed(number[1:3] + "0000"):
        raise IdentifierFault("unknown_region")
    return number


def _check_provisional(number: str, today: date | None) -> str:
    if len(number) != 17:
        raise IdentifierFault("bad_length")
    if not re.fullmatch(r"AK[0-9]{14}[0-9A-Z]", number):
        raise IdentifierFault("bad_characters")
    if not mod_37_36.is_valid(number):
        raise IdentifierFault("bad_checksum")
    return number


_TELLS_BIRTH = frozenset((DocumentKind.RESIDENT_ID, DocumentKind.HKMT_RESIDENCE, DocumentKind.FOREIGN_RESIDENCE))
_CHECKS: dict[DocumentKind, Callable[[str, date | None], str]] = {
    DocumentKind.RESIDENT_ID: _check_resident_id,
    DocumentKind.HKMT_RESIDENCE: _check_hkmt_residence,
    DocumentKind.HKM_PERMIT: _check_hkm_permit,
    DocumentKind.TAIWAN_PERMIT: _check_taiwan_permit,
    DocumentKind.PASSPORT: _check_passport,
    DocumentKind.FOREIGN_RESIDENCE: _check_foreign_residence,
    DocumentKind.BIRTH_CERTIFICATE: _check_birth_certificate,
    DocumentKind.PROVISIONAL: _check_provisional,
}
