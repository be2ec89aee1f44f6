"""The gate as an ASGI application (uvicorn, hypercorn, tests)."""

from collections.abc import Awaitable, Callable, MutableMapping
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
        full = self.gate.admission.is_full(scope["path"])
        body, limit, more = bytearray(), body_limit(scope["path"]), True
        while not full and more and len(body) <= limit:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        query = scope.get("query_string", b"").decode("latin-1")
        response = (
            self.gate.refuse(headers)
            if full
            else await self.gate.handle(scope["method"], scope["path"], query, headers, bytes(body))
        )
        head = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": head})
        await send({"type": "http.response.body", "body": response.body})
