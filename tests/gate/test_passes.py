"""What phones and strangers ask: pass, me, keys, place, door, presence."""

import pytest

from ankang.core import chain
from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes import check_as_stranger, parse, show, split_pass
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start, minute_of, step_of
from ankang.core.place_codes import parse as parse_place
from ankang.core.place_codes import printed, rotating
from tests.gate.ground import Ground, InProcess

SEED = b"0123456789abcdef"
ANCHOR = to_base64url(chain.anchor(SEED))


def test_a_pass_makes_codes_that_gates_and_strangers_accept(ground: Ground, gate: InProcess) -> None:
    person, door = ground.a_person(name="𠮷*·"), ground.a_checkpoint()
    device = ground.a_device(door)
    gate.catch_up()
    got = gate.call("POST", "/g/v1/pass", person.token, {"anchor": ANCHOR}).json
    now = gate.now()
    step = step_of(now)
    code = show(from_base64url(got["pass"]), from_base64url(got["gate_key"]), step, chain.link(SEED, 1440 - step))
    keys = gate.call("GET", "/g/v1/keys").json["keys"]
    check_as_stranger(parse(code), {key["kid"]: bytes.fromhex(key["public"]) for key in keys}, now)
    body = {"code": code, "checkpoint": door, "direction": "entry", "nonce": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}
    answer = gate.call("POST", "/g/v1/verify", device.token, body).json
    assert (answer["verdict"], answer["name"]) == ("admit", "𠮷*·")
    assert got["valid_until"] == epoch_start(epoch_of(now) + 1)
    assert (got["colour"], got["epoch"], got["server_time"] - int(now)) == (
        "green",
        epoch_of(now),
        pytest.approx(0, abs=2),
    )


def test_a_pass_for_tomorrow_begins_at_four(ground: Ground, gate: InProcess) -> None:
    got = gate.call("POST", "/g/v1/pass", ground.a_person().token, {"anchor": ANCHOR, "epoch": "next"}).json
    tomorrow = epoch_of(gate.now()) + 1
    assert (got["issued_at"], got["valid_from"]) == (epoch_start(tomorrow), epoch_start(tomorrow))
    assert split_pass(from_base64url(got["pass"])).epoch == tomorrow


def test_the_same_person_has_another_index_each_day(ground: Ground, gate: InProcess) -> None:
    token = ground.a_person().token
    both = [gate.call("POST", "/g/v1/pass", token, {"anchor": ANCHOR} | more).json for more in ({}, {"epoch": "next"})]
    today, tomorrow = (split_pass(from_base64url(one["pass"])).index for one in both)
    assert today != tomorrow


@pytest.mark.parametrize("anchor", ["", "AAAA", ANCHOR + "=", "!" * 22, "𠮷" * 8, ANCHOR * 2])
def test_an_anchor_has_sixteen_bytes(ground: Ground, gate: InProcess, anchor: str) -> None:
    answer = gate.call("POST", "/g/v1/pass", ground.a_person().token, {"anchor": anchor})
    assert (answer.status, answer.json["details"]["field"]) == (422, "anchor")


def test_me_tells_colour_since_and_until(ground: Ground, gate: InProcess) -> None:
    person = ground.a_person(Colour.YELLOW)
    gate.catch_up()
    answer = gate.call("GET", "/g/v1/me", person.token).json
    assert abs(answer.pop("since") - gate.now()) < 10
    assert abs(answer.pop("server_time") - gate.now()) < 10
    assert answer == {"colour": "yellow", "until": None, "stale": False}


def test_a_person_nobody_has_heard_of_is_grey(ground: Ground, gate: InProcess) -> None:
    token = ground.token("resident", 900_000_000, 1)
    assert gate.call("GET", "/g/v1/me", token).json["colour"] == "grey"


def test_a_door_shows_its_place_code_digits_and_policy(ground: Ground, gate: InProcess) -> None:
    number = ground.a_checkpoint(name="港口镇政府")
    device = ground.a_device(number)
    gate.catch_up()
    door = gate.call("GET", "/g/v1/door", device.token).json
    code = parse_place(door["place_token"])
    assert (code.checkpoint, code.minute) == (number, minute_of(gate.now()))
    assert door["checkpoint"] == {"id": number, "name": "港口镇政府", "type": "passage", "state": "in_use"}
    assert door["policy"]["entry"]["green"] == {"normal": ["admit", "ok"], "fever": ["refer", "temperature"]}
    assert door["policy"]["entry"]["red"]["normal"] == ["deny", "colour"]
    place = gate.call("GET", f"/g/v1/place?code={door['place_token']}").json
    assert place == {
        "checkpoint": number,
        "name": "港口镇政府",
        "type": "passage",
        "open": True,
        "hours": "",
        "asks": {"test_hours": 0, "mask": False, "temperature_limit": 37.3},
        "rotating": True,
        "located": False,
    }


def test_a_device_of_an_organisation_names_its_door(ground: Ground, gate: InProcess) -> None:
    device, number = ground.a_device(), ground.a_checkpoint()
    foreign = ground.a_checkpoint(organisation_id=ground.an_organisation())
    gate.catch_up()
    assert gate.call("GET", f"/g/v1/door?checkpoint={number}", device.token).json["checkpoint"]["id"] == number
    for query in ("", "?checkpoint=x", "?checkpoint=²", f"?checkpoint={foreign}"):
        assert gate.call("GET", f"/g/v1/door{query}", device.token).status == 404


def test_a_poster_of_an_earlier_edition_is_withdrawn(ground: Ground, gate: InProcess) -> None:
    number = ground.a_checkpoint(generation=2)
    gate.catch_up()
    signing = ground.keys.signer(gate.now())
    assert signing is not None
    old, new = (printed(number, 1, signing[0], generation, signing[1]) for generation in (1, 2))
    answer = gate.call("GET", f"/g/v1/place?code={old}")
    assert (answer.status, answer.json["details"]) == (404, {"reason": "revoked"})
    assert gate.call("GET", f"/g/v1/place?code={new}").json["rotating"] is False
    token = ground.a_person().token
    assert gate.call("POST", "/g/v1/presence", token, {"place": old}).json["details"]["reason"] == "revoked"
    assert gate.call("POST", "/g/v1/presence", token, {"place": new}).status == 200


def test_forged_and_old_place_codes_name_nothing(ground: Ground, gate: InProcess) -> None:
    number = ground.a_checkpoint()
    gate.catch_up()
    place = ground.keys.place(gate.now())
    assert place is not None
    old = rotating(number, 1, place[0], 1, minute_of(gate.now()) - 5, place[1])
    for code, reason in ((old, "expired"), (old[:-2] + "AA", "invalid"), ("", "invalid"), ("x" * 500, "invalid")):
        answer = gate.call("GET", f"/g/v1/place?code={code}")
        assert (answer.status, answer.json["details"]["reason"]) == (404, reason)
