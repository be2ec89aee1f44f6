"""Two scanners with the same device number (a copied profile): nothing is lost or merged, and the house notices."""

from uuid import uuid4

from tests.gate.ground import Ground, InProcess, wait_until
from tests.gate.test_uploads import results, scan


def test_visits_of_both_stay_apart_and_the_gate_hears_two_machines(ground: Ground, gate: InProcess) -> None:
    door = ground.a_checkpoint()
    device, people = ground.a_device(door), [ground.a_person() for _ in range(4)]
    gate.catch_up()
    now = gate.now()
    for person in people[:2]:
        body = {"code": person.code(now), "checkpoint": door, "direction": "entry", "nonce": str(uuid4())}
        assert gate.call("POST", "/g/v1/verify", device.token, body).json["verdict"] == "admit"
    queues = [[scan(person.code(now - 600), door, now - 600)] for person in people[2:]]
    assert [results(gate, device.token, queue) for queue in (*queues, *queues)] == [[("recorded", "ok")]] * 2 + [[("duplicate", "ok")]] * 2
    both = "select count(*), count(distinct visit), count(distinct trace) from passage_visit where device = %s"
    assert ground.sql(both, device.number) == [(4, 4, 4)]

    said = {"at": now, "version": "scanner 0.1.0-abcdef12", "mode": "online", "queue": 0, "list_age": 60, "faults": ["camera_dark"]}
    machines = [f"web-{uuid4()}" for _ in range(2)]
    for machine in machines:
        assert gate.call("POST", "/g/v1/report", device.token, {"hardware": machine, **said}).status == 200
    heard = "select hardware, version, faults from places_devicereport where device_id = %s order by hardware"
    expected = [(machine, said["version"], "camera_dark") for machine in sorted(machines)]
    wait_until(lambda: ground.sql(heard, device.number) == expected, 30)
