"""The door of the API against requests that schemathesis found: forms that are none, keys of another shape."""

import json

import pytest
from django.test import Client

from ..staff.builders import a_member

CSRF = "c" * 32
NO_BOUNDARY = {"content_type": "multipart/form-data", "data": b"{}"}


@pytest.fixture
def browser(db: None) -> Client:
    """A session of somebody on the staff, with the token of its forms."""
    client = Client(enforce_csrf_checks=True, headers={"X-CSRFToken": CSRF})
    client.force_login(a_member("checkpoint_manager"))
    client.cookies["csrftoken"] = CSRF
    return client


def told(answer: object) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, json.loads(answer.content)["error"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("checkpoints", (415, "unsupported_media_type")),
        ("approvals/1/withdraw", (404, "not_found")),
        ("places/lists", (400, "bad_request")),
    ],
)
def test_a_form_without_a_boundary_is_refused_and_breaks_nothing(browser: Client, address: str, expected: tuple[int, str]) -> None:
    assert told(browser.post(f"/api/v1/{address}", **NO_BOUNDARY)) == expected


def test_only_the_header_proves_where_json_comes_from(browser: Client) -> None:
    form = {"csrfmiddlewaretoken": CSRF}
    assert told(browser.post("/api/v1/approvals/1/withdraw", form, headers={"X-CSRFToken": ""})) == (403, "form_expired")


@pytest.mark.parametrize("key", ["two words", "schlüssel", "k" * 201])
def test_a_key_is_of_the_shape_that_the_document_says(browser: Client, key: str) -> None:
    answer = browser.post("/api/v1/approvals/1/withdraw", headers={"Idempotency-Key": key})
    assert (told(answer), answer.json()["details"]) == ((422, "bad_input"), {"fields": {"Idempotency-Key": "bad_key"}})


def test_a_query_of_a_thousand_parts_is_refused_as_the_document_says(browser: Client) -> None:
    from ankang.site.api import api

    address = "/api/v1/posters"
    assert told(browser.get(f"{address}?{'checkpoint=1&' * 1001}")) == (400, "bad_request")
    said = api.get_openapi_schema()["paths"][address]["get"]
    assert "bad_request" in said["x-errors"]
    assert "400" in said["responses"]
