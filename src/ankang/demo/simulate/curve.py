"""The load of a day: when in the day requests come, with a peak in the morning and one in the evening."""

from bisect import bisect_right
from itertools import accumulate, pairwise

STARTS_AT = 7.0  # o'clock: the simulated day begins before people leave for work

# (o'clock, requests relative to a quiet hour); straight lines between.
_SHAPE = (
    (0.0, 0.05), (5.0, 0.05), (6.5, 0.5), (7.5, 2.2), (8.2, 3.0), (9.2, 1.2), (11.3, 1.0), (12.0, 1.8),
    (13.3, 1.0), (16.0, 1.0), (17.5, 2.6), (18.5, 1.6), (20.0, 0.8), (22.0, 0.3), (24.0, 0.05),
)  # fmt: skip
_SLOTS_AN_HOUR = 60


def load_at(clock: float) -> float:
    """Requests at ``clock`` (hours, wraps at midnight) relative to a quiet hour of the day."""
    clock %= 24
    for (start, low), (end, high) in pairwise(_SHAPE):
        if start <= clock <= end:
            return low + (high - low) * (clock - start) / (end - start)
    raise AssertionError("the shape covers the day")


class DayCurve:
    """``hours`` of the day from 07:00 on, squeezed into the share 0 … 1 of a run."""

    def __init__(self, hours: float) -> None:
        self.hours = hours
        slots = max(1, round(hours * _SLOTS_AN_HOUR))
        loads = [load_at(STARTS_AT + hours * (slot + 0.5) / slots) for slot in range(slots)]
        self._sums = [0.0, *accumulate(loads)]

    def share_of_time(self, done: float) -> float:
        """How much of the day's time has passed when the share ``done`` of its requests was made."""
        wanted = min(max(done, 0.0), 1.0) * self._sums[-1]
        slot = min(bisect_right(self._sums, wanted), len(self._sums) - 1)
        before, after = self._sums[slot - 1], self._sums[slot]
        return (slot - 1 + (wanted - before) / (after - before)) / (len(self._sums) - 1)

    def clock(self, time_share: float) -> float:
        """The simulated o'clock (hours, may pass 24) at a share of the day's time."""
        return STARTS_AT + self.hours * time_share


def entering(clock: float) -> float:
    """The share of passings that are entries: most in the morning, few after work."""
    clock %= 24
    if clock < 10:
        return 0.95
    return 0.55 if clock < 16 else 0.15 if clock < 19 else 0.35
