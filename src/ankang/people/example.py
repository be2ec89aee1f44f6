"""A made-up applicant for the demonstration, so that a new user can try without anybody's real details."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import ric

from .models import Person

_NAMES = ("林小安", "周康宁", "许一鸣", "沈知夏", "顾云舒", "方家乐", "梁思远", "陆文心")
_LANE = 42  # order codes 042, 090, … belong to no resident of the demonstration's register


@dataclass(frozen=True)
class Example:
    """Valid, and nobody's: the phone is in a segment that operators have not given out."""

    name: str
    document: str
    phone: str


@dataclass(frozen=True)
class ExampleTraveller:
    """One of the made-up travellers of the demonstration who has not claimed the code yet."""

    name: str
    document: str
    country: str
    born: str


def example_traveller() -> ExampleTraveller | None:
    """The first whose code waits; None when all are claimed. For the demonstration only: it shows a record in clear."""
    rows = Person.objects.filter(state="pending", applied_via="entry", document_kind="passport", born__isnull=False)
    found = rows.order_by("pk").first()
    return ExampleTraveller(found.name, found.document, found.document_country, found.born or "") if found else None


def example_applicant() -> Example:
    """A fresh made-up person at each call."""
    born = date(1955, 1, 1) + timedelta(days=secrets.randbelow(45 * 365))
    order = (_LANE + 48 * secrets.randbelow(19)) + secrets.randbelow(2)
    digits = f"341881{born:%Y%m%d}{order:03}"
    return Example(
        name=secrets.choice(_NAMES),
        document=digits + ric.calc_check_digit(digits + "0"),
        phone=f"161{secrets.randbelow(10**8):08}",
    )
