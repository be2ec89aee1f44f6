"""POST /g/v1/visits: scans that a device made off line. A code is checked against the moment of its scan.

The row keeps what the door did (verdict and reason as the device says) when the code was authentic then; otherwise a
refusal with our reason. Uploading again changes nothing.
"""

from typing import NamedTuple

from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.verdicts import Reason, Verdict, VisitKind, sentence
from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.carrier_reading import NO_PASS, read_shown
from ankang.gate.faults import DeviceRevoked, NotReady
from ankang.gate.handlers.judging import is_nobody, judge
from ankang.gate.handlers.verify import may_serve
from ankang.gate.outcomes import Call
from ankang.gate.reading import Seen
from ankang.gate.requests import DIRECTIONS, VISITS, OfflineScan, VisitsRequest, tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.visits import NOBODY, Visit, uuid_text, visit_id

OLDEST = 7 * 86_400
AHEAD = 120
_WRONG_CLOCK = {True: Reason.NOT_YET_VALID, False: Reason.EXPIRED}
_VERDICTS = {verdict.slug: verdict for verdict in Verdict}
_REASONS = {reason.slug: reason for reason in Reason}


class Judged(NamedTuple):
    """One scan of an upload: its visit and why it is rejected (None when it is not)."""

    nonce: str
    visit: Visit
    reason: Reason | None


def judge_upload(state: State, caller: Caller, call: Call, now: float) -> list[Judged]:
    """What each scan of the upload becomes."""
    if caller.revoked:
        raise DeviceRevoked
    request: VisitsRequest = VISITS.read(call.body)
    return [_judge(state, caller, scan, now) for scan in request.scans]


def _judge(state: State, caller: Caller, scan: OfflineScan, now: float) -> Judged:
    keys, device, nonce = state.keys, caller.device, str(scan.nonce)
    if keys is None or device is None:
        raise NotReady
    visit = visit_id("device", caller.subject, scan.nonce)
    known = state.window.recall(visit)
    if known is not None:  # the scan reached us on line after all
        return Judged(nonce, known, None)
    at = min(max(scan.at, now - OLDEST), now + AHEAD)
    in_time = at == scan.at
    seen = read_shown(state, keys, scan.code, at, late=True) if in_time else Seen(_WRONG_CLOCK[scan.at > now])
    at = at if in_time else now  # a device whose clock is that wrong is stored as of its upload
    day, reason = keys.epoch(epoch_of(at)), seen.reason
    if reason == Reason.OK and state.is_void(seen.person, seen.issued_at, at):
        reason = Reason.REVOKED
    if reason == Reason.OK and is_nobody(state, seen.person, now):
        reason = Reason.INVALID
    checkpoint = state.checkpoints.get(scan.checkpoint)
    if reason == Reason.OK and (checkpoint is None or not may_serve(device, checkpoint)):
        reason = Reason.WRONG_PLACE
    verdict = _VERDICTS[scan.verdict] if reason == Reason.OK else Verdict.DENY
    told = _REASONS.get(scan.reason, Reason.OK) if reason == Reason.OK else Reason(reason)
    colour = seen.colour
    if seen.issued_at == NO_PASS and reason == Reason.OK and checkpoint is not None:
        colour = _carried_colour(state, checkpoint, seen.person, scan, now)
    trace = (day.trace(seen.person) if day and seen.authentic else None) or NOBODY
    row = Visit(
        visit, trace, int(at * 1_000_000), int(now * 1_000_000), scan.checkpoint, device.id,
        DIRECTIONS[scan.direction], tenths(scan.temperature), verdict, told,
        colour, VisitKind.OFFLINE, seen.name,
    )  # fmt: skip
    return Judged(nonce, row, None if reason == Reason.OK else Reason(reason))


def _carried_colour(state: State, checkpoint: Checkpoint, person: int, scan: OfflineScan, now: float) -> int:
    """Sheets and cards say no colour: that of now, when the place's policy comes to what the door did, else grey."""
    direction = DIRECTIONS[scan.direction]
    verdict, reason, colour = judge(state, checkpoint, person, tenths(scan.temperature), direction, now)
    agrees = (verdict, reason) == (_VERDICTS[scan.verdict], _REASONS.get(scan.reason, Reason.OK))
    return colour if agrees else int(Colour.GREY)


def upload_answer(judged: list[Judged], new: set[bytes], lang: str) -> bytes:
    """The answer, when the visits are durable; ``new`` holds the ids that were not there before."""
    first = {one.visit.visit: place for place, one in reversed(list(enumerate(judged)))}
    results = []
    for place, one in enumerate(judged):
        is_new = one.visit.visit in new and first[one.visit.visit] == place
        results.append(_result(one, is_new, lang))
    return json_bytes({"results": results})


def _result(one: Judged, is_new: bool, lang: str) -> dict[str, str]:
    visit = uuid_text(one.visit.visit)
    if one.reason is None:
        status = "recorded" if is_new else "duplicate"
        return {"nonce": one.nonce, "visit": visit, "status": status, "reason": "ok"}
    told = {"reason": one.reason.slug, "message": sentence(one.reason, lang)}
    return {"nonce": one.nonce, "visit": visit, "status": "rejected", **told}
