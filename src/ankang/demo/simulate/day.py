"""What all acts of the simulated day share."""

import asyncio
from dataclasses import dataclass
from random import Random

from .doors import Cast, Door
from .pace import CurvePace
from .wire import DayOver, Wire

FEVER_SHARE = 0.004
OFFLINE_SHARE = 0.08  # of those who pass a door while one has no network: it is the busy one
OFFLINE_FROM, OFFLINE_UNTIL = 10.5, 13.0  # o'clock


@dataclass
class Day:
    """Who and where, the way to the product, the pace, and chance."""

    cast: Cast
    wire: Wire
    pace: CurvePace
    random: Random
    public_keys: dict[int, bytes]
    offline_door: Door | None = None

    @property
    def door_is_off_line(self) -> bool:
        """Whether the one door is without network now."""
        return not self.pace.over and OFFLINE_FROM <= self.pace.clock < OFFLINE_UNTIL

    def some_door(self) -> Door:
        """A door in use that has its network."""
        while True:
            door = self.random.choice(self.cast.open_doors)
            if door is not self.offline_door or not self.door_is_off_line:
                return door

    def temperature(self) -> float:
        """A forehead's °C: mostly about 36.5, now and then a fever."""
        if self.random.random() < FEVER_SHARE:
            return round(self.random.uniform(37.4, 39.2), 1)
        return round(min(37.1, self.random.gauss(36.5, 0.25)), 1)

    async def wait_a_little(self) -> None:
        """Let others act; raises DayOver."""
        if self.pace.over:
            raise DayOver
        await asyncio.sleep(0.05)
