"""A bus or a class at one go: staff tick who is there, each is judged on the own colour, the missing are named."""

from uuid import UUID, uuid4

import pytest

from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.verdicts import VisitKind
from tests.gate.ground import Answer, Device, Ground, InProcess, Person
from tests.gate.test_verify import Door, told
from tests.gate.walking import Together


@pytest.fixture
def together(ground: Ground, gate: InProcess) -> Together:
    return Together(ground, gate)


@pytest.fixture
def door(ground: Ground, gate: InProcess) -> Door:
    return Door(ground, gate)


@pytest.fixture
def bus(ground: Ground, gate: InProcess) -> list[Person]:
    people = [ground.a_person(), ground.a_person(Colour.RED, "李*海"), ground.a_person(name="赵*"), ground.a_person()]
    gate.catch_up()
    return people


def members(gate: InProcess, device: Device, group: object = "") -> Answer:
    return gate.call("GET", "/g/v1/members" + (f"?group={group}" if group else ""), device.token)


def tick(door: Door, number: object, ticked: list[int], device: Device | None = None, **more: object) -> Answer:
    body = {"group": str(number), "checkpoint": door.number, "direction": "entry", "nonce": str(uuid4()), "present": ticked}
    return door._gate.call("POST", "/g/v1/group", (device or door.device).token, body | more)


def numbers(gate: InProcess, device: Device, group: object) -> list[int]:
    return [one["member"] for one in members(gate, device, group).json["members"]]


def test_those_present_are_judged_and_the_missing_named(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group = together.group(*bus)
    listed = members(gate, door.device).json["groups"]
    assert (group, 4) in [(one["group"], one["members"]) for one in listed]
    names = members(gate, door.device, group).json["members"]
    assert [one["name"] for one in names] == ["王*明", "李*海", "赵*", "王*明"]
    answer = tick(door, group, [one["member"] for one in names[:2]], temperatures=[36.4, None])
    results = [(one["name"], one["verdict"], one["reason"], one["colour"]) for one in answer.json["results"]]
    assert results == [("王*明", "admit", "ok", "green"), ("李*海", "deny", "colour", "red")]
    assert (answer.json["all"], answer.json["counts"]) == ("deny", {"admit": 1, "deny": 1, "refer": 0})
    assert (answer.json["missing"], answer.json["unknown"]) == (names[2:], [])
    rows = ground.visits(*(one["visit"] for one in answer.json["results"]))
    assert {(row[4], row[5]) for row in rows} == {(VisitKind.GROUP, True)}
    device = "select distinct device from passage_visit where visit = any(%s::uuid[])"
    assert ground.sql(device, [row[0] for row in rows]) == [(door.device.number,)]


def test_a_retry_is_the_same_visits_and_a_second_check_in_is_used_up(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group, nonce = together.group(*bus), str(uuid4())
    present = numbers(gate, door.device, group)
    first = tick(door, group, present, nonce=nonce)
    again = tick(door, group, present, nonce=nonce)
    assert again.json["results"] == first.json["results"]
    used, red = ["already_used"], ["colour"]
    assert [one["reason"] for one in tick(door, group, present).json["results"]] == used + red + used * 2
    assert told(door.shows(bus[0].code(gate.now())))[1:3] == ("deny", "already_used")


def test_nobody_is_admitted_whose_colour_is_not_known(
    ground: Ground, gate: InProcess, door: Door, together: Together
) -> None:
    ghost = Person(2**29 + 1, "幽*灵", ground)
    grey = ground.a_person(Colour.GREY)
    gate.catch_up()
    group = together.group(grey, ghost, ground.a_person())
    gate.catch_up()
    answer = tick(door, group, numbers(gate, door.device, group)[:2])
    assert [(one["verdict"], one["reason"]) for one in answer.json["results"]] == [("refer", "colour"), ("deny", "invalid")]
    present = numbers(gate, door.device, group)
    gate.skew = gate.gate.state.stale_after + 60
    stale = tick(door, group, present)
    assert {(one["verdict"], one["reason"]) for one in stale.json["results"]} == {("refer", "stale")}


def test_a_group_of_another_house_needs_its_leader(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    elsewhere = ground.an_organisation()
    group = together.group(*bus, organisation=elsewhere)
    assert members(gate, door.device, group).status == 404
    assert tick(door, group, [1]).status == 404
    code = together.code(group)
    assert len(numbers(gate, door.device, code)) == 4
    assert tick(door, code, numbers(gate, door.device, code)).json["counts"]["admit"] == 3
    bad = {together.code(group, 11): "expired", together.code(group, -3): "not_yet_valid", code[:-2] + "AA": "invalid"}
    for text, reason in bad.items():
        answer = tick(door, text, [1])
        assert (answer.status, answer.json["details"]) == (422, {"field": "group", "reason": reason})


def test_who_left_is_not_checked_in_and_a_closed_group_is_not_there(
    gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group = together.group(*bus)
    present = numbers(gate, door.device, group)
    together.leave(group, bus[0])
    answer = tick(door, group, present)
    assert (len(answer.json["results"]), answer.json["unknown"]) == (3, present[:1])
    gate.skew = 3700
    assert tick(door, group, present).status == 404


def test_nobody_present_opens_nothing_and_a_group_is_named_by_number_or_digits(
    gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group = together.group(*bus)
    for present in ([], [777]):
        answer = tick(door, group, present)
        assert (answer.status, answer.json["all"], answer.json["results"]) == (200, "refer", [])
    first = numbers(gate, door.device, group)[:1]
    assert tick(door, group, first, group=group).json["all"] == "admit"
    assert tick(door, group, first, group=2**40).status == 404


def test_a_door_that_is_not_the_devices_refuses_each_of_them(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group = together.group(*bus)
    present, other = numbers(gate, door.device, group), ground.a_checkpoint()
    gate.catch_up()
    answer = tick(door, group, present, checkpoint=other)
    assert {(one["verdict"], one["reason"]) for one in answer.json["results"]} == {("deny", "wrong_place")}
    assert tick(door, group, present).json["counts"]["admit"] == 3


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"present": list(range(1, 202))}, "present"),
        ({"present": [0]}, "present"),
        ({"temperatures": [36.5]}, "temperatures"),
        ({"group": ""}, "group"),
        ({"group": 0}, "group"),
        ({"group": True}, "group"),
        ({"direction": "in"}, "direction"),
    ],
)
def test_what_cannot_be_read_is_said(door: Door, together: Together, bus: list[Person], more: dict[str, object], field: str) -> None:
    answer = tick(door, together.group(*bus), [1, 2], **more)
    assert (answer.status, answer.json["error"]) == (422, "bad_field")
    assert answer.json["details"]["field"].startswith(field)


def test_a_revoked_device_checks_nobody_in(ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]) -> None:
    group, thief = together.group(*bus), ground.a_device(door.number, revoked=True)
    gate.catch_up()
    assert tick(door, group, [1], thief).json["error"] == "device_revoked"
    assert members(gate, thief, group).json["error"] == "device_revoked"


def test_each_visit_says_who_led_the_group_in_and_nobody_where_the_staff_chose_it(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person]
) -> None:
    group, (leader, child, *_) = together.group(*bus), bus
    together.leads(group, leader)
    by_list = tick(door, group, numbers(gate, door.device, group)[2:3])
    code = together.code(group, leader=leader)
    by_code = tick(door, code, numbers(gate, door.device, code)[:2], temperatures=[36.4, None])
    led = "select visit::text, led_by from passage_visit where visit = any(%s::uuid[])"
    stored = dict(ground.sql(led, [one["visit"] for one in by_list.json["results"] + by_code.json["results"]]))
    today = ground.keys.epoch(epoch_of(gate.now()))
    assert today is not None
    expected = dict.fromkeys((one["visit"] for one in by_code.json["results"]), UUID(bytes=today.trace(leader.number)))
    assert stored == expected | {by_list.json["results"][0]["visit"]: None}
    together.leads(group, child)
    refused = tick(door, code, [1])
    assert (refused.status, refused.json["details"]) == (422, {"field": "group", "reason": "revoked"})


def test_a_group_opened_a_moment_ago_is_looked_for_once_whoever_asks(
    ground: Ground, gate: InProcess, door: Door, together: Together, bus: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look of every second is held up; a request that names a group nobody knows makes one of its own."""
    watch, looks = gate.gate.watch, []

    async def not_now() -> None:
        return None

    async def glance(real: object = watch._look_at_groups) -> None:
        looks.append(1)
        await real()  # type: ignore[operator]

    monkeypatch.setattr(watch, "_look_at_groups", glance)
    watch._glanced_at = 0.0
    assert [tick(door, 2**40 + n, [1]).status for n in range(20)] == [404] * 20
    assert len(looks) == 1
    monkeypatch.setattr(watch, "_look_at_tables", not_now)
    with monkeypatch.context() as patient:
        patient.setattr(gate, "catch_up", lambda: None)
        group = together.group(*bus)
    assert gate.gate.state.groups.of(group, gate.now()) is None
    watch._glanced_at = 0.0
    assert len(numbers(gate, door.device, group)) == 4
    assert len(looks) == 2


def test_an_interrupted_look_leaves_the_groups_as_they_were(gate: InProcess, together: Together, bus: list[Person]) -> None:
    group, held = together.group(*bus), gate.gate.state.groups

    class Lost:
        async def fetch(self, query: str, *values: object) -> list[object]:
            if "groupmember" in query:
                raise OSError("the cable")
            return [(group, "/1/", "x", 2**40, held.revision + 1, 0)]

    before = (held.revision, held.of(group, 0))
    with pytest.raises(OSError, match="the cable"):
        gate._run(held.look(Lost(), held.revision + 1))  # type: ignore[arg-type]
    assert (held.revision, held.of(group, 0)) == before
