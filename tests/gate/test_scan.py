"""A resident scans a place: no proof of presence, no green screen."""

from uuid import uuid4

import pytest

from ankang.core.colours import Colour
from ankang.core.place_codes import printed
from ankang.gate.handlers.scan import metres
from tests.gate.ground import Ground, InProcess, Person

HERE = {"latitude": 30.63, "longitude": 118.98}


class Place:
    """A place with a poster and a door device."""

    def __init__(self, ground: Ground, gate: InProcess, **checkpoint: object) -> None:
        self._gate = gate
        self.number = ground.a_checkpoint(**({**HERE} | checkpoint))  # type: ignore[arg-type]
        self.device = ground.a_device(self.number)
        self.person = ground.a_person()
        gate.catch_up()
        signing = ground.keys.signer(gate.now())
        assert signing is not None
        self.poster = f"https://ankang.example/p/{printed(self.number, 1, signing[0], 1, signing[1])}"

    def door(self) -> dict[str, str]:
        """What the door shows now."""
        return dict(self._gate.call("GET", "/g/v1/door", self.device.token).json)

    def scanned(
        self, place: str, proof: object = None, person: Person | None = None, **more: object
    ) -> tuple[str, str]:
        """Verdict and reason of a scan."""
        body = {"place": place, "temperature": 36.5, "nonce": str(uuid4()), "proof": proof} | more
        answer = self._gate.call("POST", "/g/v1/scan", (person or self.person).token, body).json
        return (answer["verdict"], answer["reason"])

    def token(self) -> str:
        """A fresh presence token of the person."""
        answer = self._gate.call("POST", "/g/v1/presence", self.person.token, {"place": self.poster})
        return str(answer.json["token"])


@pytest.fixture
def place(ground: Ground, gate: InProcess) -> Place:
    return Place(ground, gate)


def test_the_turning_code_of_a_door_needs_no_more(ground: Ground, gate: InProcess, place: Place) -> None:
    nonce = str(uuid4())
    body = {"place": place.door()["place_token"], "temperature": 36.5, "nonce": nonce, "proof": None}
    answer = gate.call("POST", "/g/v1/scan", place.person.token, body)
    visit, at = answer.json.pop("visit"), answer.json.pop("at")
    assert answer.json == {"verdict": "admit", "reason": "ok", "colour": "green", "name": "王*明"}
    assert ground.visits(visit) == [(visit, 1, 1, int(Colour.GREEN), 2, True)]
    again = gate.call("POST", "/g/v1/scan", place.person.token, body).json
    assert (again["visit"], again["at"]) == (visit, at)


def test_a_poster_alone_proves_nothing(place: Place) -> None:
    assert place.scanned(place.poster) == ("refer", "presence")
    assert place.scanned(place.poster, {}) == ("refer", "presence")


def test_a_fresh_token_and_a_position_nearby_prove_presence(place: Place) -> None:
    proof = {"token": place.token(), **HERE, "accuracy": 20}
    assert place.scanned(place.poster, proof) == ("admit", "ok")


def test_a_position_far_away_or_none_proves_nothing(place: Place) -> None:
    token = place.token()
    assert place.scanned(place.poster, {"token": token, "latitude": 30.65, "longitude": 118.98}) == (
        "refer",
        "presence",
    )
    huge = {"token": token, "latitude": 31.0, "longitude": 118.98, "accuracy": 1_000_000}
    assert place.scanned(place.poster, huge) == ("refer", "presence")
    assert place.scanned(place.poster, {"token": token}) == ("refer", "presence")


def test_a_token_is_one_persons_and_lasts_five_minutes(ground: Ground, gate: InProcess, place: Place) -> None:
    proof = {"token": place.token(), **HERE}
    assert place.scanned(place.poster, proof, person=ground.a_person()) == ("refer", "presence")
    gate.skew = 301
    assert place.scanned(place.poster, proof) == ("refer", "presence")


def test_the_doors_digits_prove_presence_for_two_minutes(gate: InProcess, place: Place) -> None:
    digits = place.door()["door_code"]
    assert place.scanned(place.poster, {"door_code": digits}) == ("admit", "ok")
    assert place.scanned(place.poster, {"door_code": "𠮷00000"}) == ("refer", "presence")
    gate.skew = 150
    assert place.scanned(place.poster, {"door_code": digits}) == ("refer", "presence")


def test_a_place_without_a_position_needs_the_staff(ground: Ground, gate: InProcess) -> None:
    place = Place(ground, gate, latitude=None, longitude=None)
    assert place.scanned(place.poster, {"token": place.token(), **HERE}) == ("refer", "presence")
    assert place.scanned(place.poster, {"door_code": place.door()["door_code"]}) == ("admit", "ok")


def test_a_red_person_is_not_admitted_and_an_unproven_one_is_not_judged(
    ground: Ground, gate: InProcess, place: Place
) -> None:
    red = ground.a_person(Colour.RED)
    gate.catch_up()
    assert place.scanned(place.door()["place_token"], person=red) == ("deny", "colour")
    assert place.scanned(place.poster, person=red) == ("refer", "presence")


def test_refused_places_are_stored_too(ground: Ground, gate: InProcess, place: Place) -> None:
    closed = Place(ground, gate, state="planned")
    assert closed.scanned(closed.door()["place_token"]) == ("deny", "closed")
    assert place.scanned("nonsense") == ("deny", "invalid")
    gate.skew = 600
    turning = place.door()["place_token"]
    gate.skew = 0
    assert place.scanned(turning) == ("deny", "not_yet_valid")


def test_distances_are_right() -> None:
    # Xuancheng to Ningguo, about 40 km as the crow flies.
    assert metres(30.9406, 118.7587, 30.6335, 118.9833) == pytest.approx(40_400, rel=0.02)
