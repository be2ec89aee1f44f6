"""What places show and ask: GET door, GET place, POST presence, GET keys."""

from urllib.parse import parse_qs

from ankang.core.colours import Colour
from ankang.core.epochs import minute_of
from ankang.core.place_codes import PRESENCE_SECONDS, door_code, presence_token, rotating
from ankang.core.policies import Policy, decide
from ankang.core.verdicts import Direction
from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.faults import BadField, NotFound, NotReady
from ankang.gate.handlers.verify import may_serve
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.place_reading import read_place
from ankang.gate.requests import PRESENCE, PresenceRequest
from ankang.gate.state import Checkpoint, State


def door(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """For the door's screen: this minute's place code and digits, and the policy for scans made off line.

    A device without a checkpoint of its own names one: ``?checkpoint=``.
    """
    checkpoint = _checkpoint_of(state, caller, call)
    placing = state.keys.place(now) if state.keys else None
    if placing is None:
        raise NotReady
    (kid, key), minute, row = placing, minute_of(now), checkpoint.row
    body = {
        "place_token": rotating(row.id, row.type, kid, row.generation, minute, key),
        "door_code": door_code(key, row.id, minute),
        "until": (int(now) // 60 + 1) * 60,
        "checkpoint": {"id": row.id, "name": row.name, "type": checkpoint.type_slug, "state": row.state},
        "lane": caller.device.lane if caller.device else "",
        **_policies(state, checkpoint, now),
        "server_time": int(now),
    }
    return Outcome(json_bytes(body))


def _checkpoint_of(state: State, caller: Caller, call: Call) -> Checkpoint:
    device = caller.device
    asked = parse_qs(call.query).get("checkpoint", ["0"])[0]
    number = (device.checkpoint if device else 0) or (int(asked) if asked.isascii() and asked.isdigit() else 0)
    checkpoint = state.checkpoints.get(number)
    if device is None or checkpoint is None or not may_serve(device, checkpoint):
        raise NotFound(field="checkpoint")
    return checkpoint


def _policies(state: State, checkpoint: Checkpoint, now: float) -> dict[str, object]:
    """The policy in force, and the next one with its moment, so that a door off line turns to it by its own clock."""
    current, coming = state.policies.at(now), state.policies.coming(now)
    following = None
    if coming is not None:
        policy = coming[1].of(checkpoint.row.type)
        following = {"effective_at": int(coming[0]), **_policy(policy, coming[1].version)}
    return {"policy": _policy(state.policy(checkpoint, now), current.version), "next_policy": following}


def _policy(policy: Policy, version: int) -> dict[str, object]:
    """The policy as a door off line needs it: its version; temperature limit in °C; the test's age in hours (0: none is asked
    for) and whether a mask must be seen; by colour, verdict and reason for who enters, cool and hot. Off line nobody's tests
    are known, so where one is asked for the table refers for ``test`` where it would admit.
    """
    limit = policy.temperature_limit
    table = {}
    for colour in Colour:
        cool = decide(policy, colour, None, Direction.ENTRY)
        hot = decide(policy, colour, limit, Direction.ENTRY)
        table[colour.slug] = {"normal": [cool[0].slug, cool[1].slug], "fever": [hot[0].slug, hot[1].slug]}
    return {
        "version": version,
        "temperature_limit": limit / 10,
        "test_hours": policy.test_hours,
        "mask": policy.mask,
        "entry": table,
    }


def place(state: State, caller: Caller | None, call: Call, now: float) -> Outcome:
    """Public: what place a place code names."""
    found = read_place(state, parse_qs(call.query).get("code", [""])[0], now)
    if found.checkpoint is None or found.reason:
        raise NotFound(reason=found.reason.slug if found.reason else "closed")
    checkpoint = found.checkpoint
    body = {
        "checkpoint": checkpoint.row.id,
        "name": checkpoint.row.name,
        "type": checkpoint.type_slug,
        "open": not (checkpoint.is_closed(now) or checkpoint.is_out_of_hours(now)),
        "hours": checkpoint.row.hours,
        "asks": _asks(state.policy(checkpoint, now)),
        "rotating": found.rotating,
        "located": checkpoint.row.latitude is not None,
    }
    return Outcome(json_bytes(body))


def _asks(policy: Policy) -> dict[str, object]:
    """What a visitor wants to know beforehand."""
    return {"test_hours": policy.test_hours, "mask": policy.mask, "temperature_limit": policy.temperature_limit / 10}


def presence(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """A token, good for five minutes, that this resident opened this place's page."""
    request: PresenceRequest = PRESENCE.read(call.body)
    found = read_place(state, request.place, now)
    if found.checkpoint is None or found.reason:
        raise BadField(field="place", reason=found.reason.slug if found.reason else "closed")
    placing = state.keys.place(now) if state.keys else None
    if placing is None:
        raise NotReady
    token = presence_token(placing[1], found.checkpoint.row.id, caller.subject, int(now))
    return Outcome(json_bytes({"token": token, "expires": int(now) + PRESENCE_SECONDS}))


def keys(state: State, caller: Caller | None, call: Call, now: float) -> Outcome:
    """Public: the keys that a stranger needs to check a code."""
    if state.keys is None:
        raise NotReady
    published = [
        {
            "kid": row.kid,
            "alg": "SM2",
            "public": row.public.hex(),
            "not_before": int(row.since),
            "not_after": int(row.until) or None,
        }
        for row in state.keys.published()
    ]
    return Outcome(json_bytes({"keys": published, "server_time": int(now)}))
