"""One child process: in its own group, tied to our life, its lines passed on, stopped without remains."""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections import deque
from collections.abc import Callable

from ankang.site.supervisor.plans import Plan, tied_to_us

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 20.0
"""Seconds between a death and the next start; doubled each time."""
ERROR = re.compile(r"[\w.]*(Error|Exception|Fault|Problem)\b")
"""How the last line of a traceback begins."""
HEALTHY_AFTER = 20.0
"""A child that lived this many seconds starts again with the first pause."""


class Child:
    """Keeps one plan running until :meth:`stop`."""

    def __init__(self, plan: Plan, environment: dict[str, str], say: Callable[[Plan, str], None]) -> None:
        self.plan, self.deaths = plan, 0
        self._last_lines: deque[str] = deque(maxlen=60)
        self._environment, self._say = environment, say
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def last_words(self) -> str:
        """The last error it wrote, or else its last line."""
        lines = list(reversed(self._last_lines)) or ["none"]
        return next((line for line in lines if ERROR.match(line)), lines[0])

    async def keep_running(self) -> None:
        """Start it, pass its lines on, start it again when it dies; ends after :meth:`stop`."""
        pause = FIRST_PAUSE
        while not self._stopping:
            born = time.monotonic()
            code = await self._live()
            if self._stopping:
                return
            self.deaths += 1
            pause = FIRST_PAUSE if time.monotonic() - born > HEALTHY_AFTER else pause
            self._say(self.plan, f"ended ({_how(code)}); starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def stop(self, patience: float) -> None:
        """Ask it to end, and after ``patience`` seconds end it and everything it started."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
        kill_group(process.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)

    async def _live(self) -> int:
        if self.plan.leftover is not None:
            self.plan.leftover.unlink(missing_ok=True)
        # A pipe of our own: asyncio's would have us wait for the grandchildren that hold it, too.
        ours, theirs = os.pipe()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *tied_to_us(self.plan.command), env=self._environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=theirs, stderr=theirs, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(theirs)
        if self._stopping:  # asked while it was being started
            process.terminate()
        reading = asyncio.create_task(self._pass_lines_on(ours))
        code = await process.wait()
        kill_group(process.pid)  # a killed server may leave its workers at the door
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, 1)
        return code

    async def _pass_lines_on(self, pipe: int) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 20)
        with os.fdopen(pipe, "rb") as file:
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
            with contextlib.closing(transport):
                while line := await _next_line(reader):
                    if text := line.decode(errors="replace").rstrip():
                        self._last_lines.append(text)
                        self._say(self.plan, text)


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    """The next line; empty at the end. One that is longer than the limit is left out."""
    while True:
        try:
            return await reader.readline()
        except ValueError:
            continue


def kill_group(leader: int) -> None:
    """End whatever is left of a child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
