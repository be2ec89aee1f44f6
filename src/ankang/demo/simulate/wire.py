"""The one way the simulator asks the product: over HTTP, at its pace, with bounded connections and patience.

A busy product (429, 503) is asked again after the seconds it names, three times at most.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

import aiohttp

from ankang.demo.phone import retry_after

from .tally import Tally

PATIENCE = 3
LONGEST_WAIT = 30.0
SILENT_FOR = 30.0  # seconds without any answer after which the run gives up


Body = dict[str, Any] | Callable[[], dict[str, Any]]


class DayOver(Exception):
    """The run is at its end: no further request is made."""


class GaveUp(Exception):
    """The product did not answer for a while."""


class Pace(Protocol):
    """Says when the next request may go."""

    async def turn(self) -> None:
        """Return when it is one's turn; raises DayOver."""


class Wire:
    """Requests to the product at ``base``; every answer is counted in ``tally``."""

    def __init__(self, base: str, session: aiohttp.ClientSession, pace: Pace, tally: Tally) -> None:
        self.base, self._session, self._pace, self.tally = base, session, pace, tally
        self._last_answer = perf_counter()

    async def ask(
        self, what: str, path: str, bearer: str, body: Body | None = None, paced: bool = True, place: int = 0
    ) -> dict[str, Any] | None:
        """Ask (POST with a body, GET without) and return the JSON; None when it was refused for good.

        A ``body`` that is a function is called for each try: a code shown after waiting is of that minute.
        ``place``: the checkpoint's number, by which a balancer keeps everything of a place together.
        Raises DayOver (not for a request that is not ``paced``) and GaveUp.
        """
        if paced:
            await self._pace.turn()
        for patience in reversed(range(PATIENCE + 1)):
            wanted = body() if callable(body) else body
            answer, wait = await self._once(what, path, bearer, place, wanted, patience == 0)
            if wait is None:
                return answer
            self.tally.retries += 1
            await asyncio.sleep(min(wait, LONGEST_WAIT))
        return None

    async def _once(
        self, what: str, path: str, bearer: str, place: int, body: dict[str, Any] | None, last: bool
    ) -> tuple[dict[str, Any] | None, float | None]:
        """One try: the answer, and the seconds to wait before another try (None: there is none)."""
        started = perf_counter()
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {bearer}"} | ({"X-Ankang-Place": str(place)} if place else {})
        try:
            async with self._session.request(
                method, self.base + path, json=body, headers=headers
            ) as response:
                found = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
            return None, self._no_answer(what, fault, last)
        self._last_answer = perf_counter()
        self.tally.took(what, self._last_answer - started)
        if response.status < 400:
            return found, None
        if response.status in (429, 503) and not last:
            return None, retry_after(response) or 1.0
        code = found.get("error", "?") if isinstance(found, dict) else "?"
        self.tally.error(f"{what}: {response.status} {code}")
        return None, None

    def _no_answer(self, what: str, fault: Exception, last: bool) -> float | None:
        if perf_counter() - self._last_answer > SILENT_FOR:
            raise GaveUp(f"no answer from {self.base} for {SILENT_FOR:.0f} s")
        if not last:
            return 1.0
        self.tally.error(f"{what}: {type(fault).__name__}")
        return None
