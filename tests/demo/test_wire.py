"""The simulator's way to the product, against a real HTTP server that is busy, refuses, or is not there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from rich.console import Console

from ankang.demo.phone import PassRefused, Phone
from ankang.demo.simulate.curve import DayCurve
from ankang.demo.simulate.doors import Cast
from ankang.demo.simulate.pace import CurvePace
from ankang.demo.simulate.play import NotRunning, play
from ankang.demo.simulate.tally import Tally
from ankang.demo.simulate.wire import Wire
from tests.house import free_port

Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def a_server(answer: Answer) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def ask(answer: Answer, body: Any = None) -> tuple[dict[str, Any] | None, Tally]:
    async def once() -> tuple[dict[str, Any] | None, Tally]:
        async with a_server(answer) as base, aiohttp.ClientSession() as session:
            wire = Wire(base, session, CurvePace(DayCurve(1), 10, 0.1), Tally())
            return await wire.ask("me", "/g/v1/me", "ak1r_x", body), wire.tally

    return asyncio.run(once())


def test_a_busy_product_is_asked_again_after_the_seconds_it_names() -> None:
    asked: list[str] = []

    async def busy_once(request: web.Request) -> web.Response:
        asked.append((await request.json())["code"])
        if len(asked) == 1:
            return web.json_response({"error": "overloaded"}, status=503, headers={"Retry-After": "0.3"})
        return web.json_response({"colour": "green"})

    minutes = iter(["of this minute", "of the next minute"])
    answer, tally = ask(busy_once, lambda: {"code": next(minutes)})
    assert answer == {"colour": "green"}
    assert asked == ["of this minute", "of the next minute"]
    assert (tally.requests, tally.retries, dict(tally.errors)) == (2, 1, {})


def test_a_product_that_stays_busy_is_an_error_after_three_more_times() -> None:
    async def always_busy(request: web.Request) -> web.Response:
        return web.json_response({"error": "too_many_requests"}, status=429, headers={"Retry-After": "0.01"})

    answer, tally = ask(always_busy)
    assert answer is None
    assert (tally.requests, tally.retries) == (4, 3)
    assert dict(tally.errors) == {"me: 429 too_many_requests": 1}


def test_a_refusal_is_an_error_at_once() -> None:
    async def unauthorized(request: web.Request) -> web.Response:
        return web.json_response({"error": "unauthorized"}, status=401)

    answer, tally = ask(unauthorized)
    assert (answer, tally.retries) == (None, 0)
    assert dict(tally.errors) == {"me: 401 unauthorized": 1}


def test_a_phone_says_why_it_got_no_pass() -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.json_response({"error": "overloaded"}, status=503, headers={"Retry-After": "7"})

    async def fetch() -> None:
        async with a_server(busy) as base, aiohttp.ClientSession() as session:
            await Phone(base, "ak1r_x").fetch_pass(session)

    with pytest.raises(PassRefused) as refused:
        asyncio.run(fetch())
    assert (refused.value.status, refused.value.retry_after) == (503, 7.0)


def test_without_a_running_product_the_day_does_not_begin() -> None:
    base = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotRunning, match="ankang up --demo"):
        asyncio.run(play(base, Cast([], []), 12, 50, None, Random(1), Console(quiet=True)))
