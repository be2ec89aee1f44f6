"""The HTTP API of people: shapes, stable errors, bad input."""

import json
from typing import Any

import pytest
from django.test import Client

from ankang.people.models import Credential, Person

from .conftest import HARBOUR, a_document, newest_code

pytestmark = pytest.mark.django_db
PHONE = "+8613800000001"


@pytest.fixture
def api(ningguo: None) -> Client:
    return Client(headers={"Accept-Language": "en"})


def post(api: Client, path: str, body: Any) -> Any:
    return api.post(f"/api/v1/{path}", body, content_type="application/json")


def a_body(**given: Any) -> dict[str, Any]:
    return {
        "name": "王小明",
        "document_kind": "resident_id",
        "document": a_document(),
        "phone": PHONE,
        "code": "000000",
        "town": HARBOUR,
        "declared": True,
        "consents": ["health_checks", "notices", "verification", "visit_records"],
    } | given


def error(response: Any) -> tuple[int, str, Any]:
    answer = response.json()
    assert set(answer) == {"error", "message", "details"}
    return response.status_code, answer["error"], answer["details"]


def test_an_application_through_the_api(api: Client) -> None:
    sent = post(api, "one-time-codes", {"phone": "13800000001"})
    assert (sent.status_code, sent.json()) == (202, {"expires_in": 300, "retry_after": 60})
    made = post(api, "applications", a_body(code=newest_code(PHONE)))
    assert made.status_code == 201
    answer = made.json()
    assert (set(answer), answer["name"], answer["new"]) == (
        {"credential", "expires_at", "name", "new"},
        "王*明",
        True,
    )
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {answer['credential']}"})
    assert me.json() == {
        "name": "王*明",
        "document_kind": "resident_id",
        "document": "3418************" + a_document()[-2:],
        "phone": "138****0001",
        "town": "港口镇",
        "consents": ["health_checks", "notices", "verification", "visit_records"],
        "credential_expires_at": answer["expires_at"],
    }
    assert (Person.objects.get().applied_via, Credential.objects.get().label) == ("api", "api")


def test_without_a_credential_there_is_no_me(api: Client) -> None:
    assert error(api.get("/api/v1/me")) == (401, "not_signed_in", {})


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (
            {"document": a_document()[:-1] + ("1" if a_document()[-1] != "1" else "2")},
            {"document": "bad_checksum"},
        ),
        ({"document": a_document(region="349981")}, {"document": "unknown_region"}),
        ({"document": "34188119900307ABCD"}, {"document": "bad_characters"}),
        ({"document_kind": "x"}, {"document_kind": "unknown_kind"}),
        ({"name": "王\x00明"}, {"name": "bad_characters"}),
        ({"town": "\x00"}, {"town": "unknown_town"}),
        ({"phone": "12345678901"}, {"phone": "bad_characters"}),
        ({"consents": ["verification"]}, {"consents": "required_consent_missing"}),
        ({"declared": False}, {"declared": "declaration_missing"}),
        ({"code": "12"}, {"code": "bad_code"}),
    ],
)
def test_bad_fields_have_stable_codes(api: Client, given: dict[str, Any], fields: dict[str, str]) -> None:
    assert error(post(api, "applications", a_body(**given))) == (422, "bad_input", {"fields": fields})


def test_a_body_of_another_shape_names_its_fields(api: Client) -> None:
    status, code, details = error(post(api, "applications", {"name": 5, "consents": "all"}))
    assert (status, code) == (422, "bad_input")
    assert {"body.name", "body.consents"} <= set(details["fields"])


def test_a_name_of_a_thousand_letters_is_refused_by_size(api: Client) -> None:
    status, code, details = error(post(api, "applications", a_body(name="明" * 1000)))
    assert (status, code, details) == (422, "bad_input", {"fields": {"body.name": "string_too_long"}})


def test_half_a_character_is_refused(api: Client) -> None:
    body = json.dumps(a_body()).replace("\\u738b", "\\ud800")
    status, code, _ = error(api.post("/api/v1/applications", body, content_type="application/json"))
    assert (status, code) == (422, "bad_input")


@pytest.mark.parametrize("body", [b"{", b" ", b"\xff\xfe", b"[" * 100_000, b"NaN,"])
def test_what_is_no_json_is_refused(api: Client, body: bytes) -> None:
    assert error(api.post("/api/v1/one-time-codes", body, content_type="application/json")) == (
        400,
        "bad_json",
        {},
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_content_type_is_refused(api: Client, kind: str) -> None:
    body = json.dumps({"phone": PHONE})
    assert error(api.post("/api/v1/one-time-codes", body, content_type=kind)) == (
        415,
        "unsupported_media_type",
        {},
    )


def test_ten_megabytes_are_refused(api: Client) -> None:
    body = b'{"phone": "' + b"1" * 10_000_000 + b'"}'
    assert error(api.post("/api/v1/one-time-codes", body, content_type="application/json")) == (
        413,
        "body_too_large",
        {},
    )


def test_asking_too_often_says_when_to_come_back(api: Client) -> None:
    post(api, "one-time-codes", {"phone": PHONE})
    response = post(api, "one-time-codes", {"phone": PHONE})
    status, code, details = error(response)
    assert (status, code, set(details)) == (429, "code_too_soon", {"retry_after"})
    assert response.headers["Retry-After"] == str(details["retry_after"])


def test_wrong_codes_are_counted_over_requests(api: Client) -> None:
    post(api, "one-time-codes", {"phone": PHONE})
    right = newest_code(PHONE)
    wrong = "000000" if right != "000000" else "000001"
    answers = [error(post(api, "applications", a_body(code=wrong))) for _ in range(5)]
    assert answers == [(422, "code_wrong", {"left": left}) for left in (4, 3, 2, 1, 0)]
    assert error(post(api, "applications", a_body(code=right))) == (422, "code_expired", {})


def test_errors_speak_the_readers_language(ningguo: None) -> None:
    for language, words in (("zh-CN", "请先登录。"), ("en", "Please sign in first.")):
        assert Client(headers={"Accept-Language": language}).get("/api/v1/me").json()["message"] == words
