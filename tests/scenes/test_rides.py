"""Ride codes are authorised for one phone and one day, and end when their holder says so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ankang.core import ride
from ankang.core.base64url import from_base64url
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.sm import compressed
from ankang.demo.rides import RidePhone
from ankang.people.services import revoke_credential
from ankang.scenes.rides import services
from ankang.scenes.rides.models import Authorisation, Certificate
from ankang.scenes.rides.services.authorisations import index_of
from ankang.trust.services import rotate_key

from .rides_ground import MOMENT, NOW, Rider, authorities, fault_of, post

pytestmark = pytest.mark.django_db
EPOCH = epoch_of(MOMENT)


def test_a_phone_gets_an_authorisation_with_its_holders_index_and_shows_codes_off_line(
    applied: Callable[..., Any],
) -> None:
    rider = Rider(applied)
    answer = rider.ask().json()
    rider.phone.take(answer)
    code = ride.parse_ride(rider.code())
    ride.check_ride(code, authorities(), MOMENT)
    read = code.authorisation
    assert ride.read_rider(read.custom) == ride.Rider(EPOCH, index_of(rider.resident.person, EPOCH))
    assert (read.public, read.issuer, read.valid) == (compressed(rider.phone.signer.public), "34000001", 60)
    told = {name: answer[name] for name in ("account", "epoch", "valid_from", "expires_at", "valid_seconds")}
    assert told == {
        "account": read.account.hex(),
        "epoch": EPOCH,
        "valid_from": epoch_start(EPOCH),
        "expires_at": epoch_start(EPOCH + 1),
        "valid_seconds": 60,
    }


def test_the_same_key_gets_the_same_answer_and_another_one_replaces_it(applied: Callable[..., Any]) -> None:
    rider, other = Rider(applied), RidePhone()
    first, again, new = rider.ask().json(), rider.ask().json(), rider.ask(other).json()
    assert first["authorisation"] == again["authorisation"] != new["authorisation"]
    live = rider.browser().get("/api/v1/me/ride").json()["live"]
    assert live == [new["account"]]


def test_two_days_have_nothing_in_common(applied: Callable[..., Any]) -> None:
    rider, ahead = Rider(applied).ready(), RidePhone()
    answer = rider.ask(ahead, epoch="next").json()
    today, tomorrow = rider.phone.authorisation, ahead.take(answer).authorisation
    shared = {
        name for name in ("account", "card", "public", "custom") if getattr(today, name) == getattr(tomorrow, name)
    }
    assert shared == set()
    assert fault_of(ahead.show(MOMENT)) == "future_authorisation"
    live = rider.browser().get("/api/v1/me/ride").json()["live"]
    assert live == [today.account.hex(), tomorrow.account.hex()]


def test_a_second_phone_has_its_own_and_signing_one_out_ends_only_its_own(applied: Callable[..., Any]) -> None:
    first = Rider(applied).ready()
    second = Rider(applied).ready()  # applies again with the same document: the same person
    assert first.resident.person == second.resident.person
    revoke_credential(first.resident.person, first.resident.serial, NOW)
    held = ride.read_revoked(services.revoked_list(NOW), authorities(), MOMENT)
    accounts = [rider.phone.authorisation.account for rider in (first, second)]
    assert [account in held for account in accounts] == [True, False]
    gate = ride.RideGate(authorities(), revoked=held)
    assert [gate.check(rider.code(), MOMENT).detail for rider in (first, second)] == [
        "revoked_authorisation",
        "no_list",
    ]


def test_who_ends_their_ride_codes_finds_them_on_the_list_and_may_start_again(applied: Callable[..., Any]) -> None:
    rider = Rider(applied).ready()
    assert post("/api/v1/me/ride/revoke", {}, rider.token).json() == {"stopped": 1}
    assert post("/api/v1/me/ride/revoke", {}, rider.token).json() == {"stopped": 0}
    held = ride.read_revoked(services.revoked_list(NOW), authorities(), MOMENT)
    assert rider.phone.authorisation.account in held
    anew = rider.phone.take(rider.ask().json()).authorisation
    assert anew.account not in held
    assert rider.browser().get("/api/v1/me/ride").json()["live"] == [anew.account.hex()]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"public_key": "AgAA"}, 422, "bad_input"),
        ({"public_key": "!!"}, 422, "bad_input"),
        ({"public_key": "A" * 65}, 422, "bad_input"),
        ({"public_key": "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAF"}, 422, "bad_input"),
        ({"epoch": "yesterday"}, 422, "bad_input"),
        ([], 422, "bad_input"),
    ],
)
def test_what_is_no_key_gets_nothing(applied: Callable[..., Any], body: Any, status: int, error: str) -> None:
    answer = post("/api/v1/me/ride", body, Rider(applied).token)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Authorisation.objects.exists()


def test_a_stranger_gets_nothing_and_nobody_gets_twenty_one_a_day(applied: Callable[..., Any]) -> None:
    assert post("/api/v1/me/ride", RidePhone().wish(), None).status_code == 401
    rider = Rider(applied)
    answers = [rider.ask(RidePhone()).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


def test_a_rotated_key_certifies_itself_and_older_codes_hold(applied: Callable[..., Any]) -> None:
    old = Rider(applied).ready()
    rotate_key("ride_issuer", NOW)
    new = Rider(applied, 2).ready()
    rotate_key("ride_authority", NOW)
    newest = Rider(applied, 3).ready()
    assert [fault_of(rider.code()) for rider in (old, new, newest)] == [None, None, None]
    read = [ride.read_certificate(rider.phone.authorisation.certificate) for rider in (old, new, newest)]
    assert [one.kid for one in read] == [1, 1, 2]
    assert len({one.serial for one in read}) == 3
    assert read[0].public != read[1].public == read[2].public
    assert Certificate.objects.filter(issuer="34000001").count() == 3


def test_gates_are_set_up_from_two_public_files(applied: Callable[..., Any]) -> None:
    rider = Rider(applied).ready()
    services.revoke_authorisations(rider.resident.person, NOW)
    keys = Client().get("/.well-known/ankang-ride-keys.json")
    anchors = {row["kid"]: bytes.fromhex(row["public"]) for row in keys.json()["authorities"]}
    revoked = Client().get(keys.json()["revoked"])
    assert (keys.headers["Cache-Control"], keys.json()["issuer"]) == ("public, max-age=3600", "34000001")
    assert anchors == authorities()
    assert rider.phone.authorisation.account in ride.read_revoked(revoked.content, anchors, MOMENT)


def test_a_phone_that_is_not_ours_cannot_use_an_authorisation_it_saw(applied: Callable[..., Any]) -> None:
    thief = RidePhone()
    thief.raw = Rider(applied).ready().phone.raw
    assert fault_of(thief.show(MOMENT)) == "bad_user_signature"
    assert from_base64url(thief.wish()["public_key"]) != ride.parse_ride(thief.show(MOMENT)).authorisation.public
