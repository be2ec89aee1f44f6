"""GET /g/v1/lists: what an offline scanner can fetch. Public: a list helps only who holds a signed code."""

import re
from urllib.parse import parse_qs

from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.state import State

_AFTER = re.compile(r"(\d{1,9}):(\d{1,10})", re.ASCII)


def published_lists(state: State, caller: Caller | None, call: Call, now: float) -> Outcome:
    """The newest list and the deltas of each chain of the running and the next epoch; none is an empty answer.

    ``?after=EPOCH:SEQUENCE``: of that epoch only the deltas that lead further; a scanner asks every minute.
    """
    told, after = state.lists.newest(), _AFTER.fullmatch(parse_qs(call.query).get("after", [""])[0])
    if after is not None:
        epoch, sequence = int(after[1]), int(after[2])
        told = [
            {**one, "deltas": [delta for delta in one["deltas"] if delta["to"] > sequence]}
            if one["epoch"] == epoch
            else one
            for one in told
        ]
    return Outcome(json_bytes({"lists": told, "server_time": int(now)}))
