"""Pairing works once, in time, and only for the device it was made for; revoking is for good."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.places.errors import DeviceRevoked, PairingExpired, PairingUnknown, PairingUsed
from ankang.places.models import Device
from ankang.places.services import enrol_device, pair_device, renew_pairing, revoke_device
from ankang.trust.keyring import keyring

from .builders import NOW, a_checkpoint, an_organisation, revision, staff

pytestmark = pytest.mark.django_db


def _serial(bearer: str) -> tuple[int, int]:
    credential = keyring().credentials().read(bearer, NOW.timestamp())
    return credential.subject, credential.serial


def test_a_paired_device_holds_a_credential_of_its_generation() -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)
    before = revision()
    paired = pair_device(pairing.token, "Pixel 9", NOW)
    device = Device.objects.get(pk=pairing.device.pk)
    assert _serial(paired.bearer) == (device.pk, 1)
    assert (device.generation, device.enrolled_at, device.label) == (1, NOW, "Pixel 9")
    assert revision() == before + 1


def test_the_pairing_code_itself_is_not_stored() -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text, pairing_digest FROM places_device d")
        ((text, digest),) = cursor.fetchall()
    assert pairing.token not in text
    assert len(bytes(digest)) == 32


def test_a_pairing_code_works_once() -> None:
    token = enrol_device(a_checkpoint(), "前门", None, NOW).token
    pair_device(token, "first", NOW)
    with pytest.raises(PairingUsed):
        pair_device(token, "second", NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_that_scan_the_same_code_one_is_paired() -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)

    def pair(label: str) -> str:
        try:
            return pair_device(pairing.token, label, NOW).device.label
        except PairingUsed as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(pair, ["one", "two"]))
    device = Device.objects.get(pk=pairing.device.pk)
    assert sorted(answers) == sorted([device.label, "pairing_used"])
    assert device.generation == 1


def test_a_pairing_code_lives_fifteen_minutes() -> None:
    token = enrol_device(a_checkpoint(), "前门", None, NOW).token
    with pytest.raises(PairingExpired):
        pair_device(token, "late", NOW + timedelta(minutes=15))
    pair_device(token, "in time", NOW + timedelta(minutes=14, seconds=59))


def test_a_code_that_was_never_made_is_unknown() -> None:
    with pytest.raises(PairingUnknown):
        pair_device("x" * 5000, "", NOW)


def test_a_new_pairing_code_voids_the_one_before_and_at_use_the_credential_before() -> None:
    first = enrol_device(a_checkpoint(), "前门", None, NOW)
    old = pair_device(first.token, "old phone", NOW)
    second = renew_pairing(first.device.pk, None, NOW)
    third = renew_pairing(first.device.pk, None, NOW)
    with pytest.raises(PairingUnknown):
        pair_device(second.token, "", NOW)
    assert Device.objects.get(pk=first.device.pk).generation == _serial(old.bearer)[1]
    new = pair_device(third.token, "new phone", NOW)
    assert _serial(new.bearer) == (first.device.pk, 2)


def test_a_revoked_device_can_neither_pair_nor_get_a_new_code() -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)
    before = revision()
    assert [revoke_device(pairing.device.pk, None, NOW) for _ in range(2)] == [True, False]
    assert revision() == before + 1
    with pytest.raises(DeviceRevoked):
        pair_device(pairing.token, "", NOW)
    with pytest.raises(DeviceRevoked):
        renew_pairing(pairing.device.pk, None, NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_revoke_one_did_it() -> None:
    pairing = enrol_device(a_checkpoint(), "前门", None, NOW)

    def revoke(_: int) -> bool:
        try:
            return revoke_device(pairing.device.pk, None, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(revoke, range(2))) == [False, True]


def test_staff_enrol_only_where_they_may() -> None:
    door = a_checkpoint()
    elsewhere = staff("checkpoint_manager", region="341525")
    looker = staff("door_staff")
    for user in (elsewhere, looker):
        with pytest.raises(NotFound):
            enrol_device(door, "前门", user, NOW)
    assert enrol_device(door, "前门", staff("checkpoint_manager"), NOW).device.checkpoint == door


def test_a_device_of_an_organisation_serves_all_its_doors() -> None:
    home = an_organisation()
    device = enrol_device(home, "巡查", None, NOW).device
    assert (device.organisation, device.checkpoint) == (home, None)


def test_a_device_needs_a_name() -> None:
    with pytest.raises(BadInput):
        enrol_device(a_checkpoint(), " ", None, NOW)


def _post(client: Any, body: dict[str, Any], **headers: str) -> Any:
    return client.post(
        "/api/v1/devices/pair", json.dumps(body), content_type="application/json", headers=headers
    )


def test_pairing_over_http_sets_a_cookie_no_script_can_read(client: Any, settings: Any) -> None:
    door = a_checkpoint(type="school")
    token = enrol_device(door, "前门", None, NOW).token
    answer = _post(client, {"pairing": token, "label": "phone"})
    body = answer.json()
    device = Device.objects.get()
    expires = body.pop("expires_at")
    assert body == {
        "device": device.pk,
        "name": "前门",
        "organisation": {"id": door.organisation_id, "name": door.organisation.name},
        "checkpoint": {
            "id": door.pk,
            "name": door.name,
            "name_en": "",
            "type": "school",
            "state": "in_use",
        },
        "policy": {
            "version": 0, "temperature_limit": 37.3, "test_hours": 0, "mask": False,
            "grey": "refer",
            "green": "admit",
            "yellow": "deny",
            "red": "deny",
        },
    }
    cookie = answer.cookies["ankang_device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    credential = keyring().credentials().read(cookie.value, NOW.timestamp() + 60)
    assert (credential.kind, credential.subject, credential.serial) == ("device", device.pk, 1)
    assert credential.expires == expires


def test_a_gate_without_cookies_asks_for_the_bearer(client: Any) -> None:
    token = enrol_device(a_checkpoint(), "闸机", None, NOW, kind="turnstile").token
    answer = _post(client, {"pairing": token, "bearer": True})
    assert answer.json()["bearer"] == answer.cookies["ankang_device"].value


@pytest.mark.parametrize(
    ("lang", "message"),
    [
        ("zh-CN", "配对码不正确，请重新扫描。"),
        ("en", "This pairing code is not known. Scan it again."),
    ],
)
def test_a_wrong_code_is_answered_in_the_reader_s_language(client: Any, lang: str, message: str) -> None:
    answer = _post(client, {"pairing": "nonsense"}, **{"accept-language": lang})
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "pairing_unknown", "message": message, "details": {}},
    )


@pytest.mark.parametrize("body", [{}, {"pairing": 7}, {"pairing": "x" * 101}, {"pairing": "x", "label": []}])
def test_a_malformed_request_names_the_field(client: Any, body: dict[str, Any]) -> None:
    answer = _post(client, body)
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_input")


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    for kind in (PairingUnknown, PairingUsed, PairingExpired, DeviceRevoked):
        assert issubclass(kind, Problem)
        assert kind().message("zh-hans") != kind().message("en")
