"""Does the house answer? Asked the way a visitor asks: over HTTP, at the front door."""

import asyncio

PAGES = ("/g/v1/health", "/")
AWAY = (None, 503)
"""Nobody at the port; or the front is there and says that what it asked is not."""


async def status_of(host: str, port: int, path: str) -> int | None:
    """The HTTP status at ``path``; None when nobody answers within 3 seconds."""
    try:
        return await asyncio.wait_for(_ask(host, port, path), 3)
    except (OSError, TimeoutError, ValueError, IndexError):
        return None


async def wait_until_ready(host: str, port: int) -> None:
    """Return when the gate and the control plane both answer."""
    for path in PAGES:
        while await status_of(reachable(host), port, path) in AWAY:
            await asyncio.sleep(0.1)


def reachable(host: str) -> str:
    """The address to ask when we listen on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


async def _ask(host: str, port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
