"""A door with three lanes: three devices, several gate processes, one replay window; a code passes one lane."""

import threading
from uuid import uuid4

from ankang.core.verdicts import Reason, Verdict
from tests.gate.ground import Ground, serving, wait_until

ROUNDS = 12


def test_of_three_lanes_that_race_for_one_code_exactly_one_admits(ground: Ground) -> None:
    checkpoint = ground.a_checkpoint()
    lanes = [ground.a_device(checkpoint, lane=f"{number} 号通道") for number in (1, 2, 3)]
    people = [ground.a_person() for _ in range(ROUNDS)]
    with serving(ground, workers=3) as gate:
        door = {"checkpoint": checkpoint, "direction": "entry"}
        wait_until(lambda: gate.call("GET", "/g/v1/door", lanes[0].token).status == 200)
        assert [gate.call("GET", "/g/v1/door", lane.token).json["lane"] for lane in lanes] == ["1 号通道", "2 号通道", "3 号通道"]
        probe = people[-1]
        wait_until(lambda: _shown(gate, lanes[0].token, door, probe)[0] == "admit")
        for person in people[:-1]:
            code, answers, start = person.code(_now()), [], threading.Barrier(3)

            def race(token: str, code: str = code, answers: list[object] = answers, start: object = start) -> None:
                start.wait()  # type: ignore[attr-defined]
                answers.append(_post(gate, token, door, code))

            racers = [threading.Thread(target=race, args=(lane.token,)) for lane in lanes]
            for racer in racers:
                racer.start()
            for racer in racers:
                racer.join()
            assert sorted(answers) == [("admit", "ok"), ("deny", "already_used"), ("deny", "already_used")]  # type: ignore[type-var]
    numbers = [lane.number for lane in lanes]
    stored = ground.sql(
        "select verdict, reason, count(*) from passage_visit where device = any(%s) and trace <> %s group by 1, 2",
        numbers,
        "00000000-0000-0000-0000-000000000000",
    )
    counts = {(verdict, reason): count for verdict, reason, count in stored}
    assert counts[Verdict.DENY, Reason.ALREADY_USED] == 2 * (ROUNDS - 1)
    assert counts[Verdict.ADMIT, Reason.OK] == ROUNDS


def _now() -> float:
    import time

    return time.time()


def _shown(gate: object, token: str, door: dict[str, object], person: object) -> tuple[str, str]:
    return _post(gate, token, door, person.code(_now()))  # type: ignore[attr-defined]


def _post(gate: object, token: str, door: dict[str, object], code: str) -> tuple[str, str]:
    body = door | {"code": code, "nonce": str(uuid4())}
    answer = gate.call("POST", "/g/v1/verify", token, body).json  # type: ignore[attr-defined]
    return (answer.get("verdict", ""), answer.get("reason", ""))
