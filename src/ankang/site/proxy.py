"""Passes requests on to the control plane over its Unix socket; says so in words when it is away."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from ankang.base.limits import MAX_BODY

from .spare_page import reader_language, spare_page
from .too_large import too_large

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
)
_NOT_FORWARDED = _HOP_BY_HOP | {"x-forwarded-for", "x-forwarded-host", "content-length", "expect"}
_PATH_SIGNS = "/:@!$&'()*+,;=~-._"
_READ_SECONDS = 30
_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=3)
_DOWN = {
    "zh": ("服务正在恢复", "请稍后再试。您的安康码仍可使用，没有网络也行。", "打开我的码", "再试一次"),
    "en": (
        "The service is coming back",
        "Please try again in a moment. Your code still works, also without the network.",
        "Open my code",
        "Try again",
    ),
}
_DOWN_JSON = '{"error":"service_down","message":"服务正在恢复，请稍后再试。The service is coming back; please try again soon.","details":{}}'


_SLOW = '{"error":"request_timeout","message":"提交的内容没有发完。What you sent did not arrive in full.","details":{}}'


class BodyTooLarge(Exception):
    """The request body is over the limit."""


class ControlPlane:
    """A small reverse proxy: streams answers, keeps connections, adds ``X-Forwarded-For``."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, scope: Any, protocol: Any) -> None:
        """Answer the request with what the control plane says."""
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await _read_body(scope, protocol)
        except TimeoutError:
            _refuse(protocol, 408, _SLOW)
            return
        except BodyTooLarge:
            status, headers, text = too_large(scope.path, dict(scope.headers.items()))
            protocol.response_str(status, headers, text)
            return
        try:
            response = await self._ask(scope, body)
        except (aiohttp.ClientError, TimeoutError, OSError):
            _say_down(scope, protocol)
            return
        await _relay(response, scope, protocol)

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, scope: Any, body: bytes) -> aiohttp.ClientResponse:
        if self._session is None:
            connector = aiohttp.UnixConnector(path=str(self._socket), limit=64)
            self._session = aiohttp.ClientSession(
                connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), timeout=_TIMEOUT
            )
        # The server hands us the path decoded; it is written again here, so that a sign in it stays a sign of the path.
        target = quote(scope.path, safe=_PATH_SIGNS) + (f"?{scope.query_string}" if scope.query_string else "")
        return await self._session.request(
            scope.method,
            aiohttp.client.URL(f"http://control{target}", encoded=True),
            headers=_forwarded_headers(scope),
            data=body or None,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )


async def _read_body(scope: Any, protocol: Any) -> bytes:
    """The whole body, at most MAX_BODY bytes; more raises BodyTooLarge before it is held in memory."""
    if scope.method in ("GET", "HEAD"):
        return b""
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size > MAX_BODY:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)


def _forwarded_headers(scope: Any) -> list[tuple[str, str]]:
    headers = [(name, value) for name, value in scope.headers.items() if name.lower() not in _NOT_FORWARDED]
    headers.append(("x-forwarded-for", str(scope.client).rpartition(":")[0]))
    return headers


async def _relay(response: aiohttp.ClientResponse, scope: Any, protocol: Any) -> None:
    headers = [
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in response.raw_headers
        if name.decode("latin-1").lower() not in _HOP_BY_HOP
    ]
    async with response:
        if scope.method == "HEAD":
            protocol.response_empty(response.status, headers)
            return
        body = await response.read()
        protocol.response_bytes(response.status, [h for h in headers if h[0] != "content-length"], body)


def _say_down(scope: Any, protocol: Any) -> None:
    if scope.path.startswith("/api/"):
        _refuse(protocol, 503, _DOWN_JSON)
        return
    asked = {name.lower(): value for name, value in scope.headers.items()}
    title, told, code, again = _DOWN[reader_language(asked)]
    ways = {"/code": code} | ({quote(scope.path, safe=_PATH_SIGNS): again} if scope.method == "GET" and not scope.path.startswith("//") else {})
    headers, page = spare_page(asked, title, told, ways)
    protocol.response_str(503, [*headers, ("retry-after", "5")], page)


def _refuse(protocol: Any, status: int, body: str) -> None:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    if status == 503:
        headers.append(("retry-after", "5"))
    protocol.response_str(status, headers, body)
