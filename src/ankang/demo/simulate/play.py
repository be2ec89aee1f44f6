"""Runs the simulated day: workers act as fast as the curve lets them, until the day is over or Ctrl-C."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random

import aiohttp
from rich.console import Console

from .acts import ACTS
from .curve import DayCurve
from .day import OFFLINE_UNTIL, Day
from .doors import Cast
from .offline import upload
from .pace import CurvePace
from .report import clock_text, line, moving_bar, refused
from .tally import Tally
from .wire import DayOver, GaveUp, Wire

CONNECTIONS = 64
TIMEOUT = 15.0  # seconds a request may take
NEWS_TRAVELS = 10  # seconds at most until gates know a new device
REQUESTS_EACH = 5.0  # of one resident in twelve hours: a pass, two or three doors, a look at the code


class NotRunning(Exception):
    """The product does not answer at the address."""


def length_of(cast: Cast, hours: float, rate: float, speed: float | None) -> tuple[int, float]:
    """Requests and real seconds of the day.

    Without ``speed`` the cast decides how much happens and ``rate`` how long it takes; with it the day takes
    hours / speed, and ``rate`` decides how much happens.
    """
    if speed is not None:
        seconds = hours * 3600 / speed
        return max(1, round(rate * seconds)), seconds
    total = max(1, round(len(cast.actors) * REQUESTS_EACH * hours / 12))
    return total, total / rate


async def play(
    base: str, cast: Cast, hours: float, rate: float, speed: float | None, random: Random, console: Console
) -> tuple[Tally, float]:
    """Play the day against ``base``; returns the tally and the real seconds. Raises NotRunning and GaveUp."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        keys = await _public_keys(session, base)
        await _until_known(session, base, cast)
        total, seconds = length_of(cast, hours, rate, speed)
        pace, tally = CurvePace(DayCurve(hours), total, seconds), Tally()
        offline_door = random.choice(cast.open_doors) if len(cast.open_doors) > 1 else None
        day = Day(cast, Wire(base, session, pace, tally), pace, random, keys, offline_door)
        with _called_off_by_ctrl_c(pace.call_off):
            await _act(day, console)
        return tally, pace.elapsed


async def _act(day: Day, console: Console) -> None:
    watching = asyncio.create_task(_watch(day, console))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(_work(day))
            group.create_task(_bring_back_the_door(day))
    except* GaveUp as gave_up:
        raise gave_up.exceptions[0] from None
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _work(day: Day) -> None:
    acts, weights = list(ACTS), list(ACTS.values())
    try:
        while True:
            await day.random.choices(acts, weights)[0](day)
    except DayOver:
        return
    except GaveUp:
        day.pace.call_off()
        raise


async def _bring_back_the_door(day: Day) -> None:
    """When the door's network is back, or the day is over, its scans are uploaded."""
    door = day.offline_door
    if door is None:
        return
    while not day.pace.over and day.pace.clock < OFFLINE_UNTIL:
        await asyncio.sleep(0.2)
    await upload(day, door)


async def _watch(day: Day, console: Console) -> None:
    """Keep the bar moving; on a pipe, write a line every five seconds."""
    last, given = day.pace.elapsed, 0
    with moving_bar(console) as bar:
        task = bar.add_task("", total=day.pace.total, clock="", rate=0.0, refused=0)
        while True:
            await asyncio.sleep(0.5 if console.is_terminal else 5)
            now, requests = day.pace.elapsed, day.wire.tally.requests
            rate, last, given = (requests - given) / max(now - last, 0.001), now, requests
            clock, bad = clock_text(day.pace.clock), refused(day.wire.tally)
            bar.update(task, completed=day.pace.given, clock=clock, rate=rate, refused=bad)
            if not console.is_terminal:
                console.print(line(day, rate))


async def _public_keys(session: aiohttp.ClientSession, base: str) -> dict[int, bytes]:
    try:
        async with session.get(f"{base}/g/v1/keys") as answer:
            answer.raise_for_status()
            found = await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        raise NotRunning(f"Nothing answers at {base}: start it with `ankang up --demo`.") from fault
    return {key["kid"]: bytes.fromhex(key["public"]) for key in found["keys"]}


async def _until_known(session: aiohttp.ClientSession, base: str, cast: Cast) -> None:
    """Gates look for new devices once a second: wait until they know the scanner that was paired last."""
    newest = max(cast.doors, key=lambda door: door.checkpoint)
    for _ in range(NEWS_TRAVELS * 5):
        async with session.get(
            f"{base}/g/v1/door", headers={"Authorization": f"Bearer {newest.bearer}"}
        ) as answer:
            if answer.status != 401:
                await asyncio.sleep(1)  # the other gate processes
                return
        await asyncio.sleep(0.2)
    raise NotRunning(
        f"The gate at {base} does not know this database's scanners: is it another installation?"
    )


@contextmanager
def _called_off_by_ctrl_c(call_off: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C ends the day with its summary; the second ends the program."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        call_off()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, end)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
