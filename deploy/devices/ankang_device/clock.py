"""What time it is: the server's, carried on by the clock that nobody can set (A4; codes are of the minute).

A box whose own clock is off says so and goes by the server's time. After a start without a network it has only its own clock: that
one counts when it was right at the last meeting with the server, which is not long ago, and has not been set back since.
"""

import time
from typing import Any

from .journal import Journal


class Clock:
    """``system`` and ``monotonic`` are given by tests."""

    def __init__(
        self, journal: Journal, tolerance: float, days: float, system: Any = time.time, monotonic: Any = time.monotonic
    ) -> None:
        self._journal, self._tolerance, self._longest = journal, tolerance, days * 86_400
        self._system, self._monotonic = system, monotonic
        self._base: float | None = None
        self._latest = float(journal.fact("latest", 0))
        self._met = journal.fact("met")

    def meet(self, server: float, travel: float) -> None:
        """The server said its time; the answer was ``travel`` seconds under way."""
        told = server + travel / 2
        self._base = told - self._monotonic()
        self._met = {"at": told, "offset": self._system() - told}
        self._journal.note("met", self._met)
        self._latest = told
        self._journal.note("latest", told)

    def now(self) -> float:
        """Unix seconds."""
        return float(self._system() if self._base is None else self._base + self._monotonic())

    @property
    def offset(self) -> float:
        """Seconds by which the box's own clock is ahead of the server's, as far as is known."""
        if self._base is not None:
            return float(self._system() - self.now())
        return float(self._met["offset"]) if self._met else 0.0

    def why_not(self) -> str:
        """Empty when codes can be judged by this clock; otherwise ``clock_unknown``, ``clock_set_back`` or ``clock_off``."""
        if self._base is not None:
            return ""
        if self._met is None or self._system() - self._met["at"] > self._longest:
            return "clock_unknown"
        if self._system() < self._latest - self._tolerance:
            return "clock_set_back"
        return "clock_off" if abs(self._met["offset"]) > self._tolerance else ""

    def remember(self) -> None:
        """Keep the latest moment, so that a clock set back is noticed after a restart."""
        if self.now() > self._latest + 10:
            self._latest = self.now()
            self._journal.note("latest", self._latest)
