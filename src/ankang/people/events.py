"""What this room tells other rooms: a plain list of listeners, called at once and in the caller's transaction.

A listener that raises undoes the application; that is meant: no person without a colour.
"""

from collections.abc import Callable
from datetime import datetime

PersonListener = Callable[[int, datetime], None]


class PersonEvent:
    """A port: rooms connect in ``AppConfig.ready``, this room emits ``(person number, now)``."""

    def __init__(self) -> None:
        self._listeners: list[PersonListener] = []

    def connect(self, listener: PersonListener) -> None:
        """Call ``listener(person_id, now)`` at every emission; connecting the same one twice changes nothing."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def emit(self, person_id: int, now: datetime) -> None:
        """Call every listener in the order of connection."""
        for listener in self._listeners:
            listener(person_id, now)


person_applied = PersonEvent()
"""A person has applied for the first time (not on a repeated application, not in bulk)."""
