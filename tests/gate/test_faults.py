"""What may go wrong, on purpose: gates and the database are killed under load, the database goes away and comes back."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from ankang.core.colours import Colour
from tests.gate.ground import Ground, InProcess, Served, serving, wait_until
from tests.gate.rush import Rush

AWAY = 8.0
"""Seconds the database stays away; ten minutes in `make drill ARGS="database --full"`."""


@pytest.fixture(autouse=True)
def _database_is_back(ground: Ground) -> Iterator[None]:
    yield
    ground.server.revive()


def spooled(served: Served) -> int:
    return int(served.call("GET", "/g/v1/health").json["spool"])


def drained(served: Served) -> bool:
    """The database is back and nothing waits in the spool."""
    try:
        health = served.call("GET", "/g/v1/health").json
    except OSError:
        return False
    return bool(health["database"] and health["spool"] == 0 and health["queue"] == 0)


@pytest.mark.timeout(120)
def test_killed_gates_and_databases_lose_no_answered_visit(ground: Ground) -> None:
    with serving(ground, workers=2) as one, serving(ground) as two:
        with Rush(ground, [one.port, two.port]) as rush:
            for _ in range(2):
                time.sleep(1.0)
                os.kill(one.workers()[-1], signal.SIGKILL)
                time.sleep(1.0)
                ground.kill_database()
                time.sleep(0.7)
                ground.server.revive()
                time.sleep(1.0)
                two.kill()
                two.start()
                ground.kill_database()
                one.kill()
                ground.server.revive()
                one.start()
        wait_until(lambda: drained(one) and drained(two), 30)
        assert len(rush.answers) > 300
        assert rush.repeats > 0
        rush.check(ground)


@pytest.mark.timeout(180)
def test_doors_are_served_while_the_database_is_away(ground: Ground) -> None:
    with serving(ground) as gate, Rush(ground, [gate.port], scanners=6) as rush:
        time.sleep(1.0)
        before = len(rush.answers)
        ground.kill_database()
        time.sleep(AWAY)
        during = len(rush.answers)
        waiting = spooled(gate)
        ground.server.revive()
        wait_until(lambda: bool(gate.call("GET", "/g/v1/health").json["database"]), 20)
        time.sleep(1.0)
        rush._over = True
        rush._thread.join()
        assert during - before > 10 * AWAY
        assert 0 < waiting <= during - before + 6
        wait_until(lambda: drained(gate), 30)
        rush.check(ground)
        assert {answer["verdict"] for answer in rush.answers.values()} <= {"admit", "deny"}


def test_a_gate_starts_while_the_database_is_away(ground: Ground) -> None:
    person, door = ground.a_person(), ground.a_checkpoint()
    device = ground.a_device(door)
    with serving(ground) as gate:
        wait_until(lambda: gate.call("GET", "/g/v1/me", person.token).json["colour"] == "green")
        wait_until(lambda: gate.call("GET", "/g/v1/door", device.token).status == 200)
        gate.stop()
        ground.kill_database()
        gate.start()
        body = {
            "code": person.code(time.time()), "checkpoint": door, "direction": "entry",
            "nonce": "00000000-0000-4000-8000-000000000001",
        }  # fmt: skip
        answer = gate.call("POST", "/g/v1/verify", device.token, body).json
        assert (answer["verdict"], spooled(gate)) == ("admit", 1)  # on this machine's disk
        ground.server.revive()
        wait_until(lambda: drained(gate), 20)
        assert len(ground.visits(answer["visit"])) == 1


def test_another_process_leads_when_the_leader_dies(ground: Ground) -> None:
    person = ground.a_person()
    with serving(ground) as one:
        wait_until(lambda: one.call("GET", "/g/v1/health").json["role"] == "leader")
        with serving(ground) as two:
            assert two.call("GET", "/g/v1/health").json["role"] == "follower"
            one.kill()
            wait_until(lambda: two.call("GET", "/g/v1/health").json["role"] == "leader", 5)
            ground.colour(person.number, Colour.RED)
            wait_until(lambda: two.call("GET", "/g/v1/me", person.token).json["colour"] == "red", 5)


def test_two_gates_refuse_each_others_codes(ground: Ground) -> None:
    person, door = ground.a_person(), ground.a_checkpoint()
    device = ground.a_device(door)
    with serving(ground) as one, serving(ground) as two:
        for gate in (one, two):
            wait_until(lambda gate=gate: gate.call("GET", "/g/v1/door", device.token).status == 200)  # type: ignore[misc]
        code = person.code(time.time())

        def shown(gate: Served, nonce: int) -> dict[str, object]:
            body = {
                "code": code, "checkpoint": door, "direction": "entry",
                "nonce": f"00000000-0000-4000-8000-{nonce:012x}",
            }  # fmt: skip
            return dict(gate.call("POST", "/g/v1/verify", device.token, body).json)

        first = shown(one, 21)
        assert (first["verdict"], first["reason"]) == ("admit", "ok")
        assert shown(two, 22)["reason"] == "already_used"
        assert shown(two, 21) == first
        assert ground.sql("select count(*) from passage_visit where device = %s", device.number) == [(2,)]


def test_ctrl_c_ends_a_gate_cleanly(ground: Ground) -> None:
    with serving(ground, workers=2) as gate:
        assert gate.stop() == 0


def test_a_full_disk_acknowledges_nothing(ground: Ground) -> None:
    person, door = ground.a_person(), ground.a_checkpoint()
    device = ground.a_device(door)
    gate = InProcess(ground.settings)
    try:
        gate.catch_up()
        spool = gate.gate.intake._spool
        ground.kill_database()
        spool._connection().execute("vacuum")
        # What SQLite says at this limit is what a full disk makes it say.
        spool._connection().execute("pragma max_page_count = 1")
        answers = [
            gate.call(
                "POST",
                "/g/v1/verify",
                device.token,
                {"code": person.code(gate.now()), "checkpoint": door, "direction": "entry",
                 "nonce": f"00000000-0000-4000-8000-{number:012x}"},
            )
            for number in range(31, 71)
        ]  # fmt: skip
        refused = [answer for answer in answers if answer.status == 503]
        assert refused
        assert {answer.json["error"] for answer in refused} == {"overloaded"}
        kept = {answer.json["visit"] for answer in answers if answer.status == 200}
        ground.server.revive()
        spool.close()
        wait_until(lambda: gate.call("GET", "/g/v1/health").json["spool"] == 0, 20)
        assert {row[0] for row in ground.visits(*kept)} == kept
    finally:
        gate.stop()
