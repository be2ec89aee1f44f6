"""The door of the API: tokens of staff, own site, keys, pages, limits, one shape of refusal."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ankang.base.models import AnsweredOnce
from ankang.people.credentials import issue_credential
from ankang.places.models import Checkpoint
from ankang.staff.models import StaffToken
from ankang.staff.services import deactivate, grantable, issue_token, revoke_token

from ..people.conftest import applied, ningguo  # noqa: F401
from ..places.builders import a_checkpoint
from ..staff.builders import a_member, security
from .ground import an_officer

JSON = "application/json"
NOW = datetime.now(UTC)


def a_token(user: Any, role: str, permissions: list[str] | None = None) -> str:
    """A token of ``user`` for the duty with this role."""
    duty = user.duties.get(role=role)
    return issue_token("test", duty.pk, permissions or grantable(duty), user, NOW).token


def bearing(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"}, enforce_csrf_checks=True)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.django_db
def test_a_token_does_what_it_carries_and_nothing_else() -> None:
    user = a_member("checkpoint_manager", "tracer", region="34")
    api = bearing(a_token(user, "checkpoint_manager", ["checkpoints.view"]))
    assert api.get("/api/v1/staff/self").json()["permissions"] == ["checkpoints.view"]
    assert api.get("/api/v1/checkpoints").status_code == 200
    assert code_of(api.get("/api/v1/areas")) == (403, "not_allowed")  # the other duty has it, the token has not
    assert code_of(api.get("/api/v1/devices")) == (403, "not_allowed")


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["revoked", "expired", "duty", "left", "forged"])
def test_a_token_ends(ending: str) -> None:
    user = a_member("checkpoint_manager")
    token = a_token(user, "checkpoint_manager")
    row = StaffToken.objects.get()
    if ending == "revoked":
        revoke_token(row.pk, user, NOW)
    elif ending == "expired":
        StaffToken.objects.update(issued_at=NOW - timedelta(days=3), expires_at=NOW - timedelta(days=1))
    elif ending == "duty":
        user.duties.all().delete()
    elif ending == "left":
        deactivate(user.pk, security(), NOW, reason="left")
        assert StaffToken.objects.get().revoked_at is not None
    api = bearing(token + "x" if ending == "forged" else token)
    assert code_of(api.get("/api/v1/staff/self")) == (401, "token_refused")


@pytest.mark.django_db
def test_a_token_never_stands_for_a_person_at_the_keyboard() -> None:
    api = bearing(a_token(an_officer(), "health_commission"))
    body = {"yes": True, "digest": "00" * 32}
    assert code_of(api.post("/api/v1/approvals/1/decision", body, JSON)) == (403, "confirm_yourself")
    assert "people.unmask" not in api.get("/api/v1/staff/self").json()["permissions"]


@pytest.mark.django_db
def test_a_session_writes_only_from_our_own_pages(applied: Any) -> None:  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(an_officer())
    assert code_of(strict.post("/api/v1/rule-sets", {"base": "1"}, JSON)) == (403, "form_expired")
    person = applied().person
    strict.cookies["ankang_resident"] = issue_credential(person.pk, person.name, "web", NOW).token
    other = {"Origin": "https://elsewhere.example"}
    assert code_of(strict.put("/api/v1/me/town", {"town": "341881-01"}, JSON, headers=other)) == (403, "form_expired")
    assert strict.put("/api/v1/me/town", {"town": "341881-01"}, JSON).status_code == 204


@pytest.mark.django_db
def test_the_same_key_is_done_once_and_told_the_same() -> None:
    door = a_checkpoint()
    api = bearing(a_token(an_officer(), "checkpoint_manager"))
    body = {"organisation": door.organisation_id, "name": "新门", "type": "school"}
    key = {"Idempotency-Key": "k1"}
    first, second = (api.post("/api/v1/checkpoints", body, JSON, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
    assert Checkpoint.objects.filter(name="新门").count() == 1
    other = api.post("/api/v1/checkpoints", body | {"name": "别门"}, JSON, headers=key)
    assert code_of(other) == (409, "idempotency_key_reused")
    AnsweredOnce.objects.update(at=NOW - timedelta(hours=25))
    assert code_of(api.post("/api/v1/checkpoints", body, JSON, headers=key)) == (409, "name_taken")
    assert api.post("/api/v1/checkpoints", body | {"name": "别门"}, JSON, headers=key).status_code == 201  # a refusal keeps no key
    assert code_of(api.post("/api/v1/checkpoints", body, JSON, headers={"Idempotency-Key": "x" * 201})) == (422, "bad_input")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_key_one_is_done() -> None:
    door = a_checkpoint()
    token, answers = a_token(an_officer(), "checkpoint_manager"), []
    body = {"organisation": door.organisation_id, "name": "新门", "type": "school"}
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        answer = bearing(token).post("/api/v1/checkpoints", body, JSON, headers={"Idempotency-Key": "k"})
        answers.append((answer.status_code, json.dumps(answer.json(), sort_keys=True)))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(answers)), answers[0][0], Checkpoint.objects.filter(name="新门").count()) == (1, 201, 1)


@pytest.mark.django_db
def test_a_list_is_read_to_its_end_while_rows_come() -> None:
    doors = [a_checkpoint() for _ in range(5)]
    api = bearing(a_token(an_officer(), "checkpoint_manager"))
    page = api.get("/api/v1/checkpoints?limit=2").json()
    seen = [row["number"] for row in page["items"]]
    doors.append(a_checkpoint())
    while page["next"]:
        page = api.get("/api/v1/checkpoints", {"limit": 2, "cursor": page["next"]}).json()
        seen += [row["number"] for row in page["items"]]
    assert seen == [door.pk for door in doors]
    first = api.get("/api/v1/checkpoints?limit=1").json()["next"]
    assert code_of(api.get("/api/v1/organisations", {"cursor": first})) == (400, "bad_cursor")
    assert code_of(api.get("/api/v1/checkpoints?limit=201")) == (422, "bad_input")


@pytest.mark.django_db
def test_every_refusal_has_one_shape(client: Any) -> None:
    asked = {
        "unknown address": client.get("/api/v1/nothing"),
        "method": client.delete("/api/v1/rules"),
        "no json": client.post("/api/v1/one-time-codes", "{", JSON),
        "other type": client.post("/api/v1/one-time-codes", "x", "text/plain"),
        "nobody": client.post("/api/v1/areas", "{", JSON),
    }
    assert {name: code_of(answer) for name, answer in asked.items()} == {
        "unknown address": (404, "not_found"),
        "method": (405, "method_not_allowed"),
        "no json": (400, "bad_json"),
        "other type": (415, "unsupported_media_type"),
        "nobody": (401, "not_signed_in"),
    }
    assert asked["method"].headers["Allow"] == "GET"


@pytest.mark.django_db
def test_who_asks_too_often_waits(settings: Any) -> None:
    settings.ANKANG_API_RATE_OF_AN_ADDRESS = 2
    answers = [Client(REMOTE_ADDR="10.9.8.7").get("/api/v1/policies") for _ in range(3)]
    assert [answer.status_code for answer in answers] in ([200, 200, 429], [200, 429, 200])  # a minute may end between them
    assert (answers[0].headers["RateLimit-Limit"], answers[0].headers["RateLimit-Remaining"]) == ("2", "1")
