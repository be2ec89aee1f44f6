"""What each gate process says of itself in the database, so that one page shows the gates of all machines (insight)."""

import contextlib
import json
import logging
import os
import socket
import time
from typing import TYPE_CHECKING, Final

from ankang.gate.link import LOST, Connection

if TYPE_CHECKING:
    from ankang.gate.app import Gate

EVERY: Final = 2.0
_REPORT: Final = """
    insert into insight_gatereport (machine, worker, at, report) values ($1, $2, now(), $3::jsonb)
    on conflict (machine, worker) do update set at = excluded.at, report = excluded.report"""
_FORGET: Final = "delete from insight_gatereport where at < now() - interval '1 day'"
_LEAVE: Final = "delete from insight_gatereport where machine = $1 and worker = $2"

_log = logging.getLogger("ankang.gate")


class Reports:
    """One process's row. Losing one is no harm: the page says how old what it shows is."""

    def __init__(self, name: str) -> None:
        self._machine = name or socket.gethostname()
        self._due = self._forget_due = 0.0

    async def send(self, gate: "Gate", report: dict[str, object]) -> None:
        """Write the row when it is due and the database is there; never raises."""
        connection = gate.links[1].connection
        if connection is None or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + EVERY
        with contextlib.suppress(*LOST):
            await self._send(connection, json.dumps({**report, **_state(gate)}))

    async def _send(self, connection: Connection, report: str) -> None:
        await connection.execute(_REPORT, self._machine, os.getpid(), report)
        if time.monotonic() >= self._forget_due:
            self._forget_due = time.monotonic() + 3600
            await connection.execute(_FORGET)

    async def leave(self, gate: "Gate") -> None:
        """This process ends in order: its row goes."""
        connection = gate.links[1].connection
        if connection is not None:
            with contextlib.suppress(*LOST):
                await connection.execute(_LEAVE, self._machine, os.getpid())


def _state(gate: "Gate") -> dict[str, object]:
    state, now = gate.state, time.time()
    until = [float(latest.get("next_update") or 0) for latest in state.lists.newest()]
    return {
        "feed_age": round(now - state.colours.fresh_at, 1) if state.colours.fresh_at else None,
        "stale": state.is_stale(now),
        "clock_error": round(state.clock_error, 1),
        "persons": state.colours.count,
        "spool": gate.spooled[0],
        "homeless": gate.spooled[1],
        "list_until": max(until, default=0.0),
    }
