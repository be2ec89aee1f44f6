"""Who is let in when more come than can be served: a bound on the work in progress that follows the measured delay.

A standing queue helps nobody: a citizen at a door waits as long, and everybody behind as well. So a process works on
``limit`` requests at a time and refuses the others at once, before their bodies are read (about the cost of the bare
server). The limit is moved as CoDel (RFC 8289) tells a standing queue from a burst: by the *smallest* delay of a tenth
of a second. Doors come first; what a phone can do without waits (``SHARES``).

``most_per_second`` is an operator's bound beside that, 0 for none: what the database behind many gates can take.
"""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from ankang.gate.limits import Allowance

TARGET: Final = 0.020
"""Seconds within which a visit should be durable and answered; the budget at a door is 25 ms at the 99th percentile."""
INTERVAL: Final = 0.1
LEAST, MOST, FIRST = 160, 1024, 256
"""Requests in progress in one process. On a machine that is slow for another reason ``LEAST`` are always taken: at 5,000 a
second they wait 32 ms, at 500 a third of a second, which a door still bears."""
BURST: Final = 0.1
"""Seconds' worth of ``most_per_second`` that may come at once."""
SHARES: Final = {"/g/v1/verify": 1.0, "/g/v1/scan": 1.0, "/g/v1/visits": 0.9, "/g/v1/door": 0.9, "/g/v1/pass": 0.8,
                 "/g/v1/presence": 0.8}  # fmt: skip
"""Up to which part of the limit an address is served. A phone shows its code without us, so ``me`` gives way first."""
OTHERS: Final = 0.6
_NONE: Final = float("inf")
ALWAYS: Final = frozenset({"/g/v1/health", "/g/v1/metrics"})


class Admission:
    """One process's admissions. ``in_flight`` requests are in progress, at most ``limit`` of them."""

    __slots__ = ("_least", "_next", "_peak", "_rate", "admitted", "delay", "in_flight", "limit", "refused")

    def __init__(self, most_per_second: float = 0.0, clock: Callable[[], float] = monotonic) -> None:
        moment = clock()
        burst = max(most_per_second * BURST, 1.0)
        self._rate = Allowance(most_per_second, moment, burst) if most_per_second else None
        self._next, self._least, self._peak = moment + INTERVAL, _NONE, 0
        self.limit = float(FIRST)
        self.in_flight = self.admitted = self.refused = 0
        self.delay = 0.0
        """The smallest delay of the last tenth of a second, in seconds."""

    def is_full(self, path: str) -> bool:
        """Whether a request to ``path`` would be refused now; counts nothing."""
        if path in ALWAYS:
            return False
        if self.in_flight >= self.limit * SHARES.get(path, OTHERS):
            return True
        return self._rate is not None and path in SHARES and not self._rate.has_one(monotonic())

    def enter(self, path: str, moment: float) -> bool:
        """Begin a request at ``moment`` (monotonic seconds); False when it is refused. Then :meth:`leave`."""
        if self.in_flight >= self.limit * SHARES.get(path, OTHERS) and path not in ALWAYS:
            return False
        if self._rate is not None and path in SHARES and not self._rate.take(moment):
            return False
        self.in_flight += 1
        self.admitted += 1
        if self.in_flight > self._peak:
            self._peak = self.in_flight
        return True

    def leave(self, began: float, moment: float, durable: bool) -> None:
        """End a request that began at ``began``; ``durable``: it made a visit, so its delay tells how long the queue is."""
        self.in_flight -= 1
        if durable:
            delay = moment - began
            if delay < self._least:
                self._least = delay
        if moment >= self._next:
            self._adapt(moment)

    def _adapt(self, moment: float) -> None:
        """A standing queue: work on less at a time. None, and the limit was reached: on more."""
        late = moment - self._next > 10 * INTERVAL  # nobody came for a while: what we knew is old
        if late:
            self.limit = max(self.limit, float(FIRST))
        elif TARGET < self._least < _NONE:
            self.limit = max(float(LEAST), self.limit * 0.85)
        elif self._peak >= self.limit * OTHERS:
            self.limit = min(float(MOST), self.limit + 8.0)
        self.delay = 0.0 if self._least == _NONE else self._least
        self._next, self._least, self._peak = moment + INTERVAL, _NONE, self.in_flight


class LastMinute:
    """How many were admitted and refused within the last minute; :meth:`note` once a second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque([(0, 0)], maxlen=61)

    def note(self, admitted: int, refused: int) -> tuple[int, int]:
        """(admitted, refused) within the last sixty notes."""
        self._seen.append((admitted, refused))
        first = self._seen[0]
        return admitted - first[0], refused - first[1]
