"""So many requests a minute for each caller, said in the headers of every answer (RateLimit-…, E11).

Counted in this process: a guard against a program that runs wild, not an account book. Behind several processes a caller
may have as many times the number. What must not be guessed (codes, passwords) has its own limits in the database.
"""

import time
from dataclasses import dataclass
from threading import Lock

WINDOW = 60
_MOST_CALLERS = 20_000


@dataclass
class Allowance:
    """What is left of the window; ``reset`` seconds until the next one."""

    limit: int
    remaining: int
    reset: int


_counts: dict[str, int] = {}
_window = 0
_lock = Lock()


def take(caller: str, limit: int) -> Allowance | None:
    """Count one request of ``caller``; None when the window is used up."""
    global _window
    now = int(time.time())
    with _lock:
        if now // WINDOW != _window or len(_counts) > _MOST_CALLERS:
            _window = now // WINDOW
            _counts.clear()
        _counts[caller] = used = _counts.get(caller, 0) + 1
    return Allowance(limit, max(0, limit - used), WINDOW - now % WINDOW) if used <= limit else None


def seconds_left() -> int:
    """Seconds until the next window."""
    return WINDOW - int(time.time()) % WINDOW
