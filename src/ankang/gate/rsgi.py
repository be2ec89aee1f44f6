"""The gate as an RSGI application (granian)."""

import asyncio
import gc
import sys
from time import monotonic
from typing import Any

from ankang.config.settings import Settings
from ankang.gate.app import Gate, body_limit

READ_SECONDS = 15.0
"""A request's body must have arrived by then."""


class GateRsgi:
    """One instance a worker process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reading: dict[asyncio.Task[Any] | None, float] = {}
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
        headers, path, method = scope.headers, scope.path, scope.method
        assert self.gate is not None
        if self.gate.admission.is_full(path):
            refusal = self.gate.refuse(headers)
            protocol.response_bytes(refusal.status, refusal.headers, refusal.body)
            return
        if method == "POST":
            task = asyncio.current_task(self._loop)
            self._reading[task] = monotonic()
            try:
                query, body = "", await read_body(headers, path, protocol)
            except asyncio.CancelledError:
                protocol.response_bytes(408, [("connection", "close")], b"")
                return
            finally:
                del self._reading[task]
        else:
            query, body = scope.query_string, b""
        response = await self.gate.handle(method, path, query, headers, body)
        protocol.response_bytes(response.status, response.headers, response.body)

    async def _end_slow_requests(self) -> None:
        """A body that does not arrive holds a connection only so long; watched from outside, for the hot path's sake."""
        while True:
            await asyncio.sleep(READ_SECONDS / 3)
            late = monotonic() - READ_SECONDS
            for task in [task for task, since in self._reading.items() if since < late]:
                if task is not None:
                    task.cancel()


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
