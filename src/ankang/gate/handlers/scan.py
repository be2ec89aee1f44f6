"""POST /g/v1/scan: a resident scans a place (A4). Without proof of presence the visit is referred, whatever the colour:
a forwarded place code must never put a person at a place where he was not (architecture.md "The one way data flows").
"""

from math import asin, cos, radians, sin, sqrt

from ankang.core.codes import CodeFault
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.place_codes import check_door_code, check_presence_token
from ankang.core.verdicts import Direction, Reason, Verdict, VisitKind
from ankang.gate.callers import Caller
from ankang.gate.faults import NotReady
from ankang.gate.handlers.judging import Judgement, judge, refusal
from ankang.gate.keys import Keys
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.place_reading import Place, read_place
from ankang.gate.requests import DIRECTIONS, SCAN, Proof, ScanRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.visits import NOBODY, Visit, visit_id

NEAR = 800.0
"""Metres from the checkpoint within which a position counts as there; the phone's own accuracy is added, up to as much."""
_EARTH = 6_371_000.0


def scan(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Admit, deny or refer."""
    request: ScanRequest = SCAN.read(call.body)
    today = state.keys.epoch(epoch_of(now)) if state.keys else None
    if state.keys is None or today is None:
        raise NotReady
    place = read_place(state, request.place, now)
    judgement = _judge(state, state.keys, caller.subject, place, request, now)
    moment, trace = int(now * 1_000_000), today.trace(caller.subject) or NOBODY
    visit = Visit(
        visit_id("resident", caller.subject, request.nonce), trace, moment, moment, place.number, 0,
        DIRECTIONS[request.direction], tenths(request.temperature),
        *judgement, VisitKind.SCAN, caller.name.encode()[:9],
    )  # fmt: skip
    return Outcome(visit=visit)


def _judge(state: State, keys: Keys, person: int, place: Place, request: ScanRequest, now: float) -> Judgement:
    checkpoint = place.checkpoint
    if place.reason is not None or checkpoint is None:
        return refusal(place.reason or Reason.CLOSED)
    leaves = DIRECTIONS[request.direction] == Direction.EXIT
    if not checkpoint.open or (not leaves and (checkpoint.is_closed(now) or checkpoint.is_out_of_hours(now))):
        return refusal(Reason.CLOSED)
    if not place.rotating and not is_present(keys, checkpoint, person, request.proof, now):
        return (Verdict.REFER, Reason.PRESENCE, Colour.GREY)
    return judge(state, checkpoint, person, tenths(request.temperature), DIRECTIONS[request.direction], now)


def is_present(keys: Keys, checkpoint: Checkpoint, person: int, proof: Proof | None, now: float) -> bool:
    """Whether the proof shows that the person stands at the checkpoint: the door's digits, or a token and a position."""
    if proof is None:
        return False
    if proof.door_code is not None:
        digits = proof.door_code
        return any(check_door_code(key, checkpoint.row.id, digits, now) for key in keys.places.values())
    return _is_near(checkpoint, proof) and any(
        _token_holds(keys, kid, proof.token or "", checkpoint.row.id, person, now) for kid in keys.places
    )


def _token_holds(keys: Keys, kid: int, token: str, checkpoint: int, person: int, now: float) -> bool:
    try:
        check_presence_token(keys.places[kid], token, checkpoint, person, now)
    except (CodeFault, UnicodeEncodeError):
        return False
    return True


def _is_near(checkpoint: Checkpoint, proof: Proof) -> bool:
    """A checkpoint whose position nobody entered proves nothing; there the staff's digits are needed."""
    here = (checkpoint.row.latitude, checkpoint.row.longitude, proof.latitude, proof.longitude)
    if None in here:
        return False
    return metres(*here) <= NEAR + min(proof.accuracy or 0.0, NEAR)  # type: ignore[arg-type]


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance of two positions in degrees (haversine)."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    a = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(a)))
