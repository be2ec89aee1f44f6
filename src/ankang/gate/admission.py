"""Who is let in when more come than can be served: a bound on the work in progress that follows the measured delay.

A standing queue helps nobody: a citizen at a door waits as long, and everybody behind as well. So a process works on
``limit`` requests at a time and refuses the others at once, before their bodies are read (about the cost of the bare
server). By Little's law requests in progress = rate × delay, so while the limit binds, ``limit × wanted delay / measured
delay`` is what the same rate needs; the limit is moved there. While it does not bind it is generous, for a burst is no queue.
Doors come first; what a phone can do without waits (``SHARES``).

An operator may set two bounds: ``target``, how many seconds a visit may take on the mean while more come than are served (a
longer wait answers more people a second), and ``most_per_second``, 0 for none: what the database behind many gates can take.
"""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from ankang.gate.limits import Allowance

TARGET: Final = 0.008
"""Seconds that a visit takes on the mean, durable and answered, while more come than are served, unless an operator sets another.
The budget at a door is 25 ms at the 99th percentile; what waits before our first line, and commits that are slow, take the rest."""
WORTH: Final = 1.5
"""A machine that takes longer even with ``LEAST`` in progress (a slow disk, a busy neighbour) is not helped by refusing more:
there the delay may be so many times what it is with ``LEAST``."""
DOUBT: Final = 0.99
"""What we hold to be that delay shrinks by so much an interval while the limit binds, so that an old belief is tried again."""
INTERVAL: Final = 0.05
LEAST, MOST, FIRST = 16, 1024, 128
"""Requests in progress in one process: at least, at most, and while nobody presses (``FIRST`` for ``TARGET``)."""
STEP: Final = 8.0
SHRINK: Final = 0.5
"""How much the limit rises in an interval, and to what part of itself it falls at most."""
BURST: Final = 0.1
"""Seconds' worth of ``most_per_second`` that may come at once."""
SHARES: Final = {"/g/v1/verify": 1.0, "/g/v1/scan": 1.0, "/g/v1/visits": 0.9, "/g/v1/door": 0.9, "/g/v1/pass": 0.8,
                 "/g/v1/presence": 0.8}  # fmt: skip
"""Up to which part of the limit an address is served. A phone shows its code without us, so ``me`` gives way first."""
OTHERS: Final = 0.6
ALWAYS: Final = frozenset({"/g/v1/health", "/g/v1/metrics"})


class Admission:
    """One process's admissions. ``in_flight`` requests are in progress, at most ``limit`` of them."""

    __slots__ = ("_alone", "_first", "_next", "_peak", "_rate", "_spent", "_target", "_visits", "admitted", "binds", "delay", "in_flight",
                 "limit", "refused", "wanted")  # fmt: skip

    def __init__(self, most_per_second: float = 0.0, target: float = TARGET, clock: Callable[[], float] = monotonic) -> None:
        moment = clock()
        burst = max(most_per_second * BURST, 1.0)
        self._rate = Allowance(most_per_second, moment, burst) if most_per_second else None
        self._next, self._spent, self._visits, self._peak = moment + INTERVAL, 0.0, 0, 0
        self._target, self._first = target, min(max(FIRST * target / TARGET, LEAST), float(MOST))
        self._alone, self.wanted = target / WORTH, target
        self.limit, self.binds = self._first, False
        self.in_flight = self.admitted = self.refused = 0
        self.delay = 0.0
        """The mean delay of the visits of the last interval in which there were some, in seconds."""

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
            self._spent += moment - began
            self._visits += 1
        if moment >= self._next:
            self._adapt(moment)

    def is_late(self, began: float, moment: float) -> bool:
        """Whether it waited so long for its body that its answer would not come in time: then the processor is better spent on
        those who just came. Never while few are in progress, or a slow machine would answer nobody."""
        return self.binds and moment - began > self.wanted and self.in_flight > LEAST

    def _adapt(self, moment: float) -> None:
        """The limit of the next interval by the delays of the last."""
        binds = self.binds = self._peak >= self.limit * OTHERS
        if moment - self._next > 1.0:  # nobody came for a while: what we knew is old
            self.limit = max(self.limit, self._first)
        elif self._visits and binds:
            self._follow(self._spent / self._visits)
        elif not binds and self.limit < self._first:
            self.limit = min(self._first, self.limit + STEP)
        if self._visits:
            self.delay = self._spent / self._visits
        if self._visits and self._peak <= LEAST:
            self._alone += (self.delay - self._alone) / 4
        self._next, self._spent, self._visits, self._peak = moment + INTERVAL, 0.0, 0, self.in_flight

    def _follow(self, delay: float) -> None:
        self._alone = max(min(self._alone, delay) * DOUBT, self._target / WORTH)
        self.wanted = max(self._target, self._alone * WORTH)
        if delay > self.wanted:
            self.limit = max(float(LEAST), self.limit * max(SHRINK, self.wanted / delay))
        else:
            self.limit = min(float(MOST), self.limit + STEP)


class LastMinute:
    """How many were admitted and refused within the last minute; :meth:`note` once a second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque([(0, 0)], maxlen=61)

    def note(self, admitted: int, refused: int) -> tuple[int, int]:
        """(admitted, refused) within the last sixty notes."""
        self._seen.append((admitted, refused))
        first = self._seen[0]
        return admitted - first[0], refused - first[1]
