"""The gate as an RSGI application (granian)."""

import asyncio
from typing import Any

from ankang.config.settings import Settings
from ankang.gate.app import Gate, body_limit


class GateRsgi:
    """One instance a worker process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.gate: Gate | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.gate = Gate(self._settings)
        loop.run_until_complete(self.gate.start())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.gate is not None:
            loop.run_until_complete(self.gate.stop())

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        headers, path = scope.headers, scope.path
        body = b"" if scope.method == "GET" else await read_body(headers, path, protocol)
        assert self.gate is not None
        response = await self.gate.handle(scope.method, path, scope.query_string, headers, body)
        protocol.response_bytes(response.status, response.headers, response.body)


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
