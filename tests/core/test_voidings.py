"""After a withdrawal, passes fetched before it are void, and passes fetched after it count."""

from hypothesis import given
from hypothesis import strategies as st

from ankang.core.epochs import EPOCH_SECONDS, epoch_of, epoch_start
from ankang.core.voidings import is_void, issue_moment

DAY = epoch_start(20_000)
moments = st.integers(DAY, DAY + 3 * EPOCH_SECONDS - 1)


def test_without_a_withdrawal_nothing_changes() -> None:
    assert issue_moment(20_000, [], DAY + 5.7) == DAY + 5
    assert issue_moment(20_001, [], DAY + 5) == DAY + EPOCH_SECONDS
    assert not is_void(DAY, [], DAY + 60)


def test_a_pass_of_the_same_second_is_void_and_one_fetched_then_is_not() -> None:
    assert is_void(DAY + 100, [DAY + 100], DAY + 160)
    assert issue_moment(20_000, [DAY + 100], DAY + 100) == DAY + 101


def test_a_withdrawal_does_not_work_backwards() -> None:
    assert not is_void(DAY + 50, [DAY + 100], DAY + 99)


@given(fetched=moments, ahead=st.booleans(), voidings=st.lists(moments, max_size=4), later=st.integers(0, EPOCH_SECONDS))
def test_a_pass_is_void_exactly_when_a_withdrawal_came_after_it_was_fetched(
    fetched: int, ahead: bool, voidings: list[int], later: int
) -> None:
    epoch = epoch_of(fetched) + ahead
    issued_at = issue_moment(epoch, voidings, fetched)
    used = max(fetched, issued_at) + later
    withdrawn_since = [voiding for voiding in voidings if fetched < voiding <= used]
    if epoch_of(used) != epoch or epoch_of(issued_at) != epoch:
        return  # outside of the pass's own day it is refused anyway
    surely = any(voiding >= issued_at or epoch_of(voiding) == epoch - 1 for voiding in withdrawn_since)
    assert is_void(issued_at, voidings, used) == (bool(withdrawn_since) if ahead or surely else surely)
