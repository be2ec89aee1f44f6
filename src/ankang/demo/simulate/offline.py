"""The door whose network is gone for a while: its scanner decides alone and sends its scans later."""

import uuid
from time import time

from ankang.core.codes import CodeFault, check_as_stranger, parse
from ankang.core.policies import decide, policy_of
from ankang.core.verdicts import Direction, Reason, Verdict

from .day import Day
from .doors import Actor, Door

MOST_UPLOADED = 100


async def upload(day: Day, door: Door) -> None:
    """Send what an offline scanner collected, in portions; what is refused stays with the scanner."""
    while door.offline_scans:
        portion = door.offline_scans[:MOST_UPLOADED]
        scans = {"scans": portion}
        answer = await day.wire.ask("visits", "/g/v1/visits", door.bearer, scans, paced=False, place=door.checkpoint)
        if answer is None:
            return
        del door.offline_scans[:MOST_UPLOADED]
        for result in answer["results"]:
            day.wire.tally.answer("upload", result["status"], result.get("reason") or "ok")


def scan_off_line(day: Day, actor: Actor, door: Door, direction: str) -> None:
    """What the scanner page does without a network: the public key, the chain, and the colour in the pass."""
    now, temperature = time(), day.temperature()
    text = actor.phone.show(now)
    verdict, reason = _decide_off_line(day, door, text, temperature, Direction[direction.upper()], now)
    scan = {
        "code": text,
        "checkpoint": door.checkpoint,
        "direction": direction,
        "temperature": temperature,
        "nonce": str(uuid.uuid4()),
        "at": int(now),
        "verdict": verdict.slug,
        "reason": reason.slug,
    }
    door.offline_scans.append(scan)
    day.wire.tally.answer("offline", verdict.slug, reason.slug)


def _decide_off_line(
    day: Day, door: Door, text: str, temperature: float, direction: Direction, now: float
) -> tuple[Verdict, Reason]:
    code = parse(text)
    try:
        check_as_stranger(code, day.public_keys, now)
    except CodeFault as fault:
        return Verdict.DENY, fault.reason
    return decide(policy_of(door.type), code.colour, round(temperature * 10), direction)
