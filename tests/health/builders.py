"""Builders that name only what matters to a test."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection

from ankang.health.services import check_people_in_bulk, check_person, record_evidence

NOW = datetime.now(UTC).replace(microsecond=0)
CDC = {"organisation": "宁国市疾控中心"}
_numbers = count(1_000)


def a_person(now: datetime = NOW) -> int:
    """A person number that has been checked and found green."""
    person = next(_numbers)
    check_person(person, now)
    return person


def unknown_person() -> int:
    """A person number nothing is on file for."""
    return next(_numbers)


def days(number: float) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def seconds(moment: datetime) -> int:
    """A moment as attributes hold it."""
    return int(moment.timestamp())


def evidence(person: int, kind: str, at: datetime = NOW, now: datetime = NOW, **attributes: Any) -> UUID:
    """A record from the disease-control centre."""
    return record_evidence(person, kind, at, attributes, CDC, now)


def isolation(person: int, start: datetime, end: datetime, now: datetime = NOW, setting: str = "home") -> UUID:
    """An order of isolation."""
    return evidence(person, "isolation", start, now, setting=setting, start=seconds(start), end=seconds(end))


def feed() -> list[tuple[int, int, int | None, int]]:
    """The whole feed: number, person, old, new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, person, old, new FROM health_colourchange ORDER BY seq")
        return cursor.fetchall()


def changes_of(person: int) -> list[tuple[int | None, int]]:
    """One person's part of the feed: old, new."""
    return [(old, new) for _, who, old, new in feed() if who == person]


def both_ways() -> list[Callable[[int, datetime], Any]]:
    """The two ways to evaluate a person; they must agree."""
    return [check_person, lambda person, now: check_people_in_bulk([person], now)]
