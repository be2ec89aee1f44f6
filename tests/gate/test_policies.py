"""Policies at the gate: the version in force by its clock, tests it asks for, masks, opening hours."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from ankang.core.colours import Colour
from ankang.core.policies import BY_SLUG, SHIPPED, PolicySet, policy_text
from ankang.core.verdicts import Direction, Reason, Verdict
from ankang.gate.handlers.judging import judge
from ankang.gate.policies import Released
from ankang.gate.tables import PolicyRow

SCHOOL, STREET = BY_SLUG["school"].id, BY_SLUG["passage"].id


def a_set(version: int = 1, **school: Any) -> str:
    """The shipped set with another rule for schools."""
    rows = [msgspec.structs.replace(row, **school) if row.type == "school" else row for row in SHIPPED.set.rows]
    return policy_text(PolicySet(version, 373, tuple(rows)))


@pytest.fixture
def release(ground: Any) -> Any:
    """Puts sets into the table, and takes them out at the end."""

    def put(text: str, effective_at: float) -> None:
        ground.sql(
            "insert into places_policyrelease (version, text, digest, state, author_name, note, revision, created_at, "
            "updated_at, effective_at, signature, kid) values (%s, %s, '', 'approved', 't', '', 1, now(), now(), "
            "to_timestamp(%s), '', 1)",
            msgspec.json.decode(text)["version"],
            text,
            effective_at,
        )
        ground.bump("policies")

    yield put
    with psycopg.connect(ground.server.url, autocommit=True) as connection:
        connection.execute("alter table places_policyrelease disable trigger user")
        connection.execute("delete from places_policyrelease")
        connection.execute("alter table places_policyrelease enable trigger user")
    ground.bump("policies")


def negative(ground: Any, person: int, hours_ago: float | None) -> None:
    """A negative test as health writes it down; None: it was retracted."""
    ground.sql(
        "insert into health_negativetest values (%s, to_timestamp(%s), pg_current_xact_id()::text::bigint) on conflict (person) "
        "do update set sampled_at = excluded.sampled_at, changed = excluded.changed",
        person,
        None if hours_ago is None else time.time() - hours_ago * 3600,
    )


def wait_for(look: Callable[[], Any], wanted: Any, seconds: float = 10) -> bool:
    """Whether it comes out as wanted within so many seconds."""
    until = time.monotonic() + seconds
    while look() != wanted and time.monotonic() < until:
        time.sleep(0.05)
    return bool(look() == wanted)


def seen(gate: Any, door: int, person: Any, direction: Direction = Direction.ENTRY) -> tuple[str, str]:
    """What the gate decides about a person at a door."""
    state = gate.gate.state
    verdict, reason, _ = judge(state, state.checkpoints[door], person.number, 0, direction, gate.now())
    return Verdict(verdict).slug, Reason(reason).slug


def shown(gate: Any, device: Any, person: Any, direction: str = "entry") -> tuple[str, str]:
    """What the door answers to a code."""
    body = {"code": person.code(gate.now()), "checkpoint": device.checkpoint, "direction": direction}
    answer = gate.call("POST", "/g/v1/verify", device.token, {**body, "temperature": None, "nonce": str(uuid4())})
    return answer.json["verdict"], answer.json["reason"]


def test_a_release_reaches_the_door_and_a_later_one_turns_by_the_gates_clock(gate: Any, ground: Any, release: Any) -> None:
    door = ground.a_checkpoint(SCHOOL)
    device, person = ground.a_device(door), ground.a_person(Colour.YELLOW)
    gate.catch_up()
    assert seen(gate, door, person) == ("deny", "colour")
    release(a_set(1, yellow="refer", mask=True), time.time() - 5)
    release(a_set(2, yellow="deny"), time.time() + 900)
    gate.catch_up()
    assert shown(gate, device, person) == ("refer", "colour")
    told = gate.call("GET", "/g/v1/door", device.token).json
    assert (told["policy"]["version"], told["policy"]["mask"], told["next_policy"]["version"]) == (1, True, 2)
    moment = told["next_policy"]["effective_at"]
    assert [gate.gate.state.policies.at(when).version for when in (moment - 1, moment + 1, moment - 1)] == [1, 2, 1]


def test_a_test_that_is_asked_for_is_known_within_the_second_and_forgotten_when_retracted(
    gate: Any, ground: Any, release: Any
) -> None:
    door = ground.a_checkpoint(SCHOOL)
    device = ground.a_device(door)
    fresh, old, never = (ground.a_person(Colour.GREEN) for _ in range(3))
    release(a_set(1, test_hours=48), time.time() - 5)
    negative(ground, fresh.number, 47)
    negative(ground, old.number, 49)
    gate.catch_up()
    gate.gate.state.tests.refresh()
    assert wait_for(lambda: seen(gate, door, fresh), ("admit", "ok"))
    assert [seen(gate, door, person) for person in (old, never)] == [("refer", "test")] * 2
    assert seen(gate, door, old, Direction.EXIT) == ("admit", "ok")
    negative(ground, fresh.number, None)
    assert wait_for(lambda: seen(gate, door, fresh), ("refer", "test"))
    told = gate.call("GET", "/g/v1/door", device.token).json["policy"]
    assert (told["test_hours"], told["entry"]["green"]["normal"]) == (48, ["refer", "test"])


def test_a_closed_door_lets_people_out_and_opening_hours_hold_for_visitors_who_scan_themselves(
    gate: Any, ground: Any
) -> None:
    closed = ground.a_checkpoint(STREET, closed_from="now", closed_until=None)
    person, other, third = (ground.a_person(Colour.GREEN) for _ in range(3))
    shut = ground.a_device(closed)
    monday_only = ground.a_checkpoint(STREET, hours="1 00:00-00:01")
    staffed = ground.a_device(monday_only)
    gate.catch_up()
    assert shown(gate, shut, person) == ("deny", "closed")
    assert shown(gate, shut, other, "exit") == ("admit", "ok")
    assert shown(gate, staffed, third) == ("admit", "ok")
    checkpoint = gate.gate.state.checkpoints[monday_only]
    assert checkpoint.is_out_of_hours(4 * 86_400 - 8 * 3600 + 3600)
    assert not checkpoint.is_out_of_hours(4 * 86_400 - 8 * 3600 + 30)


def test_without_a_readable_set_the_one_before_holds() -> None:
    released = Released()
    assert (released.at(1e9).version, released.at(1e9).of(SCHOOL)) == (0, SHIPPED.of(SCHOOL))
    released.replace([PolicyRow(100.0, a_set(1)), PolicyRow(200.0, '{"version": 2, "no": "set"}')])
    assert [released.at(moment).version for moment in (50, 150, 250, 150, 50)] == [0, 1, 1, 1, 0]
    assert released.coming(50) is not None
    assert released.coming(150) is None
