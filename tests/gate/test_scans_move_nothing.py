"""Property: no sequence of scans alone changes anybody's colour (I4, issue 5 item 6).

A real gate stands on the tests' control plane. Whatever is shown, forwarded, ticked, brought along or uploaded with forged
times, everybody is evaluated anew afterwards: the colours and the change feed are as before.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ankang.config.settings import Settings, load_settings
from ankang.core.place_codes import printed, rotating
from ankang.core.verdicts import VisitKind
from tests.gate.ground import Ground, InProcess, Person
from tests.gate.walking import Together

PEOPLE = st.integers(0, 5)
DOORS = st.integers(0, 1)
AGES = st.sampled_from([0, 0, 1, 2, 30, 1500, -2])  # minutes since the code was shown
WAYS = st.sampled_from(["entry", "exit"])
HEAT = st.sampled_from([None, 36.5, 39.0])


class ControlPlane(Ground):
    """The tests' own database as a gate's ground."""

    def __init__(self, folder: Path) -> None:
        from django.db import connection

        parts = connection.settings_dict
        secret = quote(str(parts["PASSWORD"]), safe="")
        url = f"postgresql://{parts['USER']}:{secret}@/{parts['NAME']}?host={quote(str(parts['HOST']), safe='')}"
        keys = load_settings().keys_folder
        self.settings = Settings(data=folder, database_url=url, gate_device_rate=1e6, gate_resident_rate=1e6)
        self.settings.keys_folder.parent.mkdir(parents=True, exist_ok=True)
        self.settings.keys_folder.symlink_to(keys)
        self.server = SimpleNamespace(url=url)  # type: ignore[assignment]
        self.sql("update trust_key set not_before = not_before - interval '30 days'")
        self.keys = asyncio.run(self._open_keys())
        self.organisation = self._organisation("宁国市", None)


class World:
    """Six people of every colour, two doors, and a gate that knows them."""

    def __init__(self, ground: Ground, gate: InProcess) -> None:
        from django.db import transaction

        from tests.health import builders as health

        self.ground, self.gate, self.together = ground, gate, Together(ground, gate)
        with transaction.atomic():
            numbers = [health.a_person() for _ in range(6)]
            health.isolation(numbers[1], health.NOW - health.days(1), health.NOW + health.days(9), setting="central")
        self.people = [Person(number, "王*明", ground) for number in numbers]
        self.doors = [ground.a_checkpoint(), ground.a_checkpoint(latitude=30.6, longitude=118.9)]
        self.devices = [ground.a_device(door) for door in self.doors]
        self.group = self.together.group(*self.people)
        gate.catch_up()
        self.before = self.colours()

    def colours(self) -> tuple[Any, Any]:
        """Everybody's colour, and the whole change feed."""
        rows = "select person, colour, since, until, reasons::text from health_colour order by person"
        return (self.ground.sql(rows), self.ground.sql("select seq, person, old, new from health_colourchange order by seq"))

    def reevaluate(self) -> None:
        """Evaluate everybody anew, each way there is."""
        from django.db import transaction

        from tests.health.builders import NOW, both_ways

        with transaction.atomic():
            for one_way in both_ways():
                for person in self.people:
                    one_way(person.number, NOW)


class Scans(RuleBasedStateMachine):
    """Random scans at the world's doors; the gate never breaks, and nobody's colour moves."""

    world: World

    def _post(self, path: str, token: str, body: object) -> Any:
        answer = self.world.gate.call("POST", path, token, body)
        assert answer.status < 500, answer.json
        return answer.json

    @initialize(pairs=st.sets(st.integers(1, 5), max_size=3))
    def walk(self, pairs: set[int]) -> None:
        people = self.world.people
        self.world.together.walk(people[0], *(people[one] for one in sorted(pairs)))

    @rule(who=PEOPLE, door=DOORS, age=AGES, way=WAYS, heat=HEAT)
    def show(self, who: int, door: int, age: int, way: str, heat: float | None) -> None:
        code = self.world.people[who].code(self.world.gate.now() - 60 * age)
        self._post("/g/v1/verify", self.world.devices[door].token, self._at(door, way, heat) | {"code": code})

    @rule(who=PEOPLE, door=DOORS, turns=st.booleans(), age=AGES, near=st.sampled_from([None, 0.0, 5.0]), heat=HEAT)
    def scan_a_picture(self, who: int, door: int, turns: bool, age: int, near: float | None, heat: float | None) -> None:
        world, now = self.world, self.world.gate.now()
        proof = None if near is None else {"token": "AAAA", "latitude": 30.6 + near, "longitude": 118.9, "accuracy": 20}
        body = {"place": place_code(world.ground, world.doors[door], turns, now - 60 * age), "nonce": str(uuid4()), "proof": proof}
        answer = self._post("/g/v1/scan", world.people[who].token, body | {"temperature": heat})
        if not turns or abs(age) > 1:
            assert answer["verdict"] != "admit"

    @rule(door=DOORS, present=st.sets(PEOPLE), way=WAYS)
    def tick(self, door: int, present: set[int], way: str) -> None:
        token = self.world.devices[door].token
        listed = self.world.gate.call("GET", f"/g/v1/members?group={self.world.group}", token).json["members"]
        ticked = [listed[one]["member"] for one in sorted(present)]
        body = self._at(door, way, None) | {"group": str(self.world.group), "present": ticked}
        del body["temperature"]
        self._post("/g/v1/group", token, body)

    @rule(
        who=PEOPLE, door=DOORS, shift=st.integers(-8 * 86_400, 600), way=WAYS, heat=HEAT,
        verdict=st.sampled_from(["admit", "deny", "refer"]), reason=st.sampled_from(["ok", "colour", "stale", "nonsense"]),
    )  # fmt: skip
    def upload(self, who: int, door: int, shift: int, way: str, heat: float | None, verdict: str, reason: str) -> None:
        at = self.world.gate.now() + shift
        code = self.world.people[who].code(self.world.gate.now())
        scan = self._at(door, way, heat) | {"code": code, "at": at, "verdict": verdict, "reason": reason}
        self._post("/g/v1/visits", self.world.devices[door].token, {"scans": [scan, scan]})

    @rule(who=PEOPLE, junk=st.text(max_size=30), door=DOORS)
    def nonsense(self, who: int, junk: str, door: int) -> None:
        self._post("/g/v1/verify", self.world.devices[door].token, self._at(door, "entry", None) | {"code": junk})
        self._post("/g/v1/scan", self.world.people[who].token, {"place": junk, "nonce": str(uuid4())})

    @invariant()
    def the_feed_stands_still(self) -> None:
        assert self.world.ground.sql("select coalesce(max(seq), 0) from health_feedhead") == [(len(self.world.before[1]),)]

    def teardown(self) -> None:
        self.world.reevaluate()
        assert self.world.colours() == self.world.before

    def _at(self, door: int, way: str, heat: float | None) -> dict[str, object]:
        return {"checkpoint": self.world.doors[door], "direction": way, "nonce": str(uuid4()), "temperature": heat}


def place_code(ground: Ground, door: int, turns: bool, at: float) -> str:
    """A place code as a poster says it, or as a screen showed it at a moment."""
    if turns:
        placing = ground.keys.place(time.time())
        assert placing is not None
        return rotating(door, 1, placing[0], 1, int(at // 60), placing[1])
    signing = ground.keys.signer(time.time())
    assert signing is not None
    return printed(door, 1, signing[0], 1, signing[1])


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, transactional_db: None) -> Iterator[World]:
    ground = ControlPlane(tmp_path_factory.mktemp("gate"))
    gate = InProcess(ground.settings)
    try:
        yield World(ground, gate)
    finally:
        gate.stop()


def test_no_sequence_of_scans_moves_a_colour(world: World) -> None:
    assert {row[1] for row in world.before[0]} >= {1, 3}
    machine = type("ScansHere", (Scans,), {"world": world})
    tour = machine()
    tour.walk({1, 2})
    tour.show(0, 0, 0, "entry", 36.5)
    tour.scan_a_picture(4, 1, True, 0, None, None)
    tour.tick(0, {1, 3, 5}, "entry")
    tour.upload(5, 1, -30, "entry", None, "admit", "ok")
    assert {row[0] for row in world.ground.sql("select distinct kind from passage_visit")} == set(map(int, VisitKind))
    tour.teardown()
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=5, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def test_a_forwarded_picture_does_nothing_but_say_so(world: World) -> None:
    """The photograph of a poster, and of a screen some minutes ago, sent to somebody elsewhere: no presence."""
    somebody, door = world.people[0], world.doors[1]
    poster = {"place": place_code(world.ground, door, False, 0), "nonce": str(uuid4())}
    far = {"proof": {"token": "AAAA", "latitude": 31.9, "longitude": 117.3, "accuracy": 30}}
    for more in ({}, far):
        answer = world.gate.call("POST", "/g/v1/scan", somebody.token, poster | more | {"nonce": str(uuid4())}).json
        assert (answer["verdict"], answer["reason"], answer["colour"]) == ("refer", "presence", "grey")
        assert answer["message"]
    token = world.gate.call("POST", "/g/v1/presence", somebody.token, {"place": poster["place"]}).json["token"]
    opened = {"proof": {"token": token, "latitude": 31.9, "longitude": 117.3, "accuracy": 30}, "nonce": str(uuid4())}
    assert world.gate.call("POST", "/g/v1/scan", somebody.token, poster | opened).json["reason"] == "presence"
    old = {"place": place_code(world.ground, door, True, world.gate.now() - 180), "nonce": str(uuid4())}
    answer = world.gate.call("POST", "/g/v1/scan", somebody.token, old).json
    assert (answer["verdict"], answer["reason"]) == ("deny", "expired")
    admitted = "select count(*) from passage_visit where verdict = 1"
    assert world.ground.sql(admitted) == [(0,)]
    world.reevaluate()
    assert world.colours() == world.before
