"""Pure decisions of the exchange room: what a batch may do next, how far it is, and what its check found."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

FIRST_FAULTS = 100
WAITING_DAYS = 30
"""So long an unmatched row waits for its person (and a batch that nobody handed in is kept)."""
FARTHEST = timedelta(days=366)
"""So far ahead a batch may be put off."""
REFUSED_DAYS = 90
"""So long refused rows can be fetched and mended."""

MAY_CANCEL = ("draft", "validated", "pending_approval", "approved", "scheduled", "paused", "limit_exceeded")
MAY_STOP = ("running",)
MAY_RESUME = ("paused",)
MAY_RUN = ("approved", "running")
OVER = ("finished", "cancelled", "rejected", "error")


class Progress(NamedTuple):
    """How far a batch is: rows done of all, the share (0 … 1), rows a second at work, seconds left (None: unknown)."""

    done: int
    total: int
    share: float
    rate: float
    remaining: int | None
    alive: bool


def progress(done: int, total: int, busy_seconds: float, beat_at: datetime | None, now: datetime) -> Progress:
    """The progress of a run; it is alive when it wrote within the last minute."""
    rate = done / busy_seconds if busy_seconds > 0 else 0.0
    left = int((total - done) / rate) + 1 if rate and done < total else (0 if done >= total else None)
    alive = beat_at is not None and now - beat_at < timedelta(minutes=1)
    return Progress(done, total, done / total if total else 0.0, round(rate, 1), left, alive)


class Findings:
    """Counts what a check finds: good rows, bad rows by fault, the first hundred of them, and rows that can worsen."""

    def __init__(self) -> None:
        self.rows = self.good = self.empty = self.worsening = 0
        self._faults: Counter[str] = Counter()
        self._first: list[dict[str, Any]] = []

    def take(self, worsens: bool) -> None:
        """One more good row."""
        self.good += 1
        self.worsening += worsens

    def refuse(self, row: int, code: str, column: str) -> None:
        """One more bad row; nothing of its content is kept."""
        self._faults[code] += 1
        if len(self._first) < FIRST_FAULTS:
            self._first.append({"row": row, "code": code, "column": column})

    def as_json(self, notices: list[dict[str, Any]]) -> dict[str, Any]:
        """As the batch keeps it."""
        return {
            "good": self.good,
            "bad": sum(self._faults.values()),
            "empty": self.empty,
            "faults": dict(self._faults.most_common()),
            "first": self._first,
            "notices": notices,
        }
