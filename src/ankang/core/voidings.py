"""Which passes of a person still count after a credential of theirs was withdrawn (a lost phone, a consent taken back).

A pass says nothing about the phone that fetched it, so a withdrawal at moment T voids *every* pass of the person that
was issued until T; phones that are still signed in fetch a new one. A pass fetched ahead for the next epoch says
"issued at" that epoch's start, whenever it was fetched. So after n withdrawals during an epoch, passes for the next one
are issued n seconds after its start, and those that say less are void. Moments are whole unix seconds.
"""

from collections.abc import Sequence

from ankang.core.epochs import epoch_of, epoch_start


def is_void(issued_at: int, voidings: Sequence[int], moment: float) -> bool:
    """Whether withdrawals at ``voidings`` void, at ``moment``, a pass that says ``issued_at``."""
    past = [voiding for voiding in voidings if voiding <= moment]
    if any(issued_at <= voiding for voiding in past):
        return True
    epoch = epoch_of(issued_at)
    return issued_at - epoch_start(epoch) < _the_day_before(epoch, past)


def issue_moment(epoch: int, voidings: Sequence[int], now: float) -> int:
    """What "issued at" a pass for ``epoch`` (the running one or the next) says when it is fetched at ``now``."""
    past = [voiding for voiding in voidings if voiding <= now]
    earliest = epoch_start(epoch) + _the_day_before(epoch, past)
    if epoch > epoch_of(now):
        return earliest
    return max(int(now), earliest, *(voiding + 1 for voiding in past))


def _the_day_before(epoch: int, voidings: Sequence[int]) -> int:
    return sum(1 for voiding in voidings if epoch_of(voiding) == epoch - 1)
