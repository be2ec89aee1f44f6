"""Hands TCP connections on to a Unix socket: ``python -m bench.relay ADDRESS PORT SOCKET``.

The database of a drill listens on a socket only, which no pulled cable cuts; through this a machine reaches it over its cable.
"""

import asyncio
import contextlib
import sys


async def relay(address: str, port: int, socket: str) -> None:
    """Until it is ended."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, outer = await asyncio.open_unix_connection(socket)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, outer), pump(inner, writer))

    server = await asyncio.start_server(take, address, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
