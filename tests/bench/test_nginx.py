"""Two gate machines behind nginx: a place's scanners meet at one of them, so a code is used there once."""

import http.client
import json
import time
from uuid import uuid4

import pytest

from bench import balancer
from bench.drills.house import House

pytestmark = pytest.mark.skipif(not balancer.is_there(), reason=balancer.ABSENT)


def show(port: int, token: str, door: str, code: str, place: str) -> tuple[int, dict[str, object], dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = {"code": code, "checkpoint": int(door), "direction": "entry", "nonce": str(uuid4())}
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if place:
        head["X-Ankang-Place"] = place
    connection.request("POST", "/g/v1/verify", json.dumps(body), head)
    response = connection.getresponse()
    answer = (response.status, json.loads(response.read()), {name.lower(): value for name, value in response.getheaders()})
    connection.close()
    return answer


def test_a_code_is_used_once_at_a_place_whichever_scanner_sees_it(house: House) -> None:
    doors = [line.split() for line in house.ground.doors.read_text().splitlines()]
    with house.machines(2) as machines:
        for machine in machines:
            machine.launch()
        for machine in machines:
            machine.ready()
        with balancer.balancing(house.folder / "nginx", [machine.address for machine in machines]) as (port, _):
            reasons = []
            for number, (token, door) in enumerate(doors[:12]):
                code = house.ground.code_of(number * 10, time.time())
                reasons += [show(port, token, door, code, door)[1]["reason"] for _ in range(2)]
            assert reasons == ["ok", "already_used"] * 12
            time.sleep(1.1)  # gates write their counts once a second
            shares = [machine.metric("ankang_gate_visits_durable_total") for machine in machines]
            assert sum(shares) == 24
            assert min(shares) > 0  # both machines served places, each place one of them

            machines[0].kill()
            for number in range(13, 20):
                token, door = doors[number]
                code = house.ground.code_of(number * 10 + 1, time.time())
                assert show(port, token, door, code, door)[1]["reason"] == "ok"

            machines[1].kill()
            status, answer, head = show(port, token, door, house.ground.code_of(5, time.time()), door)
            assert (status, answer["error"]) == (503, "overloaded")
            assert 1 <= int(head["retry-after"]) <= 8
