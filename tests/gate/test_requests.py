"""Bad requests: each has a stable code and a sentence, and none reaches a handler."""

import json
from uuid import uuid4

import pytest

from ankang.config.settings import Settings
from ankang.core.colours import Colour
from tests.gate.ground import Ground, InProcess

GOOD = {"code": "AK1:", "checkpoint": 1, "direction": "entry", "temperature": 36.5, "nonce": str(uuid4())}


@pytest.fixture(scope="module")
def token(ground: Ground, shared_gate: InProcess) -> str:
    device = ground.a_device(ground.a_checkpoint())
    shared_gate.catch_up()
    return device.token


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"checkpoint": "1"}, "checkpoint"),
        ({"checkpoint": -1}, "checkpoint"),
        ({"checkpoint": 2**40}, "checkpoint"),
        ({"direction": "sideways"}, "direction"),
        ({"nonce": "1234"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"temperature": 29.9}, "temperature"),
        ({"temperature": 45.1}, "temperature"),
        ({"temperature": "36.5"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"code": 5}, "code"),
    ],
)
def test_a_wrong_field_is_named(gate: InProcess, token: str, change: dict[str, object], field: str) -> None:
    answer = gate.call("POST", "/g/v1/verify", token, GOOD | change)
    assert (answer.status, answer.json["error"], answer.json["details"]["field"]) == (422, "bad_field", field)


@pytest.mark.parametrize("field", ["code", "checkpoint", "direction", "nonce"])
def test_a_missing_field_is_named(gate: InProcess, token: str, field: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != field}
    answer = gate.call("POST", "/g/v1/verify", token, body)
    assert (answer.status, answer.json["error"], answer.json["details"]["field"]) == (422, "bad_field", field)


def test_fields_we_do_not_know_are_ignored(gate: InProcess, token: str) -> None:
    assert gate.call("POST", "/g/v1/verify", token, GOOD | {"colour": "green"}).json["reason"] == "invalid"


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"code": NaN}', b'{"x":' + b"[" * 60_000])
def test_what_is_not_json_is_refused(gate: InProcess, token: str, body: bytes) -> None:
    answer = gate.call("POST", "/g/v1/verify", token, body)
    assert (answer.status, answer.json["error"]) == (400, "bad_json")


def test_texts_that_are_no_unicode_are_refused_or_invalid(gate: InProcess, token: str) -> None:
    for text in (b"\xc3\x28", b"\\ud800", b"\\u0000"):
        body = json.dumps(GOOD | {"nonce": str(uuid4())}).encode().replace(b"AK1:", b"AK1:" + text)
        answer = gate.call("POST", "/g/v1/verify", token, body)
        assert answer.json.get("error") == "bad_json" or answer.json["reason"] == "invalid"


def test_sizes_types_addresses_and_methods_are_checked(gate: InProcess, token: str) -> None:
    def error(method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        answer = gate.call(method, path, token, body, **headers)
        return (answer.status, answer.json["error"])

    assert error("POST", "/g/v1/verify", b"x" * 65_537) == (413, "body_too_large")
    assert error("POST", "/g/v1/visits", b"x" * 1_048_577) == (413, "body_too_large")
    assert error("POST", "/g/v1/verify", GOOD, content_type="text/plain") == (415, "unsupported_media_type")
    assert error("GET", "/g/v1/nothing") == (404, "not_found")
    assert error("GET", "/g/v1/verify") == (405, "method_not_allowed")
    assert error("DELETE", "/g/v1/me") == (405, "method_not_allowed")


def test_who_calls_must_be_known_and_of_the_right_kind(ground: Ground, gate: InProcess, token: str) -> None:
    person = ground.a_person()
    old = ground.token("resident", person.number, 1, lasts=-1)
    stranger = ground.token("device", 999_999, 1)

    def refused(path: str, bearer: str) -> tuple[int, str, object]:
        answer = gate.call("GET", path, bearer)
        return (answer.status, answer.json["error"], answer.json["details"].get("reason"))

    assert refused("/g/v1/me", "") == (401, "unauthorized", "no_token")
    assert refused("/g/v1/me", "ak1r_nonsense") == (401, "unauthorized", "bad_token")
    assert refused("/g/v1/me", person.token[:-2] + "AA") == (401, "unauthorized", "bad_token")
    assert refused("/g/v1/me", "𠮷" * 10) == (401, "unauthorized", "bad_token")
    assert refused("/g/v1/me", old) == (401, "unauthorized", "expired_token")
    assert refused("/g/v1/me", token) == (401, "unauthorized", "wrong_kind")
    assert refused("/g/v1/door", person.token) == (401, "unauthorized", "wrong_kind")
    assert refused("/g/v1/door", stranger) == (401, "unauthorized", "unknown_device")
    newcomer = ground.token("device", 999_999, 1, age=2)
    assert refused("/g/v1/door", newcomer) == (503, "not_ready", None)


def test_a_revoked_credential_is_refused(ground: Ground, gate: InProcess) -> None:
    person = ground.a_person()
    gate.catch_up()
    assert gate.call("GET", "/g/v1/me", person.token).status == 200
    ground.sql(
        "alter table people_credential drop constraint if exists people_credential_person_id_5152203f_fk_people_person_id"
    )
    ground.sql(
        "insert into people_credential (id, label, issued_at, expires_at, revoked_at, person_id) "
        "overriding system value values (%s, '', now(), now() + interval '1 day', now(), %s)",
        person.number,
        person.number,
    )
    ground.bump("credentials")
    gate.catch_up()
    answer = gate.call("GET", "/g/v1/me", person.token)
    assert (answer.status, answer.json["error"]) == (401, "credential_revoked")


def test_the_cookie_of_our_own_pages_counts_and_other_sites_do_not(ground: Ground, gate: InProcess) -> None:
    person = ground.a_person(Colour.YELLOW)
    gate.catch_up()
    cookie = f"a=b; ankang_resident={person.token}; c=d"
    assert gate.call("GET", "/g/v1/me", cookie=cookie, sec_fetch_site="same-origin").json["colour"] == "yellow"
    answer = gate.call("GET", "/g/v1/me", cookie=cookie, sec_fetch_site="cross-site")
    assert (answer.status, answer.json["error"]) == (403, "cross_site")
    assert gate.call("GET", "/g/v1/door", cookie=cookie).status == 401


def test_too_many_requests_are_slowed_down(ground: Ground) -> None:
    settings = ground.settings.model_copy(update={"gate_resident_rate": 2.0})
    gate, person = InProcess(Settings(**settings.model_dump())), ground.a_person()
    try:
        answers = [gate.call("GET", "/g/v1/me", person.token) for _ in range(14)]
        assert [answer.status for answer in answers[:10]] == [200] * 10
        assert (answers[-1].status, answers[-1].json["error"]) == (429, "too_many_requests")
        assert int(answers[-1].headers["retry-after"]) >= 1
    finally:
        gate.stop()


def test_errors_are_told_in_the_readers_language(gate: InProcess) -> None:
    chinese = gate.call("GET", "/g/v1/me")
    english = gate.call("GET", "/g/v1/me", accept_language="en")
    assert chinese.json == {
        "error": "unauthorized", "message": "请先登录或重新配对。", "details": {"reason": "no_token"},
    }  # fmt: skip
    assert english.json["message"] == "Please sign in or pair the device again."
