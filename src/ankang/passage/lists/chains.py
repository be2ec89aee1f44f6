"""Pure decisions: which chains there are at a moment, what is due, and which number the next list has."""

from dataclasses import dataclass

from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.lists import Indices

GRAIN = 64
FULL_EVERY = 3_600
AHEAD = 86_400
"""So long before its epoch begins a list can be fetched: a door that loses its cable is still ready for 04:00."""
KEPT_AFTER = 86_400
"""Seconds after its epoch's end for which a chain's files stay."""


@dataclass(frozen=True, slots=True)
class Chain:
    """All lists of one issuer, one kind of indices and one epoch."""

    issuer: int
    epoch: int
    indices: Indices

    @property
    def folder(self) -> str:
        """Where its files are, below the folder of all lists."""
        return f"{self.issuer}/{self.epoch}/{int(self.indices)}"

    def times(self, now: float, last_not_before: int, good_for: int) -> tuple[int, int]:
        """*Not before* and *next update* of a list made ``now`` that its issuer answers for so many seconds.

        *Not before* is the moment of its colours, also of a list made ahead; it never goes back.
        """
        made = max(int(now), last_not_before)
        return made, made + good_for

    def next_sequence(self, now: float, taken: int) -> int:
        """One more than any before, and not less than the minutes since the chain's beginning.

        So numbers go up even when the database and the folder were both put back from old copies.
        """
        return max(taken + 1, 1 + int(now - (epoch_start(self.epoch) - AHEAD)) // 60)


def chains_at(issuer: int, now: float) -> list[Chain]:
    """The chains to be published: the running epoch's and the next one's."""
    today = epoch_of(now)
    return [Chain(issuer, epoch, kind) for epoch in (today, today + 1) for kind in Indices]


def is_full_due(chain: Chain, now: float, last_full: float) -> bool:
    """Every hour, and when the epoch begins."""
    return now - last_full >= FULL_EVERY or last_full < epoch_start(chain.epoch) <= now


def is_due(chain: Chain, now: float, last_full: float) -> bool:
    """The running epoch's list moves every minute; the next one's every hour.

    It moves whether or not anybody's colour changed: a delta that came only after a change would tell of it.
    """
    return epoch_start(chain.epoch) <= now or is_full_due(chain, now, last_full)


def is_past(epoch: int, now: float) -> bool:
    """Whether the files of an epoch are no longer kept."""
    return now >= epoch_start(epoch + 1) + KEPT_AFTER
