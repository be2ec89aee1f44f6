"""POST /g/v1/verify: a code is shown at a door (A3, A4, H2).

Order: nonce → code authentic and of this minute → place → first use → colour now → policy and temperature. Every
refusal is a visit too. The caller was identified before.
"""

import msgspec

from ankang.core.codes import CodeFault, DynamicCode, check_as_gate, parse
from ankang.core.epochs import STEPS, minute_of
from ankang.core.verdicts import Reason, Verdict, VisitKind
from ankang.gate.callers import Caller
from ankang.gate.faults import DeviceRevoked, NotReady, Overloaded
from ankang.gate.handlers.judging import judge, refusal
from ankang.gate.keys import Keys
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.requests import DIRECTIONS, VERIFY, VerifyRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.tables import DeviceRow
from ankang.gate.visits import NOBODY, Visit, answer, visit_id
from ankang.gate.window import WindowFull

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
    decided = known or _decide(state, caller, request, visit, now)
    if known is None:
        state.window.remember(decided)
    if caller.revoked:
        return Outcome(401, DeviceRevoked().body(call.lang), decided, known is not None)
    lang = "zh" if decided.verdict == Verdict.ADMIT else call.lang
    return Outcome(200, answer(decided, lang), decided, known is not None)


def _decide(state: State, caller: Caller, request: VerifyRequest, visit: bytes, now: float) -> Visit:
    keys, device, minute = state.keys, caller.device, minute_of(now)
    today = keys.epoch(minute // STEPS) if keys else None
    if keys is None or today is None or device is None:
        raise NotReady
    seen = read_code(keys, request.code, now)
    direction, temperature = DIRECTIONS[request.direction], tenths(request.temperature)
    if caller.revoked:
        verdict, reason, colour = refusal(Reason.REVOKED)
    elif seen.reason != _OK:
        verdict, reason, colour = refusal(seen.reason)
    else:
        checkpoint = state.checkpoints.get(request.checkpoint)
        if checkpoint is None or not may_serve(device, checkpoint):
            verdict, reason, colour = refusal(Reason.WRONG_PLACE)
        elif not checkpoint.open:
            verdict, reason, colour = refusal(Reason.CLOSED)
        elif not _is_first_use(state, checkpoint, seen, visit, direction, minute):
            verdict, reason, colour = refusal(Reason.ALREADY_USED)
        else:
            verdict, reason, colour = judge(state, checkpoint, seen.person, temperature, direction, now)
    moment = int(now * 1_000_000)
    trace = (today.trace(seen.person) or NOBODY) if seen.code else NOBODY
    return Visit(
        visit, trace, moment, moment, request.checkpoint, device.id, direction, temperature,
        verdict, reason, colour, _VERIFY, seen.name,
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


def _is_first_use(state: State, checkpoint: Checkpoint, seen: Seen, visit: bytes, direction: int, minute: int) -> bool:
    try:
        return state.window.first_use(checkpoint.row.id, seen.index, seen.minute, direction, visit, minute)
    except WindowFull:
        raise Overloaded from None


def may_serve(device: DeviceRow, checkpoint: Checkpoint) -> bool:
    """A device serves its own checkpoint, or, when it has none, every one of its organisation and below."""
    if device.checkpoint:
        return device.checkpoint == checkpoint.row.id
    return checkpoint.row.path.startswith(device.path)
