"""Group check-in: the staff at a door tick who of a bus or a class is there; each is judged on the own colour.

GET /g/v1/members lists the open groups of the device's own house, or the members of one; POST /g/v1/group checks in. A group of
another house is named by the code that its leader shows (core.group_codes). The device and its staff answer for presence; who showed the
code stands in each visit, by the pseudonym of the day.
"""

from collections.abc import Sequence
from urllib.parse import parse_qs

from ankang.core.codes import CodeFault
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, minute_of
from ankang.core.gate_names import open_name
from ankang.core.group_codes import PREFIX, is_led_by, read_group_code
from ankang.core.verdicts import Direction, Reason, Verdict, VisitKind, sentence
from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.faults import BadField, DeviceRevoked, NotReady
from ankang.gate.groups import Group, GroupUnknown, Member, is_near
from ankang.gate.handlers.judging import Judgement, is_nobody, judge, refusal
from ankang.gate.handlers.verify import may_serve
from ankang.gate.keys import Keys
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.party import Party, worst
from ankang.gate.requests import DIRECTIONS, GROUP, GroupRequest, tenths
from ankang.gate.state import State
from ankang.gate.tables import DeviceRow
from ankang.gate.visits import NOBODY, Visit, uuid_text, visit_id, visit_of_id

GROUPS_TOLD = 200
_GROUP = int(VisitKind.GROUP)


def members(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Masked names of a group's members; without ``?group=``, the open groups of the device's house."""
    keys, device = _ready(state, caller)
    text = parse_qs(call.query).get("group", [""])[0]
    if not text:
        near = sorted(state.groups.near(device.path, now), key=lambda group: group.name)[:GROUPS_TOLD]
        told = [{"group": group.id, "name": group.name, "members": len(group.members)} for group in near]
        return Outcome(json_bytes({"groups": told, "server_time": int(now)}))
    group = _named(state, keys, device, text, now)
    names = [_named_member(keys, member) for member in group.members]
    body = {"group": group.id, "name": group.name, "until": group.until, "members": names, "server_time": int(now)}
    return Outcome(json_bytes(body))


def check_in(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Judge those who are present, and say who is missing."""
    if caller.revoked:
        raise DeviceRevoked
    request: GroupRequest = GROUP.read(call.body)
    keys, device = _ready(state, caller)
    group = _named(state, keys, device, str(request.group), now)
    if request.temperatures is not None and len(request.temperatures) != len(request.present):
        raise BadField(field="temperatures", expected=len(request.present))
    taken = dict(zip(request.present, request.temperatures or [None] * len(request.present), strict=True))
    present = [member for member in group.members if member.id in taken]
    led_by = group.leader if str(request.group).startswith(PREFIX) else 0
    visits = [_visit(state, caller, request, member, tenths(taken[member.id]), led_by, now) for member in present]
    told = _Told(keys, group, present, sorted(set(taken) - {member.id for member in present}), now)
    return Outcome(party=Party(visits, told)) if visits else Outcome(told([], call.lang))


def _visit(
    state: State, caller: Caller, request: GroupRequest, member: Member, temperature: int, led_by: int, now: float
) -> Visit:
    keys, device = _ready(state, caller)
    today, moment = keys.epoch(epoch_of(now)), int(now * 1_000_000)
    if today is None:
        raise NotReady
    verdict, reason, colour = _judge(state, device, request, member.person, temperature, now)
    judged = reason not in (Reason.WRONG_PLACE, Reason.CLOSED, Reason.INVALID)
    return Visit(
        visit_of_id(visit_id("device", caller.subject, request.nonce), member.person),
        today.trace(member.person) or NOBODY, moment, moment, request.checkpoint, device.id,
        DIRECTIONS[request.direction], temperature, verdict, reason, colour, _GROUP,
        open_name(keys.names, member.person, member.name), today.permutation.index(member.person) if judged else -1,
        minute_of(now), led_by=(led_by and today.trace(led_by)) or b"",
    )  # fmt: skip


def _judge(
    state: State, device: DeviceRow, request: GroupRequest, person: int, temperature: int, now: float
) -> Judgement:
    checkpoint, direction = state.checkpoints.get(request.checkpoint), DIRECTIONS[request.direction]
    if checkpoint is None or not may_serve(device, checkpoint):
        return refusal(Reason.WRONG_PLACE)
    if checkpoint.is_closed(now) and (direction != Direction.EXIT or not checkpoint.open):
        return refusal(Reason.CLOSED)
    if is_nobody(state, person, now):
        return refusal(Reason.INVALID)
    return judge(state, checkpoint, person, temperature, direction, now)


class _Told:
    """Tells the outcome of a check-in: each one's verdict, who is missing, and whom the group does not have (any more)."""

    def __init__(self, keys: Keys, group: Group, present: list[Member], unknown: list[int], now: float) -> None:
        self._keys, self._group, self._present, self._unknown, self._now = keys, group, present, unknown, now

    def __call__(self, visits: Sequence[Visit], lang: str) -> bytes:
        here = {member.id for member in self._present}
        missing = [_named_member(self._keys, member) for member in self._group.members if member.id not in here]
        verdicts = [visit.verdict for visit in visits]
        body = {
            "group": self._group.id,
            "name": self._group.name,
            "at": int(self._now),
            "all": worst(visits),
            "counts": {verdict.slug: verdicts.count(verdict) for verdict in Verdict},
            "results": [_result(*pair, lang) for pair in zip(self._present, visits, strict=True)],
            "missing": missing,
            "unknown": self._unknown,
        }
        return json_bytes(body)


def _result(member: Member, visit: Visit, lang: str) -> dict[str, object]:
    verdict, reason = Verdict(visit.verdict), Reason(visit.reason)
    message = "" if verdict == Verdict.ADMIT else sentence(reason, lang, VisitKind.GROUP, verdict)
    return {
        "member": member.id,
        "name": visit.name.decode("utf-8", "ignore"),
        "verdict": verdict.slug,
        "reason": reason.slug,
        "colour": Colour(visit.colour).slug,
        "visit": uuid_text(visit.visit),
        "message": message,
    }


def _named_member(keys: Keys, member: Member) -> dict[str, object]:
    return {"member": member.id, "name": open_name(keys.names, member.person, member.name).decode("utf-8", "ignore")}


def _named(state: State, keys: Keys, device: DeviceRow, text: str, now: float) -> Group:
    """The open group with this number, of the device's own house, or the group whose leader shows this code.

    Raises GroupUnknown, and BadField for a code that is forged, of another time or of one who leads no longer.
    """
    if text.startswith(PREFIX):
        try:
            shown = read_group_code(keys.places.values(), text, now)
        except CodeFault as fault:
            raise BadField(field="group", reason=fault.reason.slug) from None
        group = state.groups.of(shown.group, now)
        if group is not None and not is_led_by(keys.places.values(), shown, group.leader):
            raise BadField(field="group", reason=Reason.REVOKED.slug)
    else:
        group = state.groups.of(int(text), now) if text.isascii() and text.isdigit() and len(text) < 19 else None
        group = group if group is not None and is_near(group.path, device.path) else None
    if group is None:
        raise GroupUnknown(field="group")
    return group


def _ready(state: State, caller: Caller) -> tuple[Keys, DeviceRow]:
    if state.keys is None or caller.device is None or state.groups.revision < 0:
        raise NotReady
    return state.keys, caller.device
