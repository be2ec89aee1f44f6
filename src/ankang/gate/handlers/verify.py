"""POST /g/v1/verify: a code is shown at a door, or a sheet or card instead (A3, A4, A5, H2).

Order: code authentic, of this minute and not withdrawn → place → colour now → policy and temperature. Whether the nonce was answered
before, and whether it is the code's first use here, is settled with the batch (window.py). Every refusal is a visit too.
"""

from ankang.core.epochs import epoch_of
from ankang.core.verdicts import Direction, Reason, VisitKind
from ankang.gate.callers import Caller
from ankang.gate.carrier_reading import read_card, read_shown
from ankang.gate.faults import BadField, DeviceRevoked, NotReady
from ankang.gate.handlers.company import company
from ankang.gate.handlers.judging import is_nobody, judge, refusal, refuse_code
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.party import Party, told_company
from ankang.gate.requests import DIRECTIONS, VERIFY, VerifyRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.tables import DeviceRow
from ankang.gate.visits import NOBODY, Visit, visit_id

_OK = int(Reason.OK)
_VERIFY = int(VisitKind.VERIFY)
_EXIT = int(Direction.EXIT)


def verify(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Admit, deny or refer."""
    request: VerifyRequest = VERIFY.read(call.body)
    keys, device, moment = state.keys, caller.device, int(now * 1_000_000)
    today = keys.epoch(epoch_of(now)) if keys else None
    if keys is None or today is None or device is None:
        raise NotReady
    if request.code is not None:
        seen = read_shown(state, keys, request.code, now)
    elif request.card is not None:
        seen = read_card(state, keys, request.card, now)
    else:
        raise BadField(field="code")
    place, direction, temperature = request.checkpoint, DIRECTIONS[request.direction], tenths(request.temperature)
    checkpoint = state.checkpoints.get(place)
    index = -1
    if caller.revoked:
        verdict, reason, colour = refusal(Reason.REVOKED)
    elif seen.reason != _OK:
        verdict, reason, colour = refuse_code(state, seen.reason)
    elif seen.person in state.voidings and state.is_void(seen.person, seen.issued_at, now):
        verdict, reason, colour = refusal(Reason.REVOKED)
    elif is_nobody(state, seen.person, now):
        verdict, reason, colour = refusal(Reason.INVALID)
    elif checkpoint is None or not may_serve(device, checkpoint):
        verdict, reason, colour = refusal(Reason.WRONG_PLACE)
    elif checkpoint.is_closed(now) and (direction != _EXIT or not checkpoint.open):
        verdict, reason, colour = refusal(Reason.CLOSED)
    else:
        index = seen.index
        verdict, reason, colour = judge(state, checkpoint, seen.person, temperature, direction, now)
    trace = (seen.authentic and today.trace(seen.person)) or NOBODY
    visit = Visit(
        visit_id("device", caller.subject, request.nonce), trace, moment, moment, place, device.id, direction,
        temperature, verdict, reason, colour, _VERIFY, seen.name, index, seen.minute,
    )  # fmt: skip
    along = state.companions.of(seen.person, now) if index >= 0 else None
    if along and checkpoint is not None:
        others = company(state, visit, along, checkpoint, request.temperatures)
        return Outcome(party=Party([visit, *others], told_company))
    return Outcome(b"", visit, DeviceRevoked if caller.revoked else None)


def may_serve(device: DeviceRow, checkpoint: Checkpoint) -> bool:
    """A device serves its own checkpoint, or, when it has none, every one of its organisation and below."""
    if device.checkpoint:
        return device.checkpoint == checkpoint.row.id
    return checkpoint.row.path.startswith(device.path)
