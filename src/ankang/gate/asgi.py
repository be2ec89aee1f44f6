"""The gate as an ASGI application (uvicorn, hypercorn, tests)."""

from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

from ankang.config.settings import Settings
from ankang.gate.app import Gate, body_limit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class GateAsgi:
    """One instance a worker process; starts and stops with the server's lifespan."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.gate: Gate | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.gate = Gate(self._settings)
        await self.gate.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.gate.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        assert self.gate is not None
        began = monotonic()
        if self.gate.admission.enter(scope["path"], began):
            try:
                body = await _read_body(body_limit(scope["path"]), receive)
            except BaseException:
                self.gate.admission.leave(began, began, durable=False)
                raise
            query = scope.get("query_string", b"").decode("latin-1")
            response = await self.gate.handle(scope["method"], scope["path"], query, headers, body, began)
        else:
            response = self.gate.refuse(headers)
        head = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": head})
        await send({"type": "http.response.body", "body": response.body})


async def _read_body(limit: int, receive: Receive) -> bytes:
    """The body, read no further than the message that goes beyond the limit."""
    body, more = bytearray(), True
    while more and len(body) <= limit:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
