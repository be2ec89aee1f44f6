"""What happens at doors on the simulated day, each act over the real HTTP interface."""

import uuid
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

from ankang.core.epochs import epoch_of, minute_of

from .curve import entering
from .day import OFFLINE_SHARE, Day
from .doors import Actor, Door
from .forgeries import FORGERIES
from .offline import scan_off_line
from .wire import Body

STALE_SCREENSHOT = 130.0  # seconds: older than the minute after its own


async def pass_a_door(day: Day) -> None:
    """Show the code at a door's scanner; at the door that has no network the scanner decides alone."""
    if day.offline_door and day.door_is_off_line and day.random.random() < OFFLINE_SHARE:
        scan_off_line(day, await _somebody(day), day.offline_door, "entry")
        return
    actor, door, direction = await _somebody_at_a_door(day)
    await _verify(day, "verify", door, lambda: actor.phone.show(time()), direction)
    _maybe_take_a_screenshot(day, actor)


async def knock_at_a_closed_door(day: Day) -> None:
    """Try a checkpoint that is planned or built but not in use; refused, and stored."""
    closed = [door for door in day.cast.doors if not door.in_use]
    actor = await _somebody(day)
    if closed:
        await _verify(day, "verify", day.random.choice(closed), lambda: actor.phone.show(time()), "entry")


async def scan_a_place(day: Day) -> None:
    """Scan the place's own code with the phone and prove presence in one of the ways, or not at all."""
    actor, door, direction = await _somebody_at_a_door(day)
    prove = day.random.choices(
        (_by_rotating_code, _by_printed_code, _by_door_code, _without_proof), (70, 10, 17, 3)
    )[0]
    proof = await prove(day, actor, door)
    if proof is None:
        return
    temperature, nonce = day.temperature(), str(uuid.uuid4())
    scan = {"temperature": temperature, "nonce": nonce, "direction": direction, **proof}
    await _told(day, "scan", "/g/v1/scan", actor.phone.bearer, scan, door.checkpoint)


async def look_at_the_code(day: Day) -> None:
    """Open the code page: ask for the colour; in the evening also fetch tomorrow's pass."""
    actor = await _somebody(day)
    await day.wire.ask("me", "/g/v1/me", actor.phone.bearer)
    if day.pace.clock >= 18 and day.random.random() < 0.5 and epoch_of(time()) + 1 not in actor.phone.passes:
        await _fetch_pass(day, actor, ahead=True)


async def show_a_screenshot(day: Day) -> None:
    """Show a picture of a code that was good some minutes ago."""
    old = [a for a in day.cast.actors if a.screenshot and time() - a.screenshot[0] > STALE_SCREENSHOT]
    if not old:
        await show_a_forgery(day)
        return
    taken = day.random.choice(old).screenshot
    assert taken is not None
    await _verify(day, "screenshot", day.some_door(), lambda: taken[1], "entry")


async def show_a_copy(day: Day) -> None:
    """Two people show one code at one door: the first passes, the copy is refused."""
    actor, door, _ = await _somebody_at_a_door(day, "entry")
    text = actor.phone.show(time())
    await _verify(day, "verify", door, lambda: text, "entry")
    await _verify(day, "copy", door, lambda: text, "entry")


async def show_a_forgery(day: Day) -> None:
    """Show a code whose colour was changed, one made without the gate's key, or something else altogether."""
    actor, door, _ = await _somebody_at_a_door(day, "entry")
    held = actor.phone.passes[epoch_of(time())]
    forge = day.random.choice(FORGERIES)
    await _verify(day, "forgery", door, lambda: forge(held, time()), "entry")


ACTS: dict[Callable[[Day], Awaitable[None]], float] = {
    pass_a_door: 74,
    scan_a_place: 12,
    look_at_the_code: 10,
    knock_at_a_closed_door: 0.7,
    show_a_screenshot: 1.2,
    show_a_copy: 1.0,
    show_a_forgery: 1.1,
}


async def _verify(day: Day, act: str, door: Door, code: Callable[[], str], direction: str) -> None:
    temperature, nonce = day.temperature(), str(uuid.uuid4())

    def body() -> dict[str, Any]:
        return {
            "code": code(),
            "checkpoint": door.checkpoint,
            "direction": direction,
            "temperature": temperature,
            "nonce": nonce,
        }

    await _told(day, act, "/g/v1/verify", door.bearer, body, door.checkpoint)


async def _told(day: Day, act: str, path: str, bearer: str, body: Body, place: int) -> None:
    answer = await day.wire.ask(path.rsplit("/", 1)[1], path, bearer, body, place=place)
    if answer is not None:
        day.wire.tally.answer(act, answer["verdict"], answer["reason"])


async def _somebody(day: Day) -> Actor:
    """A resident whose phone holds a pass for now; the first time of the day it fetches one."""
    while True:
        actor = day.random.choice(day.cast.actors)
        if epoch_of(time()) in actor.phone.passes or await _fetch_pass(day, actor):
            return actor


async def _somebody_at_a_door(day: Day, direction: str | None = None) -> tuple[Actor, Door, str]:
    """A resident, an open door and a way through it where this minute's code was not used."""
    while True:
        actor = await _somebody(day)
        door = day.some_door()
        entry = day.random.random() < entering(day.pace.clock)
        way = direction or ("entry" if entry else "exit")
        if actor.may_show(minute_of(time()), door.checkpoint, way):
            return actor, door, way
        await day.wait_a_little()


async def _fetch_pass(day: Day, actor: Actor, ahead: bool = False) -> bool:
    wish, links = actor.phone.wish(ahead)
    answer = await day.wire.ask("pass", "/g/v1/pass", actor.phone.bearer, wish)
    if answer is None:
        return False
    actor.phone.take(answer, links)
    return True


async def _by_rotating_code(day: Day, actor: Actor, door: Door) -> dict[str, Any] | None:
    shown = await _door_screen(day, door)
    return shown and {"place": shown["place_token"], "proof": None}


async def _by_door_code(day: Day, actor: Actor, door: Door) -> dict[str, Any] | None:
    shown = await _door_screen(day, door)
    return shown and {"place": door.poster, "proof": {"door_code": shown["door_code"]}}


async def _by_printed_code(day: Day, actor: Actor, door: Door) -> dict[str, Any] | None:
    if door.latitude is None:  # without its position the gate cannot compare; the staff's digits do
        return await _by_door_code(day, actor, door)
    answer = await day.wire.ask("presence", "/g/v1/presence", actor.phone.bearer, {"place": door.poster}, place=door.checkpoint)
    if answer is None:
        return None
    here = {"latitude": door.latitude, "longitude": door.longitude, "accuracy": day.random.randint(5, 60)}
    return {"place": door.poster, "proof": {"token": answer["token"], **here}}


async def _without_proof(day: Day, actor: Actor, door: Door) -> dict[str, Any] | None:
    """A forwarded picture of the poster: nothing says that the person is there."""
    return {"place": door.poster, "proof": None}


async def _door_screen(day: Day, door: Door) -> dict[str, Any] | None:
    """What the scanner shows to those who scan; asked anew each minute."""
    if door.shown is None or door.shown["minute"] != minute_of(time()):
        answer = await day.wire.ask("door", "/g/v1/door", door.bearer, place=door.checkpoint)
        if answer is None:
            return None
        door.shown = {**answer, "minute": minute_of(time())}
    return door.shown


def _maybe_take_a_screenshot(day: Day, actor: Actor) -> None:
    if actor.screenshot is None and day.random.random() < 0.05:
        actor.screenshot = (time(), actor.phone.show(time()))
