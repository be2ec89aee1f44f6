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

person_left = PersonEvent()
"""A person's record ended: moved away, died, closed the account, or was merged into another. No colour any more."""

person_back = PersonEvent()
"""A record that had ended is alive again: applied again, a wrong death reversed, a merge undone."""

person_erased = PersonEvent()
"""Everything that is kept on a person is deleted, as the holder wished; listeners delete what is theirs."""

PairListener = Callable[[int, int, datetime], None]


class PairEvent:
    """As :class:`PersonEvent`, about two people: ``(one, other, now)``."""

    def __init__(self) -> None:
        self._listeners: list[PairListener] = []

    def connect(self, listener: PairListener) -> None:
        """Call ``listener(one, other, now)`` at every emission; connecting the same one twice changes nothing."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def emit(self, one: int, other: int, now: datetime) -> None:
        """Call every listener in the order of connection."""
        for listener in self._listeners:
            listener(one, other, now)


people_merged = PairEvent()
"""(absorbed, survivor): from now on they are one person; what is on file of both counts for the survivor."""

merge_undone = PairEvent()
"""(absorbed, survivor): they were two people after all; what was the absorbed one's counts for them alone again."""

guardianship_ended = PairEvent()
"""(guardian, ward): the guardian no longer shows or manages the ward's code. Not emitted when it ends by age."""
