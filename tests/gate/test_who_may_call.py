"""Law: every address of the gate with every kind of caller, and two houses of one county (G3).

Who is of the wrong kind, withdrawn, too old or forged is refused, and nothing is recorded; a door of one office sees nothing of another's.
"""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from ankang.core.verdicts import Reason, Verdict
from ankang.gate.routes import ROUTES, Route
from tests.gate.ground import Answer, Device, Ground, InProcess, Person
from tests.gate.test_uploads import scan
from tests.gate.walking import Together

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass
class House:
    """An office: its door, the scanner of that door, a scanner that goes round, and an open group."""

    organisation: int
    checkpoint: int
    fixed: Device
    roaming: Device
    group: int
    member: int


@pytest.fixture
def houses(ground: Ground, gate: InProcess) -> tuple[House, House]:
    """Two offices of one county."""
    return _a_house(ground, gate, "甲*"), _a_house(ground, gate, "乙*")


def _a_house(ground: Ground, gate: InProcess, name: str) -> House:
    office, member = ground.an_organisation(), ground.a_person(name=name)
    door = ground.a_checkpoint(organisation_id=office)
    fixed, roaming = ground.a_device(door, organisation_id=office), ground.a_device(organisation_id=office)
    group = Together(ground, gate).group(member, organisation=office)
    gate.catch_up()
    told = gate.call("GET", f"/g/v1/members?group={group}", roaming.token).json
    return House(office, door, fixed, roaming, group, told["members"][0]["member"])


def bodies(person: Person, house: House, now: float) -> dict[str, dict[str, object]]:
    """A request of the right shape for each address that takes one, about the house."""
    here = {"checkpoint": house.checkpoint, "direction": "entry", "nonce": str(uuid4())}
    return {
        "/g/v1/verify": {**here, "code": person.code(now)},
        "/g/v1/scan": {"place": "AKP1:nothing", "temperature": None, "nonce": str(uuid4()), "proof": None},
        "/g/v1/group": {**here, "group": str(house.group), "present": [house.member]},
        "/g/v1/visits": {"scans": [scan(person.code(now), house.checkpoint, now - 5)]},
        "/g/v1/pass": {"anchor": "AAAAAAAAAAAAAAAAAAAAAA"},
        "/g/v1/presence": {"place": "AKP1:nothing"},
        "/g/v1/report": {"hardware": "SN-1", "at": now, "version": "1"},
    }


def ask(gate: InProcess, route: Route, token: str, said: dict[str, dict[str, object]], **headers: str) -> Answer:
    """The route with a request of the right shape."""
    return gate.call(route.method, route.path, token, said.get(route.path), **headers)


def recorded(ground: Ground) -> int:
    """How many visits there are."""
    return int(ground.sql("select count(*) from passage_visit")[0][0])


def test_each_address_knows_its_own_callers_and_no_others(
    ground: Ground, gate: InProcess, houses: tuple[House, House]
) -> None:
    house, person = houses[0], ground.a_person()
    gate.catch_up()
    device, old = house.fixed.token, ground.token("device", house.fixed.number, 1, lasts=-10)
    ahead = ground.token("device", house.fixed.number, 2)  # of a pairing that was never made
    mixed = ("ak1d_" + person.token[5:], "ak1r_" + device[5:])
    nobodies = ("", "aks_" + "A" * 43, "akf_" + "A" * 43, "ak1x_" + device[5:], device[:-2] + "AA", old, *mixed)
    wrong = {"device": (person.token, ahead, *nobodies), "resident": (device, *nobodies), "anyone": ()}
    said, before, opened = bodies(person, house, gate.now()), recorded(ground), []
    for route in ROUTES.values():
        for token in wrong[route.who]:
            answer = ask(gate, route, token, said)
            if (answer.status, answer.json["error"]) != (401, "unauthorized"):
                opened.append((route.path, token[:5], answer.status))
        if route.who == "anyone" and ask(gate, route, "nonsense", said).status in (401, 403):
            opened.append((route.path, "a stranger is refused"))
    assert opened == []
    assert recorded(ground) == before
    right = {"device": device, "resident": person.token, "anyone": ""}
    shut = [route.path for route in ROUTES.values() if ask(gate, route, right[route.who], said).status in (401, 403)]
    assert shut == []


def test_a_token_counts_only_where_it_belongs_and_never_in_an_address(
    ground: Ground, gate: InProcess, houses: tuple[House, House]
) -> None:
    house, person = houses[0], ground.a_person()
    gate.catch_up()
    said, opened = bodies(person, house, gate.now()), []
    tokens = {"device": house.fixed.token, "resident": person.token}
    for route in (route for route in ROUTES.values() if route.who != "anyone"):
        token, other = tokens[route.who], "resident" if route.who == "device" else "device"
        ways: list[dict[str, str]] = [
            {"cookie": f"ankang_{other}={token}"},
            {"cookie": f"ankang_{route.who}={tokens[other]}"},
            {"cookie": f"sessionid={token}"},
            {"cookie": f"ankang_{route.who}={token}", "sec_fetch_site": "cross-site"},
            {"cookie": f"ankang_{route.who}={token}", "authorization": "Bearer ak1d_nonsense"},
            {"x_token": token},
        ]
        opened += [(route.path, way) for way in ways if ask(gate, route, "", said, **way).status not in (401, 403)]
        if gate.call(route.method, f"{route.path}?token={token}&access_token={token}", "", said.get(route.path)).status != 401:
            opened.append((route.path, {"query": "token"}))
    assert opened == []


def test_a_withdrawn_scanner_is_refused_everywhere_and_only_its_attempts_to_admit_are_on_record(
    ground: Ground, gate: InProcess, houses: tuple[House, House]
) -> None:
    house, person = houses[0], ground.a_person()
    withdrawn = ground.a_device(house.checkpoint, revoked=True, organisation_id=house.organisation)
    paired_anew = ground.a_device(house.checkpoint, generation=2, organisation_id=house.organisation)
    gate.catch_up()
    for device in (withdrawn, paired_anew):
        said = bodies(person, house, gate.now())
        answers = {
            path: ask(gate, route, device.token, said) for path, route in ROUTES.items() if route.who == "device"
        }
        assert {path: (answer.status, answer.json["error"]) for path, answer in answers.items()} == dict.fromkeys(
            answers, (401, "device_revoked")
        )
        kept = ground.sql("select verdict, reason from passage_visit where device = %s", device.number)
        assert kept == [(Verdict.DENY, Reason.REVOKED)]


def test_other_methods_are_refused_and_the_right_one_is_named(gate: InProcess) -> None:
    wrong = []
    for route in ROUTES.values():
        allowed = {"GET", "HEAD"} if route.method == "GET" else {"POST"}
        for method in set(METHODS) - allowed:
            answer = gate.call(method, route.path, "", {})
            if (answer.status, set(answer.headers.get("allow", "").split(", "))) != (405, allowed):
                wrong.append((method, route.path, answer.status, answer.headers.get("allow")))
    assert wrong == []


def test_a_door_of_one_office_sees_and_does_nothing_at_another_of_the_same_county(
    ground: Ground, gate: InProcess, houses: tuple[House, House]
) -> None:
    here, there = houses
    person = ground.a_person()
    gate.catch_up()
    for device in (here.fixed, here.roaming):
        said = bodies(person, there, gate.now())
        verified = gate.call("POST", "/g/v1/verify", device.token, said["/g/v1/verify"]).json
        assert (verified["verdict"], verified["reason"]) == ("deny", "wrong_place")
        uploaded = gate.call("POST", "/g/v1/visits", device.token, said["/g/v1/visits"]).json["results"]
        assert [(one["status"], one["reason"]) for one in uploaded] == [("rejected", "wrong_place")]
        ticked = gate.call("POST", "/g/v1/group", device.token, said["/g/v1/group"])
        assert (ticked.status, ticked.json["error"]) == (404, "not_found")
        members = gate.call("GET", f"/g/v1/members?group={there.group}", device.token)
        assert (members.status, members.json["error"]) == (404, "not_found")
        listed = gate.call("GET", "/g/v1/members", device.token).json["groups"]
        assert {here.group, there.group} & {one["group"] for one in listed} == {here.group}
    asked = gate.call("GET", f"/g/v1/door?checkpoint={there.checkpoint}", here.roaming.token)
    assert (asked.status, asked.json["error"]) == (404, "not_found")
    own = gate.call("GET", f"/g/v1/door?checkpoint={there.checkpoint}", here.fixed.token).json["checkpoint"]["id"]
    assert own == here.checkpoint  # a scanner of a door speaks of that door, whatever it asks for


def test_a_scanner_of_the_office_above_serves_the_doors_below_and_not_the_other_way_round(
    ground: Ground, gate: InProcess
) -> None:
    above = ground.an_organisation()
    below = ground.an_organisation(above)
    upper, lower = ground.a_checkpoint(organisation_id=above), ground.a_checkpoint(organisation_id=below)
    devices = {"above": ground.a_device(organisation_id=above), "below": ground.a_device(organisation_id=below)}
    gate.catch_up()
    doors = {
        (name, number): gate.call("GET", f"/g/v1/door?checkpoint={number}", device.token).status
        for name, device in devices.items()
        for number in (upper, lower)
    }
    assert doors == {("above", upper): 200, ("above", lower): 200, ("below", lower): 200, ("below", upper): 404}
