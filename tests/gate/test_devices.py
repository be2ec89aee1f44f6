"""What devices say of themselves: kept by machine, told to nobody who was revoked; two machines under one number are two."""

import time
from uuid import uuid4

import pytest

from tests.gate.ground import Device, Ground, InProcess, wait_until


def a_report(**said: object) -> dict[str, object]:
    """A report of a scanner that is well."""
    return {"hardware": "SN-0001", "at": time.time(), "version": "1.0", **said}


def rows(ground: Ground, device: Device) -> list[tuple[object, ...]]:
    """(hardware, mode, whole seconds of clock offset, queue, battery, faults) as stored."""
    return ground.sql(
        "select hardware, mode, round(clock_offset)::int, queue, battery, faults from places_devicereport "
        "where device_id = %s order by hardware",
        device.number,
    )


def test_the_newest_word_of_each_machine_is_kept(ground: Ground, gate: InProcess) -> None:
    device = ground.a_device(ground.a_checkpoint())
    gate.catch_up()
    answer = gate.call("POST", "/g/v1/report", device.token, a_report(at=gate.now() - 90, queue=7, battery=40))
    assert (answer.status, round(answer.json["clock_offset"]), answer.json["device"]["id"]) == (200, -90, device.number)
    wait_until(lambda: rows(ground, device) == [("SN-0001", "online", -90, 7, 40, "")])
    gate.call("POST", "/g/v1/report", device.token, a_report(mode="offline", faults=["no_list", "clock_off"]))
    wait_until(lambda: rows(ground, device) == [("SN-0001", "offline", 0, 0, None, "no_list clock_off")])


def test_two_scanners_under_one_number_are_two_rows_and_their_visits_stay_apart(ground: Ground, gate: InProcess) -> None:
    checkpoint = ground.a_checkpoint()
    device, one, two = ground.a_device(checkpoint), ground.a_person(), ground.a_person()
    gate.catch_up()
    for hardware in ("SN-0001", "SN-0002"):
        assert gate.call("POST", "/g/v1/report", device.token, a_report(hardware=hardware)).status == 200
    wait_until(lambda: [row[0] for row in rows(ground, device)] == ["SN-0001", "SN-0002"])
    visits = []
    for person in (one, two):  # each of the two scanners makes nonces of its own
        body = {"checkpoint": checkpoint, "direction": "entry", "nonce": str(uuid4()), "code": person.code(gate.now())}
        visits.append(gate.call("POST", "/g/v1/verify", device.token, body).json["visit"])
    assert len(ground.visits(*visits)) == 2


def test_one_credential_cannot_fill_the_table(ground: Ground, gate: InProcess) -> None:
    device = ground.a_device(ground.a_checkpoint())
    gate.catch_up()
    for number in range(40):
        gate.call("POST", "/g/v1/report", device.token, a_report(hardware=f"SN-{number:04}"))
    wait_until(lambda: len(rows(ground, device)) == 16)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hardware", ""), ("hardware", "a b"), ("at", "now"), ("version", "x" * 41), ("queue", -1),
        ("battery", 101), ("mode", "asleep"), ("faults", ["x"] * 9), ("faults", ["<b>"]),
    ],
)  # fmt: skip
def test_a_report_that_makes_no_sense_is_refused(ground: Ground, gate: InProcess, field: str, value: object) -> None:
    device = ground.a_device(ground.a_checkpoint())
    gate.catch_up()
    answer = gate.call("POST", "/g/v1/report", device.token, a_report(**{field: value}))
    assert (answer.status, answer.json["error"], answer.json["details"]["field"].partition("[")[0]) == (422, "bad_field", field)


def test_a_revoked_device_is_told_so(ground: Ground, gate: InProcess) -> None:
    device = ground.a_device(ground.a_checkpoint(), revoked=True)
    gate.catch_up()
    answer = gate.call("POST", "/g/v1/report", device.token, a_report())
    assert (answer.status, answer.json["error"]) == (401, "device_revoked")
    assert rows(ground, device) == []
