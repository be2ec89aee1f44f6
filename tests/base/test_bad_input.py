"""What no person types is refused with a sentence, on every page, before anything is stored."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.base.errors import BadRequest, FormExpired, MethodNotAllowed

pytestmark = pytest.mark.django_db


def test_what_no_column_holds_is_refused_with_a_sentence(client: Any) -> None:
    page = client.get("/console/login/?lang=zh").content.decode()
    answer = client.post("/console/login/", {"username": "a\0b", "password": "x"})
    assert (answer.status_code, "error-summary" in page, "error-summary" in answer.content.decode()) == (200, False, True)


def test_a_form_without_its_token_says_that_the_page_is_too_old() -> None:
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/console/login/", {"username": "a", "password": "x"})
    assert (answer.status_code, FormExpired.zh in answer.content.decode()) == (403, True)


def test_a_form_that_cannot_be_taken_apart_is_refused_with_a_page(client: Any) -> None:
    answer = client.generic("POST", "/verify-reason?lang=en", b"xx", "multipart/form-data")
    assert (answer.status_code, BadRequest.en in answer.content.decode()) == (400, True)


def test_what_an_address_does_not_take_is_refused_with_a_page(client: Any) -> None:
    answer = client.post("/privacy?lang=en")
    assert (answer.status_code, answer.headers["Allow"], MethodNotAllowed.en in answer.content.decode()) == (405, "GET, HEAD", True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE base_decision SET yes = false",
        "DELETE FROM base_decision",
        "UPDATE base_approval SET digest = decode('00', 'hex')",
        "UPDATE base_approval SET state = 'pending', closed_at = NULL",
        "DELETE FROM base_approval",
    ],
)
def test_who_decided_what_cannot_be_changed_afterwards(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_region (code, name, name_en, level) VALUES ('99', 'x', 'x', 'province') ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO base_approval (subject, reference, digest, summary, region_id, permission, other_organisation, needed,"
            " state, asked_by, asked_by_name, asked_organisations, asked_at, note, closed_at)"
            " VALUES ('x', '1', '\\x01', '{}', '99', 'rules.approve', false, 1, 'approved', 1, 'a', '[]', now(), '', now())"
            " RETURNING id"
        )
        cursor.execute(
            "INSERT INTO base_decision (approval_id, maker, by, by_name, organisations, yes, reason, at)"
            " VALUES (%s, 1, 2, 'b', '[]', true, '', now())",
            [cursor.fetchone()[0]],
        )
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            cursor.execute(statement)
