"""GET /g/v1/lists: what an offline scanner can fetch. Public: a list helps only who holds a signed code."""

from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.state import State


def published_lists(state: State, caller: Caller | None, call: Call, now: float) -> Outcome:
    """The newest list and the deltas of each chain of the running and the next epoch; none is an empty answer."""
    return Outcome(json_bytes({"lists": state.lists.newest(), "server_time": int(now)}))
