"""POST /g/v1/verify: a code is shown at a door (A3, A4, H2).

Order: nonce → code authentic and of this minute → place → colour now → policy and temperature; whether it is the code's
first use here is settled with the batch (window.py). Every refusal is a visit too. The caller was identified before.
"""

import msgspec

from ankang.core.codes import CodeFault, DynamicCode, check_as_gate, parse
from ankang.core.epochs import STEPS, epoch_of
from ankang.core.verdicts import Reason, VisitKind
from ankang.gate.callers import Caller
from ankang.gate.faults import DeviceRevoked, NotReady
from ankang.gate.handlers.judging import judge, refusal
from ankang.gate.keys import Keys
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.requests import DIRECTIONS, VERIFY, VerifyRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.tables import DeviceRow
from ankang.gate.visits import NOBODY, Visit, visit_id

AUTHENTIC_FAULTS = frozenset(("expired_step", "future_step", "future_issue"))
"""Faults that check_as_gate finds only after the MAC held: then we know whose code it was."""
_OK = int(Reason.OK)
_VERIFY = int(VisitKind.VERIFY)


class Seen(msgspec.Struct, gc=False):
    """A code as it was read: ``code`` None when not authentic; ``reason`` OK or why it does not hold."""

    reason: int
    code: DynamicCode | None = None
    person: int = 0
    index: int = 0
    minute: int = 0

    @property
    def name(self) -> bytes:
        """The masked name in the code."""
        return self.code.header[28:] if self.code else b""


def verify(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Admit, deny or refer; the same nonce gives the same answer."""
    request: VerifyRequest = VERIFY.read(call.body)
    visit = visit_id("device", caller.subject, request.nonce)
    known = state.window.recall(visit)
    refused = DeviceRevoked if caller.revoked else None
    if known is not None:
        return Outcome(visit=known, repeat=True, fault=refused)
    return Outcome(visit=_decide(state, caller, request, visit, now), fault=refused)


def _decide(state: State, caller: Caller, request: VerifyRequest, visit: bytes, now: float) -> Visit:
    keys, device, moment = state.keys, caller.device, int(now * 1_000_000)
    today = keys.epoch(epoch_of(now)) if keys else None
    if keys is None or today is None or device is None:
        raise NotReady
    seen = read_code(keys, request.code, now)
    direction, temperature = DIRECTIONS[request.direction], tenths(request.temperature)
    trace = (today.trace(seen.person) or NOBODY) if seen.code else NOBODY
    index, minute = -1, 0
    checkpoint = state.checkpoints.get(request.checkpoint)
    if caller.revoked:
        verdict, reason, colour = refusal(Reason.REVOKED)
    elif seen.reason != _OK:
        verdict, reason, colour = refusal(seen.reason)
    elif checkpoint is None or not may_serve(device, checkpoint):
        verdict, reason, colour = refusal(Reason.WRONG_PLACE)
    elif not checkpoint.open:
        verdict, reason, colour = refusal(Reason.CLOSED)
    else:
        index, minute = seen.index, seen.minute
        verdict, reason, colour = judge(state, checkpoint, seen.person, temperature, direction, now)
    return Visit(
        visit, trace, moment, moment, request.checkpoint, device.id, direction, temperature,
        verdict, reason, colour, _VERIFY, seen.name, index, minute,
    )  # fmt: skip


def read_code(keys: Keys, text: str, now: float) -> Seen:
    """Whose code it is and whether it holds at ``now``."""
    code, reason = None, _OK
    try:
        code = parse(text)
        check_as_gate(code, keys.day_mac, now)
    except CodeFault as fault:
        reason = int(fault.reason)
        if code is None or fault.detail not in AUTHENTIC_FAULTS:
            return Seen(reason)
    epoch, index = code.epoch, code.index
    epoch_keys = keys.epoch(epoch)
    if epoch_keys is None:
        return Seen(Reason.INVALID)
    return Seen(reason, code, epoch_keys.permutation.person(index), index, epoch * STEPS + code.step)


def may_serve(device: DeviceRow, checkpoint: Checkpoint) -> bool:
    """A device serves its own checkpoint, or, when it has none, every one of its organisation and below."""
    if device.checkpoint:
        return device.checkpoint == checkpoint.row.id
    return checkpoint.row.path.startswith(device.path)
