"""Visits become durable: by COPY, by insert where something repeats, in the spool where nothing else helps."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from ankang.core.epochs import day_of, epoch_of
from ankang.gate.intake import Intake
from ankang.gate.leader import Drain
from ankang.gate.link import Link
from ankang.gate.recording import copy_visits, insert_once
from ankang.gate.spool import Spool, SpoolFull
from ankang.gate.visits import Visit
from ankang.gate.window import Window
from tests.gate.ground import Ground

NOW = datetime.now(UTC)


def a_visit(at: datetime = NOW, **more: object) -> Visit:
    moment = int(at.timestamp() * 1_000_000)
    fields = {
        "visit": uuid4().bytes, "trace": uuid4().bytes, "at": moment, "received_at": moment, "checkpoint": 7,
        "device": 8, "direction": 1, "temperature": 365, "verdict": 1, "reason": 1, "colour": 1, "kind": 1,
    } | more  # fmt: skip
    return Visit(**fields)  # type: ignore[arg-type]


def stored(ground: Ground, visit: Visit) -> list[tuple[object, ...]]:
    return ground.sql(
        "select trace, day, at, received_at, checkpoint, device, direction, temperature, verdict, reason, colour, kind "
        "from passage_visit where visit = %s",
        UUID(bytes=visit.visit),
    )


def run(work: object) -> object:
    return asyncio.run(work)  # type: ignore[arg-type]


@pytest.mark.parametrize("device", [8, 0])
@pytest.mark.parametrize("temperature", [365, 0])
@pytest.mark.parametrize("insert", [copy_visits, insert_once])
def test_a_row_holds_what_the_visit_says(ground: Ground, device: int, temperature: int, insert: object) -> None:
    visit = a_visit(NOW.replace(microsecond=123_457), device=device, temperature=temperature, direction=2, reason=6)

    async def write() -> None:
        connection = await asyncpg.connect(ground.server.url)
        await insert(connection, [visit])  # type: ignore[operator]
        await connection.close()

    run(write())
    moment = NOW.replace(microsecond=123_457)
    assert stored(ground, visit) == [
        (UUID(bytes=visit.trace), day_of(epoch_of(NOW.timestamp())), moment, moment, 7, device or None, 2,
         temperature or None, 1, 6, 1, 1)
    ]  # fmt: skip


class Writing:
    """An intake on a spool of its own."""

    def __init__(self, ground: Ground, folder: Path, url: str = "") -> None:
        self.spool = Spool(folder / "spool.sqlite3")
        self.link = Link(url or ground.server.url, "test")
        self.window = Window(folder / f"window.{uuid4()}")
        self.intake = Intake(self.link, self.spool, self.window, time.time)
        self.away = bool(url)

    async def __aenter__(self) -> Intake:
        self.link.start()
        self.intake.start()
        if not self.away:
            await self.link.wait()
        return self.intake

    async def __aexit__(self, *_: object) -> None:
        await self.intake.stop()
        await self.link.stop()
        self.window.close()


NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


def test_what_was_stored_first_is_the_answer(ground: Ground, tmp_path: Path) -> None:
    first = a_visit(name=b"x")
    second = Visit(**({key: getattr(first, key) for key in first.__struct_fields__} | {"verdict": 2, "reason": 9}))

    async def write() -> list[Visit]:
        told = []
        for visit in (first, second):  # two machines: their windows know nothing of each other
            async with Writing(ground, tmp_path) as intake:
                batch = intake.take(visit)
                await batch.done
                told.append(batch.outcome(visit))
        return told

    assert run(write()) == [first, first]
    assert len(stored(ground, first)) == 1


def test_a_repeat_in_the_same_batch_is_the_same_row(ground: Ground, tmp_path: Path) -> None:
    visit = a_visit()

    async def write() -> None:
        async with Writing(ground, tmp_path) as intake:
            batches = {intake.take(visit), intake.take(visit, True), intake.take(a_visit())}
            await asyncio.gather(*[batch.done for batch in batches])

    run(write())
    assert len(stored(ground, visit)) == 1


def test_a_day_without_a_place_keeps_nobody_else_out(ground: Ground, tmp_path: Path) -> None:
    good, homeless = [a_visit() for _ in range(5)], a_visit(NOW + timedelta(days=40))

    async def write() -> int:
        async with Writing(ground, tmp_path) as intake:
            batches = {intake.take(visit) for visit in [*good, homeless]}
            await asyncio.gather(*[batch.done for batch in batches])
            return intake.alerts

    assert run(write()) == 1
    assert [len(stored(ground, visit)) for visit in [*good, homeless]] == [1] * 5 + [0]
    assert Spool(tmp_path / "spool.sqlite3").count() == (1, 1)


def test_the_spool_answers_repeats_too(ground: Ground, tmp_path: Path) -> None:
    first = a_visit()
    second = Visit(**({key: getattr(first, key) for key in first.__struct_fields__} | {"verdict": 3}))

    async def write() -> object:
        async with Writing(ground, tmp_path, NOWHERE) as intake:
            await intake.take(first).done
            again = intake.take(second, True)
            await again.done
            return again.outcome(second)

    assert run(write()) == first


def test_the_spool_drains_in_order_and_once(ground: Ground, tmp_path: Path) -> None:
    visits, homeless = [a_visit(checkpoint=number) for number in range(1, 30)], a_visit(NOW - timedelta(days=300))
    spool = Spool(tmp_path / "spool.sqlite3")
    spool.add([homeless])
    spool.add(visits)
    assert spool.add(visits[:3]).new == set()
    assert [visit for _, visit in spool.take(100, 0.0)] == [homeless, *visits]

    async def drain() -> list[bool]:
        link = Link(ground.server.url, "test")
        link.start()
        await link.wait()
        # One of them is already there, as after a commit whose answer was lost.
        await insert_once(link.connection, visits[4:5])
        draining = Drain(link, tmp_path / "spool.sqlite3")
        moved = [await draining.step(), await draining.step()]
        await link.stop()
        return moved

    assert run(drain()) == [True, False]
    assert [len(stored(ground, visit)) for visit in visits] == [1] * len(visits)
    assert spool.count() == (1, 1)


def test_nothing_is_acknowledged_that_nobody_could_keep(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(SpoolFull):
        Spool(folder / "spool.sqlite3").add([a_visit()])


def test_a_request_that_is_given_up_does_not_disturb_its_batch(ground: Ground, tmp_path: Path) -> None:
    visit = a_visit()

    async def write() -> None:
        async with Writing(ground, tmp_path) as intake:

            async def one(visit: Visit) -> None:
                await intake.take(visit).done

            given_up, patient = asyncio.create_task(one(a_visit())), asyncio.create_task(one(visit))
            await asyncio.sleep(0)
            given_up.cancel()
            await patient
            assert given_up.done()

    run(write())
    assert len(stored(ground, visit)) == 1
