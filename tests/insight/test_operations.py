"""The lamps say what gates say, and a gate that says nothing is not taken for a well one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ankang.insight.models import GateReport
from ankang.insight.operations import Devices, GateProcess, Light, count_devices, lamps_of, read_operations
from ankang.places.device_models import DeviceReport
from ankang.places.models import Device
from tests.passage.builders import NOW
from tests.places.builders import a_checkpoint, staff

WELL: dict[str, Any] = {
    "admitted_minute": 1200, "refused_minute": 0, "database": 1, "spool": 0, "homeless": 0, "feed_age": 0.4,
    "stale": False, "clock_error": 0.1, "list_until": NOW.timestamp() + 3600,
}  # fmt: skip


def a_gate(machine: str = "a", worker: int = 1, age: float = 1.0, **said: object) -> GateProcess:
    return GateProcess(machine, worker, age, {**WELL, **said})


def lights(*gates: GateProcess) -> list[tuple[str, Light]]:
    """(chapter, light) of the lamps in their order; the first is that of the gates."""
    return [(lamp.chapter, lamp.light) for lamp in lamps_of(gates, NOW.timestamp())]


def changed(*gates: GateProcess) -> list[tuple[str, Light]]:
    """The lamps that are not as they are in a house that is well."""
    return [found for found, well in zip(lights(*gates), lights(a_gate()), strict=True) if found != well]


def test_a_house_that_is_well() -> None:
    assert {light for _, light in lights(a_gate(), a_gate("b"))} == {Light.WELL}


@pytest.mark.parametrize(
    ("said", "lamp"),
    [
        ({"refused_minute": 10}, ("overload", Light.LOOK)),
        ({"refused_minute": 9000}, ("overload", Light.ACT)),
        ({"database": 0}, ("database", Light.ACT)),
        ({"spool": 3}, ("database", Light.LOOK)),
        ({"homeless": 3}, ("database", Light.ACT)),
        ({"feed_age": 60.0}, ("feed", Light.LOOK)),
        ({"stale": True}, ("feed", Light.ACT)),
        ({"feed_age": None}, ("feed", Light.ACT)),
        ({"clock_error": -8.0}, ("clock", Light.LOOK)),
        ({"clock_error": 600.0}, ("clock", Light.ACT)),
    ],
)
def test_one_thing_wrong_is_one_lamp(said: dict[str, object], lamp: tuple[str, Light]) -> None:
    assert changed(a_gate(), a_gate("b", **said)) == [lamp]


def test_lists_that_ran_out_are_to_be_acted_upon() -> None:
    assert changed(a_gate(list_until=NOW.timestamp() - 60)) == [("lists", Light.ACT)]
    assert changed(a_gate(list_until=0.0)) == [("lists", Light.LOOK)]


def test_silence_is_not_health() -> None:
    nothing_known = [("gate", Light.ACT), *[(chapter, Light.UNKNOWN) for chapter, _ in lights(a_gate())[1:]]]
    assert lights() == nothing_known
    assert lights(a_gate(age=60.0)) == nothing_known
    assert changed(a_gate(), a_gate("b", age=60.0)) == [("gate", Light.ACT)]
    assert changed(a_gate(), a_gate(worker=2, age=60.0)) == [("gate", Light.LOOK)]


@pytest.mark.django_db
def test_the_page_shows_what_gates_reported(client: Client) -> None:
    client.force_login(staff("operations"))
    GateReport.objects.create(machine="north", worker=7, at=timezone.now(), report={**WELL, "refused_minute": 4321})
    GateReport.objects.create(machine="south", worker=8, at=timezone.now() - timedelta(hours=2), report=WELL)
    page = client.get("/console/operations/", headers={"accept-language": "en"}).content.decode()
    assert "overload: 4,321 refused, 1,200 served in the last minute" in page
    assert "north" in page
    assert "south" not in page
    assert [gate.machine for gate in read_operations(timezone.now()).gates] == ["north"]


@pytest.mark.django_db
def test_door_staff_do_not_see_it(client: Client) -> None:
    client.force_login(staff("door_staff"))
    assert client.get("/console/operations/").status_code == 403


@pytest.mark.django_db
def test_devices_in_trouble_are_counted_and_lead_to_their_list(client: Client) -> None:
    client.force_login(staff("operations"))
    now, door = timezone.now(), a_checkpoint()
    machines = {"well": [(0, "")], "silent": [(9, "")], "faulty": [(0, "lock_stuck")], "twins": [(0, ""), (0, "")], "never": []}
    for name, reports in machines.items():
        device = Device.objects.create(
            organisation=door.organisation, checkpoint=door, name=name, kind="turnstile", created_at=now, enrolled_at=now
        )
        for number, (minutes, faults) in enumerate(reports):
            at = now - timedelta(minutes=minutes)
            DeviceReport.objects.create(
                device=device, hardware=str(number), first_at=at, at=at, clock_offset=0, queue=0, mode="online", faults=faults
            )
    assert count_devices(now) == Devices(paired=5, waiting=0, withdrawn=0, silent=1, faulty=1, twins=1)
    page = client.get("/console/operations/", headers={"accept-language": "en"}).content.decode()
    for lamp in ("silent", "faulty", "twins"):
        assert f"/places/device/?health={lamp}" in page
        listed = client.get(f"/console/places/device/?health={lamp}", headers={"accept-language": "en"}).content.decode()
        assert f">{lamp}</a>" in listed
        assert ">well</a>" not in listed
