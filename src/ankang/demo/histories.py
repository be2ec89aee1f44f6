"""Medical histories of a few made-up residents, so that the board shows every colour.

Only evidence is recorded, through the service that every feed uses. The colours follow from it by the rule
set in force, and some end by themselves after days, as they would in life.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from ankang.health.services import check_people_in_bulk, record_evidence
from ankang.health.services.declarations import declare_area_by_system

from .residents import Resident

WITH_HISTORY = 150  # of 10,000 residents
RISK_AREA = ("341802", "宣城市宣州区")
_HOSPITAL, _CDC, _BORDER = "宁国市人民医院", "宁国市疾病预防控制中心", "口岸入境信息"


class Fact(NamedTuple):
    """One record: kind, days ago, attributes (moments in days ago), and the organisation it is from."""

    kind: str
    days_ago: float
    attributes: Mapping[str, Any]
    organisation: str


def fever(random: Random) -> list[Fact]:
    """Yellow: a fever that lasts."""
    return [Fact("symptom", random.uniform(0.2, 2), {"code": "fever"}, _HOSPITAL)]


def fever_over(random: Random) -> list[Fact]:
    """Green again: a fever, then a negative test."""
    return [Fact("symptom", 4, {"code": "fever"}, _HOSPITAL), _negative(random.uniform(1, 2))]


def risk_area(random: Random) -> list[Fact]:
    """Yellow: back from a risk area, not yet tested."""
    return [Fact("stay", random.uniform(1, 3), {"region": RISK_AREA[0]}, _CDC)]


def risk_area_tested(random: Random) -> list[Fact]:
    """Green again: back from a risk area, tested negative."""
    return [Fact("stay", 4, {"region": RISK_AREA[0]}, _CDC), _negative(random.uniform(1, 2))]


def close_contact(random: Random) -> list[Fact]:
    """Red: a close contact in central isolation."""
    days = random.uniform(1, 9)
    contact = Fact("contact", days + 0.5, {"relation": "close", "minutes": random.randint(15, 240)}, _CDC)
    return [contact, Fact("isolation", days, {"setting": "central", "start": days, "end": days - 14}, _CDC)]


def case(random: Random) -> list[Fact]:
    """Red: a confirmed case."""
    return [
        Fact("diagnosis", random.uniform(1, 5), {"status": "confirmed", "institution": _HOSPITAL}, _HOSPITAL)
    ]


def from_abroad(random: Random) -> list[Fact]:
    """Red: entered the country a few days ago."""
    days = random.uniform(2, 10)
    entry = Fact("border_entry", days, {"country": random.choice(("JP", "DE", "TH", "US"))}, _BORDER)
    return [entry, Fact("isolation", days, {"setting": "central", "start": days, "end": days - 14}, _CDC)]


HISTORIES: dict[Callable[[Random], list[Fact]], int] = {
    fever: 38,
    fever_over: 16,
    risk_area: 18,
    risk_area_tested: 10,
    close_contact: 10,
    case: 3,
    from_abroad: 5,
}


def give_colours(residents: Sequence[Resident], people: Sequence[int], now: datetime) -> None:
    """Record the histories of those who have one, then evaluate everybody; ``people`` are their numbers."""
    for resident, person in zip(residents, people, strict=True):
        if crc32(resident.document.encode()) % 10_000 < WITH_HISTORY:
            _record(person, _history(resident), now)
    check_people_in_bulk(people, now)


def assess_risk_area(now: datetime) -> None:
    """Put the demonstration's one risk area on file, so that a stay there means something."""
    code, name = RISK_AREA
    declare_area_by_system(code, "medium", name, now - timedelta(days=10), None, "演示数据 demonstration", now)


def _history(resident: Resident) -> list[Fact]:
    random = Random(resident.document)
    return random.choices(list(HISTORIES), list(HISTORIES.values()))[0](random)


def _record(person: int, facts: list[Fact], now: datetime) -> None:
    for fact in facts:
        at = now - timedelta(days=fact.days_ago)
        attributes = {name: _moment(name, value, now) for name, value in fact.attributes.items()}
        source = {"organisation": fact.organisation, "feed": "demonstration"}
        record_evidence(person, fact.kind, at, attributes, source, now)


def _moment(name: str, value: Any, now: datetime) -> Any:
    if name in ("start", "end", "sampled_at"):
        return int((now - timedelta(days=value)).timestamp())
    return value


def _negative(days_ago: float) -> Fact:
    return Fact("nucleic_test", days_ago, {"result": "negative", "sampled_at": days_ago + 0.3}, _HOSPITAL)
