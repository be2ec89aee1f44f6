"""Rides are reported by devices, each kept once, under a pseudonym, and no longer than visits."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ankang.core import ride
from ankang.core.base64url import to_base64url
from ankang.core.sm import Sm2Signer, compressed, sm2_generate
from ankang.demo.rides import RidePhone
from ankang.passage.rules import NOBODY, day_of_moment, trace_of
from ankang.places.services import revoke_device
from ankang.scenes.rides import services
from ankang.scenes.rides.models import Ride
from ankang.scenes.rides.services.days import AUTHORISATIONS, RIDES, stored_days
from ankang.trust.keyring import day_key
from ankang.trust.services import destroy_day_key
from tests.places.builders import a_checkpoint

from .rides_ground import MOMENT, NOW, Bus, Rider, post

pytestmark = pytest.mark.django_db
TODAY = day_of_moment(MOMENT)
OK = ("recorded", "ok", "")


def test_a_ride_is_kept_under_the_pseudonym_of_the_day_and_its_rider_sees_it(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    assert bus.told(bus.report(rider.code())) == [OK]
    kept = Ride.objects.get()
    assert (kept.trace, kept.day, kept.device) == (
        trace_of(rider.resident.person, day_key(TODAY)),
        TODAY,
        bus.device.pk,
    )
    mine = rider.browser().get("/api/v1/me/rides").json()["items"]
    assert [(one["line"], one["vehicle"], one["direction"], one["verdict"], one["reason"]) for one in mine] == [
        ("3路", "皖P12345", "entry", "admit", "ok")
    ]
    assert Rider(applied, 2).browser().get("/api/v1/me/rides").json()["items"] == []


def test_a_report_sent_again_is_a_duplicate_also_within_one_upload(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    report = bus.report(rider.code())
    assert bus.told(report, report) == [OK, ("duplicate", "ok", "")]
    assert bus.told(report) == [("duplicate", "ok", "")]
    assert Ride.objects.count() == 1


def test_a_showing_admits_once_whoever_reports_it(applied: Callable[..., Any]) -> None:
    rider, bus, other = Rider(applied).ready(), Bus(), Bus()
    code, signed_anew = rider.code(), rider.code()
    used = ("rejected", "already_used", "already_used")
    left = bus.report(code, direction="exit")
    told = [
        bus.told(bus.report(code)),
        bus.told(bus.report(signed_anew)),
        other.told(other.report(code)),
        bus.told(left),
    ]
    assert (code != signed_anew, told) == (True, [[OK], [used], [used], [OK]])
    assert sorted(Ride.objects.values_list("reason", flat=True)) == [1, 1, 6, 6]
    assert set(Ride.objects.values_list("verdict", flat=True)) == {1}
    again = other.report(code, nonce=str(uuid.uuid4()))
    assert [other.told(again), other.told(again)] == [[used], [("duplicate", "already_used", "already_used")]]


def test_a_refusal_at_the_gate_is_kept_as_such_and_blocks_nothing(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    refused = [bus.report(rider.code(), verdict="deny", reason="colour") for _ in range(2)]
    assert bus.told(*refused, bus.report(rider.code())) == [OK, OK, OK]


def test_forgeries_are_kept_as_refusals_of_nobody(applied: Callable[..., Any]) -> None:
    rider, bus, thief = Rider(applied).ready(), Bus(), RidePhone()
    good = rider.code()
    thief.raw = rider.phone.raw
    forged = [
        bus.report(b"\x80" + bytes(10)),
        bus.report(thief.show(MOMENT)),
        bus.report(good[:203] + bytes((good[203] ^ 1,)) + good[204:]),
        bus.report(_of_a_foreign_issuer()),
        bus.report(good[:-1]),
        bus.report(rider.code(MOMENT - 3_600)),
        bus.report(rider.code(MOMENT + 3_600)),
        {**bus.report(good), "code": "§"},
    ]
    assert bus.told(*forged) == [
        ("rejected", "invalid", "truncated"),
        ("rejected", "invalid", "bad_user_signature"),
        ("rejected", "invalid", "bad_issuer_signature"),
        ("rejected", "invalid", "bad_authority_signature"),
        ("rejected", "invalid", "truncated"),
        ("rejected", "expired", "expired_generation"),
        ("rejected", "not_yet_valid", "future_generation"),
        ("rejected", "invalid", "truncated"),
    ]
    assert {(kept.trace, kept.verdict) for kept in Ride.objects.all()} == {(NOBODY, 2)}


def test_an_index_signed_for_an_account_that_was_never_issued_is_nobodys(applied: Callable[..., Any]) -> None:
    from dataclasses import replace

    from ankang.core.ride import sign_authorisation
    from ankang.scenes.rides.services.certificates import ensure_certificate

    rider, bus = Rider(applied).ready(), Bus()
    forged = replace(rider.phone.authorisation, account=bytes(16))
    rider.phone.raw = sign_authorisation(forged, ensure_certificate(NOW)[1])
    assert bus.told(bus.report(rider.code())) == [("rejected", "invalid", "unknown_authorisation")]


def test_a_revoked_authorisation_is_refused_from_then_on_and_not_before(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    services.revoke_authorisations(rider.resident.person, NOW - timedelta(seconds=30))
    reports = [bus.report(rider.code(MOMENT - at), at=MOMENT - at) for at in (10, 60)]
    assert bus.told(*reports) == [("rejected", "revoked", "revoked_authorisation"), OK]


def test_a_device_is_believed_a_week_back_and_only_at_its_own_doors(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    elsewhere = a_checkpoint()
    reports = [
        bus.report(rider.code(), at=MOMENT - 8 * 86_400),
        bus.report(rider.code(), at=MOMENT + 3_600),
        bus.report(rider.code(), checkpoint=elsewhere.pk),
    ]
    assert bus.told(*reports) == [
        ("rejected", "expired", "clock"),
        ("rejected", "not_yet_valid", "clock"),
        ("rejected", "wrong_place", "wrong_place"),
    ]


def test_only_a_living_device_is_heard(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    report = bus.report(rider.code())
    strangers = [post("/api/v1/rides", {"rides": [report]}, token) for token in (None, "ak1d_x", rider.token)]
    revoke_device(bus.device.pk, None, NOW)
    answers = [(answer.status_code, answer.json()["error"]) for answer in (*strangers, bus.send(report))]
    assert answers == [(401, "device_unknown")] * 3 + [(403, "device_stopped")]
    assert not Ride.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"nonce": "x"},
        {"code": "A" * 601},
        {"at": -1},
        {"direction": "through"},
        {"verdict": "perhaps"},
        {"reason": "no such"},
        {"reason": "colour"},
        {"line": "x" * 41},
        {"line": "a\0b"},
        {"checkpoint": 0},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_report_of_another_shape_keeps_nothing(given: dict[str, Any]) -> None:
    bus = Bus()
    answer = bus.send(bus.report(b""), bus.report(b"") | given)
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_input")
    assert not Ride.objects.exists()


def test_two_hundred_at_once_and_no_more() -> None:
    bus = Bus()
    rides = [bus.report(b"") for _ in range(201)]
    assert bus.send(*rides).status_code == 422
    assert len(bus.told(*rides[:200])) == 200


def test_rides_go_with_the_days_of_visits(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    bus.told(bus.report(rider.code()))
    later = NOW + timedelta(days=31)
    destroy_day_key(TODAY, later)
    assert not services.my_rides(rider.resident.person, NOW).exists()
    dropped = services.run_retention(later, keep_days=30)
    assert TODAY in dropped
    assert not Ride.objects.exists()
    assert min(stored_days(RIDES)) == day_of_moment(later.timestamp()) - timedelta(days=30) or not stored_days(RIDES)
    assert TODAY not in stored_days(AUTHORISATIONS)
    services.prepare_partitions(NOW)
    assert services.prepare_partitions(NOW) == []


def _of_a_foreign_issuer() -> bytes:
    """The whole chain under an authority that nobody knows."""
    authority, issuer, phone = (Sm2Signer(*sm2_generate()) for _ in range(3))
    signed = ride.Certificate(1, "34000001", (2099, 1), 1, compressed(issuer.public))
    phone_key = compressed(phone.public)
    authorisation = ride.Authorisation(
        ride.sign_certificate(signed, authority), bytes(16), "0" * 20, "34000001", "34000001", 1, 1, phone_key,
        MOMENT + 60, 60, b"",
    )  # fmt: skip
    return ride.show(ride.sign_authorisation(authorisation, issuer), MOMENT, phone)


def test_base64url_of_a_code_fits_the_field(applied: Callable[..., Any]) -> None:
    assert len(to_base64url(Rider(applied).ready().code())) <= 600
