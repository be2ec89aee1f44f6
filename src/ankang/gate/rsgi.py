"""The gate as an RSGI application (granian)."""

import asyncio
import gc
import sys
from time import monotonic
from typing import Any

from ankang.config.settings import Settings
from ankang.gate.app import Gate, Response, body_limit

READ_SECONDS = 15.0
"""A request's body must have arrived by then."""
HOLD_SECONDS = 0.25
"""A request whose body takes longer gives its place back meanwhile, so that slow senders do not keep others out."""


class GateRsgi:
    """One instance a worker process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reading: dict[asyncio.Task[Any] | None, float] = {}
        self._slow: dict[asyncio.Task[Any] | None, float] = {}
        """Since when bodies are waited for: within the admitted, and of those who gave their place back."""
        self.gate: Gate | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.gate = Gate(self._settings)
        loop.run_until_complete(self.gate.start())
        self._sweeper = loop.create_task(self._end_slow_requests())
        tune_interpreter()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweeper.cancel()
        if self.gate is not None:
            loop.run_until_complete(self.gate.stop())

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        headers, path, method, gate, began = scope.headers, scope.path, scope.method, self.gate, monotonic()
        assert gate is not None
        if not gate.admission.enter(path, began):
            _answer(protocol, gate.refuse(headers))
            return
        query, body = "", b""
        if method == "POST":
            task = asyncio.current_task(self._loop)
            self._reading[task] = began
            try:
                body = await read_body(headers, path, protocol)
            except BaseException as error:
                self._leave_unread(task)
                if not isinstance(error, asyncio.CancelledError):
                    raise
                protocol.response_bytes(408, [("connection", "close")], b"")
                return
            if self._reading.pop(task, None) is None:
                del self._slow[task]
                began = monotonic()
                if not gate.admission.enter(path, began):
                    _answer(protocol, gate.refuse(headers))
                    return
        else:
            query = scope.query_string
        _answer(protocol, await gate.handle(method, path, query, headers, body, began))

    def _leave_unread(self, task: asyncio.Task[Any] | None) -> None:
        if self._slow.pop(task, None) is None:
            del self._reading[task]
            self._give_back()

    def _give_back(self) -> None:
        assert self.gate is not None
        now = monotonic()
        self.gate.admission.leave(now, now, durable=False)

    async def _end_slow_requests(self) -> None:
        """A body that does not arrive holds a place only so long, and its connection; watched from outside, for the hot path's sake."""
        while True:
            await asyncio.sleep(HOLD_SECONDS)
            now = monotonic()
            for task in [task for task, since in self._reading.items() if since < now - HOLD_SECONDS]:
                self._slow[task] = self._reading.pop(task)
                self._give_back()
            for task in [task for task, since in self._slow.items() if since < now - READ_SECONDS]:
                if task is not None:
                    task.cancel()


def _answer(protocol: Any, response: Response) -> None:
    protocol.response_bytes(response.status, response.headers, response.body)


def tune_interpreter() -> None:
    """A request makes no reference cycles, and what was loaded at the start stays: look for garbage seldom.

    The server's own thread hands requests over under the interpreter's lock. By default it would wait up to 5 ms for it.
    """
    sys.setswitchinterval(0.0001)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def read_body(headers: Any, path: str, protocol: Any) -> bytes:
    """The body, read no further than one byte beyond the limit of ``path``."""
    limit = body_limit(path)
    length = headers.get("content-length")
    if length is not None and length.isdigit() and int(length) <= limit:
        return bytes(await protocol())
    read = bytearray()
    if length is None or not length.isdigit():
        async for chunk in protocol:
            read += chunk
            if len(read) > limit:
                break
        return bytes(read)
    return bytes(limit + 1)  # refused by its length, unread
