"""At a door: who is admitted, who is not, and that each answer is a stored visit."""

from uuid import uuid4

from ankang.core.colours import Colour
from tests.gate.ground import Ground, InProcess


def shown(code: str, checkpoint: int, **more: object) -> dict[str, object]:
    return {"code": code, "checkpoint": checkpoint, "direction": "entry", "nonce": str(uuid4())} | more


def test_a_green_code_is_admitted_and_stored(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, person = ground.a_device(door), ground.a_person()
    gate.catch_up()
    answer = gate.call("POST", "/g/v1/verify", device.token, shown(person.code(gate.now()), door, temperature=36.5))
    visit = answer.json.pop("visit")
    at = answer.json.pop("at")
    assert abs(at - gate.now()) < 5
    assert (answer.status, answer.json) == (
        200,
        {"verdict": "admit", "reason": "ok", "colour": "green", "name": "王*明"},
    )
    assert ground.visits(visit) == [(visit, 1, 1, int(Colour.GREEN), 1, True)]
