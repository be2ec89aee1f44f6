"""POST /g/v1/verify: a code is shown at a door (A3, A4, H2).

Order: nonce → code authentic and of this minute → place → first use → colour now → policy and temperature. Every
refusal is a visit too. The caller was identified before.
"""

from ankang.core.codes import CodeFault, DynamicCode, check_as_gate, parse
from ankang.core.epochs import STEPS, minute_of
from ankang.core.verdicts import Reason, VisitKind
from ankang.gate.callers import Caller
from ankang.gate.faults import DeviceRevoked, NotReady, Overloaded
from ankang.gate.handlers.judging import Judgement, judge, refusal
from ankang.gate.keys import EpochKeys, Keys
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.requests import DIRECTIONS, VERIFY, VerifyRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.tables import DeviceRow
from ankang.gate.visits import NOBODY, Visit, answer, visit_id
from ankang.gate.window import WindowFull

AUTHENTIC_FAULTS = frozenset(("expired_step", "future_step", "future_issue"))
"""Faults that check_as_gate finds only after the MAC held: then we know whose code it was."""
Seen = tuple[DynamicCode | None, int, int]
"""The code when authentic, its person number, and the reason (OK or why not)."""


def verify(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Admit, deny or refer; the same nonce gives the same answer."""
    request: VerifyRequest = VERIFY.read(call.body)
    visit = visit_id("device", caller.subject, request.nonce)
    known = state.window.recall(visit)
    decided = known or _decide(state, caller, request, visit, now)
    if known is None:
        state.window.remember(decided)
    if caller.revoked:
        return Outcome(401, DeviceRevoked().body(call.lang), decided, known is not None)
    return Outcome(200, answer(decided, call.lang), decided, known is not None)


def _decide(state: State, caller: Caller, request: VerifyRequest, visit: bytes, now: float) -> Visit:
    keys, device, minute = state.keys, caller.device, minute_of(now)
    today = keys.epoch(minute // STEPS) if keys else None
    if keys is None or today is None or device is None:
        raise NotReady
    code, person, reason = read_code(keys, request.code, now)
    direction, temperature = DIRECTIONS[request.direction], tenths(request.temperature)
    if caller.revoked:
        judgement = refusal(Reason.REVOKED)
    elif code is None or reason != Reason.OK:
        judgement = refusal(reason)
    else:
        judgement = _judge(
            state, device, request.checkpoint, code, person, visit, direction, temperature, now
        )
    moment = int(now * 1_000_000)
    trace, name = (today.trace(person) or NOBODY, code.header[28:]) if code else (NOBODY, b"")
    return Visit(
        visit, trace, moment, moment, request.checkpoint, device.id, direction, temperature,
        *judgement, VisitKind.VERIFY, name,
    )  # fmt: skip


def read_code(keys: Keys, text: str, now: float) -> Seen:
    """Whose code it is and whether it holds at ``now``."""
    code = None
    try:
        code = parse(text)
        check_as_gate(code, keys.day_mac, now)
        reason = int(Reason.OK)
    except CodeFault as fault:
        reason = fault.reason
        if code is None or fault.detail not in AUTHENTIC_FAULTS:
            return (None, 0, reason)
    epoch_keys: EpochKeys | None = keys.epoch(code.epoch)
    if epoch_keys is None:
        return (None, 0, Reason.INVALID)
    return (code, epoch_keys.permutation.person(code.index), reason)


def _judge(
    state: State,
    device: DeviceRow,
    place: int,
    code: DynamicCode,
    person: int,
    visit: bytes,
    direction: int,
    temperature: int,
    now: float,
) -> Judgement:
    checkpoint = state.checkpoints.get(place)
    if checkpoint is None or not may_serve(device, checkpoint):
        return refusal(Reason.WRONG_PLACE)
    if not checkpoint.open:
        return refusal(Reason.CLOSED)
    try:
        first = state.window.first_use(place, code.index, code.minute, direction, visit, minute_of(now))
    except WindowFull:
        raise Overloaded from None
    if not first:
        return refusal(Reason.ALREADY_USED)
    return judge(state, checkpoint, person, temperature, direction, now)


def may_serve(device: DeviceRow, checkpoint: Checkpoint) -> bool:
    """A device serves its own checkpoint, or, when it has none, every one of its organisation and below."""
    if device.checkpoint:
        return device.checkpoint == checkpoint.row.id
    return checkpoint.row.path.startswith(device.path)
