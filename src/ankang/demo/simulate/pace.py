"""When each request goes: the k-th at the moment that the day's curve gives it."""

import asyncio
from time import monotonic

from .curve import DayCurve
from .wire import DayOver


class CurvePace:
    """``total`` requests spread over ``seconds`` of real time as ``curve`` spreads them over the day."""

    def __init__(self, curve: DayCurve, total: int, seconds: float) -> None:
        self.curve, self.total, self.seconds = curve, total, seconds
        self.given = 0
        self._started = monotonic()
        self._called_off = asyncio.Event()

    async def turn(self) -> None:
        """Return when the next request is due; raises DayOver after the last, or when called off."""
        if self.given >= self.total or self._called_off.is_set():
            raise DayOver
        due = self._started + self.seconds * self.curve.share_of_time(self.given / self.total)
        self.given += 1
        delay = due - monotonic()
        if delay > 0:
            await self._sleep(delay)

    def call_off(self) -> None:
        """End the day now; those who wait for their turn are told too."""
        self._called_off.set()

    @property
    def over(self) -> bool:
        """Whether no further request will go."""
        return self._called_off.is_set() or self.given >= self.total

    @property
    def elapsed(self) -> float:
        """Real seconds since the start."""
        return monotonic() - self._started

    @property
    def clock(self) -> float:
        """The simulated o'clock in hours."""
        return self.curve.clock(self.curve.share_of_time(self.given / self.total))

    async def _sleep(self, delay: float) -> None:
        try:
            await asyncio.wait_for(self._called_off.wait(), delay)
        except TimeoutError:
            return
        raise DayOver
