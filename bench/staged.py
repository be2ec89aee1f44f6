"""A gate that notes when each request reached which stage; :mod:`bench.stages` starts it with BENCH_STAGES, a folder."""

import asyncio
import os
from pathlib import Path
from time import time
from typing import Any

import numpy as np

from ankang.config.settings import Settings
from ankang.gate.intake import Batch
from ankang.gate.rsgi import GateRsgi
from ankang.gate.visits import Visit

STAGES = ("sent", "entered", "read", "taken", "written", "durable", "answered", "status")
"""Unix seconds: the generator wrote it, our first line ran, the body was there, the visit was decided, its batch began to be
written, its batch was durable, the answer was handed to the server; then the HTTP status."""


class Noting:
    """The server's side of one request, with notes."""

    def __init__(self, gate: "Staged", protocol: Any, row: list[float]) -> None:
        self._gate, self._protocol, self._row = gate, protocol, row

    async def __call__(self) -> Any:
        """The body. From here to the taking of the visit nothing else runs."""
        body = await self._protocol()
        self._row[2] = time()
        self._gate.current = self._row
        return body

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        """The answer."""
        self._row[6:] = [time(), float(status)]
        self._protocol.response_bytes(status, headers, body)


class Staged(GateRsgi):
    """The gate; a file of notes remains when it ends."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__rsgi_init__(loop)
        assert self.gate is not None
        self.current: list[float] = []
        self._rows: list[list[float]] = []
        self._of: dict[Batch, list[list[float]]] = {}
        intake = self.gate.intake
        take, finish = intake.take, intake._finish

        def noting_take(visit: Visit, repeat: bool = False) -> Batch:
            batch = take(visit, repeat)
            self.current[3] = time()
            self._of.setdefault(batch, []).append(self.current)
            return batch

        async def noting_finish(batch: Batch) -> None:
            began = time()
            await finish(batch)
            done = time()
            for row in self._of.pop(batch, ()):
                row[4:6] = [began, done]

        intake.take, intake._finish = noting_take, noting_finish  # type: ignore[method-assign]

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        row = [float(scope.headers.get("x-sent") or 0), time(), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        self._rows.append(row)
        await super().__rsgi__(scope, Noting(self, protocol, row))

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        np.save(Path(os.environ["BENCH_STAGES"]) / f"{os.getpid()}.npy", np.array([row for row in self._rows if row[0]]))
        super().__rsgi_del__(loop)


app = Staged(Settings())
