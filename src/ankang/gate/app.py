"""The gate: routes, who may call them, and the one rule that a visit is durable before its answer goes out."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from random import random
from time import monotonic
from typing import NamedTuple

from ankang.config.postgres import database_url
from ankang.config.settings import Settings
from ankang.core.verdicts import Verdict
from ankang.gate.admission import Admission
from ankang.gate.answers import language
from ankang.gate.callers import Caller, Callers
from ankang.gate.faults import (
    BodyTooLarge,
    DeviceRevoked,
    Fault,
    Internal,
    MethodNotAllowed,
    NotFound,
    Overloaded,
    TooManyRequests,
    UnsupportedMediaType,
)
from ankang.gate.groups import GroupUnknown
from ankang.gate.handlers.uploads import Judged, upload_answer
from ankang.gate.intake import Intake
from ankang.gate.leader import Leader
from ankang.gate.limits import Allowance
from ankang.gate.link import Link
from ankang.gate.metrics import Metrics
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.party import Party
from ankang.gate.reports import Reports
from ankang.gate.routes import ROUTES, Handler, Route
from ankang.gate.spool import Spool
from ankang.gate.state import State
from ankang.gate.visits import answer
from ankang.gate.watch import EVERY, Watch, Workers

PUBLIC_RATE = 500.0
"""Requests a second to the public routes of one process, all callers together."""

_log = logging.getLogger("ankang.gate")
_ADMIT = int(Verdict.ADMIT)
_JSON = [("content-type", "application/json"), ("cache-control", "no-store")]
_WAITS = [str(1 + seconds) for seconds in range(int(2 * Overloaded.seconds))]


class Response(NamedTuple):
    """Status, header pairs (lower-case names) and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


_REFUSALS = {
    lang: [Response(503, [*_JSON, ("retry-after", wait)], Overloaded().body(lang)) for wait in _WAITS]
    for lang in ("zh", "en")
}
"""Made beforehand: under load a refusal must cost next to nothing. One for each wait, so that a crowd comes back spread."""


class Gate:
    """One gate of a process. ``clock`` gives unix seconds; adapters and tests pass it, handlers get its value."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._clock = settings, clock
        self.state = State(settings)
        self.callers = Callers(self.state)
        self.metrics = Metrics()
        self.admission = Admission(settings.gate_most_per_s, settings.gate_wait_ms / 1000)
        self._public = Allowance(PUBLIC_RATE, clock())
        self.spooled = (0, 0)
        """Visits in the spool, and how many of them the table has no place for, when last counted."""

    async def start(self) -> None:
        """Open everything and begin the background work; returns at once when the database is away."""
        folder, url = self._settings.gate_folder, database_url(self._settings)
        self.links = (Link(url, "intake"), Link(url, "tables", patience=30.0))
        spool = Spool(folder / "spool.sqlite3")
        self.intake = Intake(self.links[0], spool, self.state.window, self._clock, lambda: self.admission.in_flight)
        self.watch = Watch(self._settings, self.state, self.links[1])
        self.leader = Leader(url, folder)
        self.workers = Workers(folder)
        self.reports = Reports(self._settings.gate_name)
        self.watch.begin()
        for link in self.links:
            link.start()
        self.intake.start()
        self.leader.start()
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Write what waits and end."""
        await self.intake.stop()
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        await self.leader.stop()
        await self.reports.leave(self)
        for link in self.links:
            await link.stop()
        self.workers.leave()
        self.state.close()

    async def _tick(self) -> None:
        while True:
            await self.watch.look()
            report = self.metrics.report(self)
            self.workers.report(report)
            with contextlib.suppress(sqlite3.Error):
                self.spooled = await self.intake.spool_count()
            await self.reports.send(self, report)
            await asyncio.sleep(EVERY if self.state.keys is not None else EVERY / 10)

    async def handle(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, began: float | None = None
    ) -> Response:
        """The response to one request; never raises (but for cancellation). ``began``: when it entered ``admission``, which
        it leaves here; without it, it enters now."""
        durable = False
        if began is None:
            began = monotonic()
            if not self.admission.enter(path, began):
                return self.refuse(headers)
        try:
            if self.admission.is_late(began, monotonic()):
                return self.refuse(headers)
            route = find_route(method, path)
            if route.handler is None:
                return await self._about_itself(route)
            call = Call(body, query, headers)
            try:
                done = self._decide(route, route.handler, call)
            except GroupUnknown:
                if not await self.watch.glance_at_groups():
                    raise
                done = self._decide(route, route.handler, call)
            if isinstance(done, list):
                return await self._taken(done, language(headers))
            if done.party is not None:
                return await self._together(done.party, language(headers))
            if done.visit is None:
                return Response(200, _JSON, done.body)
            batch = self.intake.take(done.visit)
            await batch.done
            durable = True
            visit = batch.outcome(done.visit)
            self.metrics.visits[visit.kind << 16 | visit.verdict << 8 | visit.reason] += 1
            if done.fault is not None:
                raise done.fault
            lang = "zh" if visit.verdict == _ADMIT else language(headers)
            return Response(200, _JSON, answer(visit, lang))
        except Fault as fault:
            self.metrics.faults[fault.code] += 1
            return Response(fault.status, [*_JSON, *fault.headers], fault.body(language(headers)))
        except Exception:
            _log.exception("gate: %s %s failed", method, path)
            self.metrics.faults["internal"] += 1
            return Response(500, _JSON, Internal().body(language(headers)))
        finally:
            self.admission.leave(began, monotonic(), durable)

    def refuse(self, headers: Mapping[str, str]) -> Response:
        """What a request is told that is not let in; adapters ask ``admission`` before they read its body."""
        self.admission.refused += 1
        self.metrics.faults["overloaded"] += 1
        return _REFUSALS[language(headers)][int(random() * len(_WAITS))]

    def _decide(self, route: Route, handler: Handler, call: Call) -> Outcome | list[Judged]:
        now = self._clock()
        if route.method == "POST":
            check_body(route, call.headers, call.body)
        caller = self._admit(route, call.headers, now)
        done: Outcome | list[Judged] = handler(self.state, caller, call, now)
        return done

    def _admit(self, route: Route, headers: Mapping[str, str], now: float) -> Caller:
        if route.who == "anyone":
            if not self._public.take(now):
                raise TooManyRequests
            return None  # type: ignore[return-value]
        caller = self.callers.identify(route.who, headers, now)
        if caller.revoked and not route.records:
            raise DeviceRevoked
        if route.records:
            self.intake.refuse_when_full()
        return caller

    async def _together(self, party: Party, lang: str) -> Response:
        """The answer about people who come together, once all their visits are durable; they are of one batch."""
        for visit in party.visits:
            batch = self.intake.take(visit)
        await batch.done
        visits = [batch.outcome(visit) for visit in party.visits]
        for visit in visits:
            self.metrics.visits[visit.kind << 16 | visit.verdict << 8 | visit.reason] += 1
        return Response(200, _JSON, party.told(visits, lang))

    async def _taken(self, judged: list[Judged], lang: str) -> Response:
        """An upload, once its visits are durable."""
        visits = [one.visit for one in judged]
        new: set[bytes] = set()
        if visits:
            batch = self.intake.take_all(visits)
            await batch.done
            new = batch.recorded.new
        for visit in {visit.visit: visit for visit in visits}.values():
            self.metrics.visits[visit.kind << 16 | visit.verdict << 8 | visit.reason] += visit.visit in new
        return Response(200, _JSON, upload_answer(judged, new, lang))

    async def _about_itself(self, route: Route) -> Response:
        now = self._clock()
        if not self._public.take(now):
            raise TooManyRequests
        with contextlib.suppress(sqlite3.Error):
            self.spooled = await self.intake.spool_count()
        if route.path.endswith("/metrics"):
            return Response(200, [("content-type", "text/plain; version=0.0.4")], self.metrics.text(self, now).encode())
        return Response(*self.metrics.health(self, now))


def find_route(method: str, path: str) -> Route:
    """The route of a request; raises NotFound or MethodNotAllowed."""
    route = ROUTES.get(path)
    if route is None:
        raise NotFound(path=path[:80])
    if method != route.method and not (method == "HEAD" and route.method == "GET"):
        raise MethodNotAllowed(allow=route.method)
    return route


def body_limit(path: str) -> int:
    """The largest body accepted at ``path``, in bytes."""
    route = ROUTES.get(path)
    return route.limit if route else 0


def check_body(route: Route, headers: Mapping[str, str], body: bytes) -> None:
    """Size and content type; raises BodyTooLarge or UnsupportedMediaType."""
    if len(body) > route.limit:
        raise BodyTooLarge(limit=route.limit)
    kind = headers.get("content-type") or ""
    if kind != "application/json" and kind.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType
