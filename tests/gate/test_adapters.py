"""The gate behind a real server: what comes over the wire, and how it says it is."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ankang.gate.admission import FIRST
from ankang.gate.asgi import GateAsgi
from ankang.gate.rsgi import HOLD_SECONDS
from tests.gate.ground import Ground, Served, serving, wait_until


@pytest.fixture(scope="module")
def served(ground: Ground) -> Iterator[Served]:
    with serving(ground, workers=2) as served:
        yield served


def wire(served: Served, request: bytes) -> bytes:
    """What the server answers to raw bytes."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(65_536)


def post(path: str, headers: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n".encode() + body


def test_ten_megabytes_are_refused_unread(served: Served) -> None:
    answer = wire(served, post("/g/v1/verify", "Content-Length: 10485760\r\n", b"x" * 1000))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"body_too_large"' in answer


def test_ten_megabytes_in_chunks_are_refused_at_the_limit(served: Served) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    answer = wire(served, post("/g/v1/verify", "Transfer-Encoding: chunked\r\n", chunk * 5))
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_small_body_in_chunks_is_read(ground: Ground, served: Served) -> None:
    device = ground.a_device(ground.a_checkpoint())
    wait_until(lambda: served.call("GET", "/g/v1/door", device.token).status == 200)
    body = json.dumps({"code": "x", "checkpoint": device.checkpoint, "direction": "entry", "nonce": str(uuid4())})
    head = f"Transfer-Encoding: chunked\r\nAuthorization: Bearer {device.token}\r\n"
    time.sleep(1.2)  # the other worker looks once a second
    answer = wire(served, post("/g/v1/verify", head, f"{len(body):x}\r\n{body}\r\n0\r\n\r\n".encode()))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"reason":"invalid"' in answer


def test_bodies_that_do_not_come_keep_nobody_out(ground: Ground, served: Served) -> None:
    head = post("/g/v1/verify", "Content-Length: 100\r\n", b"")
    with contextlib.ExitStack() as slow:
        for _ in range(4 * FIRST):
            slow.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10)).sendall(head)
        time.sleep(3 * HOLD_SECONDS)
        answers = {wire(served, post("/g/v1/verify", "Content-Length: 2\r\n", b"{}"))[:12] for _ in range(20)}
    assert answers == {b"HTTP/1.1 401"}  # let in, and asked who it is


def test_health_and_metrics_speak_for_all_workers(ground: Ground, served: Served) -> None:
    device = ground.a_device(ground.a_checkpoint())
    wait_until(lambda: served.call("GET", "/g/v1/health").json["workers"] >= 2)
    wait_until(lambda: served.call("GET", "/g/v1/door", device.token).status == 200)
    time.sleep(1.2)
    body = {"code": "x", "checkpoint": device.checkpoint, "direction": "entry", "nonce": str(uuid4())}
    before = refused(served)
    assert served.call("POST", "/g/v1/verify", device.token, body).json["reason"] == "invalid"
    wait_until(lambda: refused(served) == before + 1)
    health = served.call("GET", "/g/v1/health").json
    assert (health["status"], health["database"], health["leader"], health["spool"]) == ("ok", True, True, 0)
    assert health["feed_age"] < 5


def refused(served: Served) -> float:
    text = served.call("GET", "/g/v1/metrics").json.decode()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "ankang_gate_visits_total" and sample.labels["reason"] == "invalid"
    )


def test_the_same_gate_speaks_asgi(ground: Ground) -> None:
    person = ground.a_person()

    async def talk() -> list[tuple[int, Any]]:
        app, inbox, outbox = GateAsgi(ground.settings), asyncio.Queue[Any](), asyncio.Queue[Any]()
        life = asyncio.create_task(app({"type": "lifespan"}, inbox.get, outbox.put))
        await inbox.put({"type": "lifespan.startup"})
        assert (await outbox.get())["type"] == "lifespan.startup.complete"
        assert app.gate is not None
        while app.gate.state.keys is None:
            await asyncio.sleep(0.05)
        answers = [
            await ask(app, "GET", "/g/v1/me", [(b"Authorization", f"Bearer {person.token}".encode())], []),
            await ask(app, "POST", "/g/v1/verify", [(b"content-type", b"application/json")], [b"x" * 40_000] * 3),
        ]
        await inbox.put({"type": "lifespan.shutdown"})
        await life
        return answers

    (first, me), (second, fault) = asyncio.run(talk())
    assert (first, set(me)) == (200, {"colour", "since", "until", "stale", "server_time"})
    assert (second, fault["error"]) == (413, "body_too_large")


async def ask(
    app: GateAsgi, method: str, path: str, headers: list[tuple[bytes, bytes]], chunks: list[bytes]
) -> tuple[int, Any]:
    parts = iter([*({"body": chunk, "more_body": True} for chunk in chunks), {"body": b"", "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(parts)

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
    return (sent[0]["status"], json.loads(sent[1]["body"]))
