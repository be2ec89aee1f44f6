"""Memory of a gate that holds sixty million people's colours, with every page of them touched."""

import asyncio
import time
from pathlib import Path

import asyncpg

from ankang.gate.colours import HEADER, STEP, ColourWriter
from ankang.gate.feed import identify
from bench.gate_ground import Ground, process
from bench.gate_verify import Trial, free_port, gate_command, wait_for
from bench.measure import mapped_mb, memory_mb

PERSONS = 60_000_000
_BLOCK = bytes([1]) * 99 + bytes([3])


def measure_memory(ground: Ground) -> float:
    """Megabytes of all gate processes, shared pages counted once, when verifications have touched the whole file.

    The proportional set size holds only the pages of the colour file that were touched through the mapping. A short load
    does not touch them all, so the mapped part is taken out and the whole file is put in.
    """
    folder = ground.settings.gate_folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "colours.bin"
    write_colours(path, asyncio.run(database_of(ground)))
    port = free_port()
    with process(gate_command(port), ground.environment()) as server:
        wait_for(port, "/g/v1/health")
        time.sleep(1.5)
        Trial(ground, server.pid, port).verify(64, 2.0)
        return memory_mb(server.pid) - mapped_mb(server.pid, path) + path.stat().st_size / 2**20


async def database_of(ground: Ground) -> tuple[bytes, int]:
    connection = await asyncpg.connect(ground.server.url)
    try:
        return await identify(connection), await connection.fetchval("select seq from health_feedhead")
    finally:
        await connection.close()


def write_colours(path: Path, database: tuple[bytes, int]) -> None:
    path.unlink(missing_ok=True)
    writer = ColourWriter.create(path, database[0], time.time_ns())
    writer.advance(database[1], PERSONS)
    writer.stamp(time.time())
    writer.close()
    size = HEADER + (PERSONS // STEP + 1) * STEP
    with path.open("r+b") as file:
        file.truncate(size)
        file.seek(HEADER)
        for _ in range(PERSONS // len(_BLOCK) // 10_000):
            file.write(_BLOCK * 10_000)
