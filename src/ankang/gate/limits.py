"""Rate limits: a token bucket for each credential, in this process's memory."""

BURST_SECONDS = 4.0
LEAST_BURST = 10.0
KEPT = 50_000


class Allowance:
    """A bucket that refills with ``rate`` a second and holds ``burst``: four seconds' worth (at least ten) unless told otherwise."""

    __slots__ = ("_burst", "_left", "_rate", "_stamp")

    def __init__(self, rate: float, now: float, burst: float | None = None) -> None:
        self._rate = rate
        self._burst = max(rate * BURST_SECONDS, LEAST_BURST) if burst is None else burst
        self._left = self._burst
        self._stamp = now

    def take(self, now: float) -> bool:
        """Spend one; False when nothing is left."""
        left = self._left
        if now > self._stamp:  # a clock that is set back must not cost anybody an allowance
            left += (now - self._stamp) * self._rate
        self._stamp = now
        if left > self._burst:
            left = self._burst
        if left < 1.0:
            self._left = left
            return False
        self._left = left - 1.0
        return True


class Allowances:
    """The buckets of one kind of credential, by subject; when there are too many the older half is forgotten."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._young: dict[int, Allowance] = {}
        self._old: dict[int, Allowance] = {}

    def of(self, subject: int, now: float) -> Allowance:
        """The bucket of a subject; a full one for a newcomer."""
        found = self._young.get(subject) or self._old.get(subject) or Allowance(self._rate, now)
        if len(self._young) >= KEPT // 2:
            self._young, self._old = {}, self._young
        self._young[subject] = found
        return found
