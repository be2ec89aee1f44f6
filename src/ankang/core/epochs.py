"""Epochs and steps: a code day runs from 04:00 to 04:00 in Shanghai and has 1,440 steps of a minute.

All moments are unix seconds. Shanghai is UTC+8 without summer time, so 04:00 there is 20:00 UTC of the day before.
"""

from collections.abc import Sequence
from datetime import date, timedelta

EPOCH_SECONDS = 86_400
STEPS = 1_440
_OFFSET = 14_400  # 8 h ahead of UTC less the 4 h after midnight
_DAY_ZERO = date(1970, 1, 1)


def epoch_of(moment: float) -> int:
    """The number of the epoch that holds ``moment``."""
    return (int(moment) + _OFFSET) // EPOCH_SECONDS


def epoch_start(epoch: int) -> int:
    """Unix seconds of the first moment (04:00 in Shanghai) of ``epoch``."""
    return epoch * EPOCH_SECONDS - _OFFSET


def step_of(moment: float) -> int:
    """The minute of the epoch, 0 … 1,439."""
    return (int(moment) + _OFFSET) % EPOCH_SECONDS // 60


def minute_of(moment: float) -> int:
    """The absolute minute: epoch · 1,440 + step. It never jumps at an epoch's end."""
    return (int(moment) + _OFFSET) // 60


def day_of(epoch: int) -> date:
    """The Shanghai calendar date on which ``epoch`` starts; visits are stored and destroyed by this day."""
    return _DAY_ZERO + timedelta(days=epoch)


def epoch_of_day(day: date) -> int:
    """The epoch that starts on ``day``; the inverse of :func:`day_of`."""
    return (day - _DAY_ZERO).days


def master_at(epoch: int, keys: Sequence[tuple[float, int]]) -> int | None:
    """The id of the master key of ``epoch``; ``keys``: (since, id), newest first. None when there is none for it.

    The master that was there when the epoch began stays its master: a rotation at noon must not void the day's passes. On
    the first day of a house the first master serves the running epoch too.
    """
    start = epoch_start(epoch)
    begun = [kid for since, kid in keys if since <= start]
    early = [kid for since, kid in keys if start < since < start + EPOCH_SECONDS]
    return begun[0] if begun else early[-1] if early else None
