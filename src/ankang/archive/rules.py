"""Pure decisions of the archive: values in, value out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

CORRECTION_STATES = ("waiting", "proposed", "accepted", "corrected", "declined")
"""asked; an officer entered the right values and a colleague decides; the office will send them; done; refused."""
OPEN_STATES = ("waiting", "proposed", "accepted")
CORRECTIONS_OPEN = 10
DOCUMENT_BYTES = 600_000
DOCUMENT_DAYS = 30
WORDS_LONGEST = 500
FRESH = timedelta(minutes=15)
"""So long after signing in the whole file may be taken without another one-time code."""
DOWNLOADS_A_DAY = 4
PROOF_PURPOSE = "archive"


class Fact(Protocol):
    """What the choice of the current item reads."""

    id: UUID
    key: bytes
    occurred_at: datetime
    recorded_at: datetime
    supersedes: UUID | None


F = TypeVar("F", bound=Fact)


def current(items: Iterable[F]) -> list[F]:
    """Of each key the item that counts: nobody's predecessor, and of those the one with the latest fact."""
    every = list(items)
    gone = {item.supersedes for item in every if item.supersedes is not None}
    latest: dict[bytes, F] = {}
    for item in every:
        key = bytes(item.key)
        if item.id not in gone and (key not in latest or _order(item) > _order(latest[key])):
            latest[key] = item
    return sorted(latest.values(), key=_order, reverse=True)


def _order(item: Fact) -> tuple[datetime, datetime, str]:
    return item.occurred_at, item.recorded_at, str(item.id)


def needs_code(issued: datetime, now: datetime) -> bool:
    """Whether this sign-in is too old to hand out everything that is kept."""
    return now - issued > FRESH


def seconds_until_free(taken: Sequence[datetime], now: datetime) -> int:
    """Seconds until another download is allowed; 0: now."""
    recent = sorted(moment for moment in taken if moment > now - timedelta(days=1))
    if len(recent) < DOWNLOADS_A_DAY:
        return 0
    return int((recent[-DOWNLOADS_A_DAY] + timedelta(days=1) - now).total_seconds()) + 1
