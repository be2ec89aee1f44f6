"""What waits for a member of staff: the port by which rooms fill the first page of the console.

A room appends makers to ``WORK``; a maker answers None where the list is no duty of this person, and a list with count 0
where it is and nothing waits. A link on a list must open for whoever gets it (tests/console walks them all).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_ITEMS = 5


@dataclass(frozen=True)
class WorkItem:
    """One thing to do: what it is called, where it is done, and since when it waits (or until when: ``due``)."""

    title: str
    link: str
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class WorkList:
    """A queue: ``count`` of all of it, the first few ``items``, the page of the rest.

    ``empty`` says what will be here. ``oldest``: since when the first waits; ``due``: the nearest deadline.
    """

    title: str
    count: int
    link: str
    empty: str
    items: Sequence[WorkItem] = field(default_factory=tuple)
    oldest: datetime | None = None
    due: datetime | None = None


Maker = Callable[[Any, datetime], WorkList | None]
WORK: list[Maker] = []


def work_for(user: Any, now: datetime) -> list[WorkList]:
    """The lists of ``user``, those with something in them first, otherwise in the rooms' order."""
    lists = [made for maker in WORK if (made := maker(user, now)) is not None]
    return sorted(lists, key=lambda one: one.count == 0)


def work_list(
    title: str, rows: Any, link: str, empty: str, item: Callable[[Any], WorkItem], oldest: str = ""
) -> WorkList:
    """The list of a queryset in its own order: counts it, reads the first few rows, and the oldest by field ``oldest``."""
    first = list(rows[:MOST_ITEMS])
    count = len(first) if len(first) < MOST_ITEMS else rows.count()
    since = rows.order_by(oldest).values_list(oldest, flat=True).first() if oldest and first else None
    return WorkList(title, count, link, empty, tuple(item(row) for row in first), since)


def register(makers: Iterable[Maker]) -> None:
    """Append ``makers`` once each; called in ``AppConfig.ready``."""
    WORK.extend(maker for maker in makers if maker not in WORK)
