"""Pure decisions about visits: whose trace, which partition, what is past its time."""

from datetime import date, timedelta
from uuid import UUID

from ankang.core.epochs import day_of, epoch_of
from ankang.core.sm import Sm4Block

DAYS_BEHIND = 8
DAYS_AHEAD = 14
NOBODY = UUID(int=0)


def day_of_moment(moment: float) -> date:
    """The day (04:00 to 04:00 in Shanghai) under which a visit at ``moment`` (unix seconds) is stored."""
    return day_of(epoch_of(moment))


def trace_of(person: int, day_key: bytes) -> UUID:
    """The pseudonym of ``person`` on the day of ``day_key`` (16 bytes): SM4 of the person number."""
    return UUID(bytes=Sm4Block(day_key).encrypt(person.to_bytes(16, "big")))


def partition_of(day: date) -> str:
    """The name of the partition that holds the visits of ``day``."""
    return f"passage_visit_{day:%Y%m%d}"


def days_around(today: date) -> list[date]:
    """The days whose partitions must exist: late uploads of a week behind, and two weeks ahead."""
    return [today + timedelta(days=offset) for offset in range(-DAYS_BEHIND, DAYS_AHEAD + 1)]


def first_kept(today: date, keep_days: int) -> date:
    """The first day inside the retention: today and the ``keep_days`` days before it are kept."""
    return today - timedelta(days=keep_days)
