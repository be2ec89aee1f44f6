"""The doors of the simulated day, and what residents and door staff do at them."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ankang.demo.phone import Phone


@dataclass
class Door:
    """One checkpoint with its scanner's ``bearer``; ``poster`` is the printed place code's text."""

    checkpoint: int
    name: str
    type: int
    in_use: bool
    bearer: str
    poster: str
    latitude: float | None = None
    longitude: float | None = None
    shown: dict[str, Any] | None = None  # what the scanner's screen shows: rotating place code and door code
    offline_scans: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Actor:
    """One resident of the simulated day. A code is good once a minute at one door in one direction."""

    person: int
    phone: Phone
    used: deque[tuple[int, int, str]] = field(default_factory=lambda: deque(maxlen=8))
    screenshot: tuple[float, str] | None = None

    def may_show(self, minute: int, checkpoint: int, direction: str) -> bool:
        """Whether the code of ``minute`` is still unused there; notes that it now is."""
        use = (minute, checkpoint, direction)
        if use in self.used:
            return False
        self.used.append(use)
        return True


@dataclass
class Cast:
    """Everybody and every door of the simulated day."""

    actors: list[Actor]
    doors: list[Door]

    @property
    def open_doors(self) -> list[Door]:
        """The doors in use."""
        return [door for door in self.doors if door.in_use]
