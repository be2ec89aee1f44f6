"""The floor: the same server, an application that reads the body and answers as many bytes as the gate does."""

from typing import Any

_BODY = (
    '{"verdict":"admit","reason":"ok","colour":"green","name":"王*明",'
    '"visit":"0cef1122-bb03-c4ce-2d60-ce1a1dba5645","at":1700000000}'
).encode()
_HEADERS = [("content-type", "application/json"), ("cache-control", "no-store")]


async def app(scope: Any, protocol: Any) -> None:
    """RSGI application."""
    await protocol()
    protocol.response_bytes(200, _HEADERS, _BODY)
