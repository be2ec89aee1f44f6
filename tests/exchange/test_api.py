"""The API as another system uses it: a token, parts, single records, and what it may not do."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from ankang.exchange import services
from ankang.exchange.models import Agent, Batch
from ankang.exchange.services.checking import check_batch

from .builders import NOW, a_test, arrived, at, counts, evidence_of, ran, records, residents, staff, table

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def token(officer):
    """A token of the hospital's laboratory, for nucleic tests only."""
    return services.issue_agent("检验系统", ["nucleic-tests"], officer, NOW).token


class Machine:
    """Speaks JSON with a bearer token."""

    def __init__(self, token: str) -> None:
        self._client, self._auth = Client(), {"authorization": f"Bearer {token}"}

    def post(self, path: str, body: object = None, **headers: str):
        return self._client.post(
            f"/api/v1/feeds/{path}", json.dumps(body or {}), "application/json", headers={**self._auth, **headers}
        )

    def put(self, path: str, body: bytes):
        return self._client.put(f"/api/v1/feeds/{path}", body, "application/octet-stream", headers=self._auth)

    def get(self, path: str):
        return self._client.get(f"/api/v1/feeds/{path}", headers=self._auth)


def test_a_machine_sends_a_file_in_parts_and_asks_how_it_is_doing(token, people):
    machine, content = Machine(token), table([a_test(who, f"N{n}") for n, who in enumerate(residents(5))])
    begun = machine.post("nucleic-tests/batches", {"filename": "a.csv"}, **{"idempotency-key": "k1"})
    again = machine.post("nucleic-tests/batches", {"filename": "a.csv"}, **{"idempotency-key": "k1"})
    number = begun.json()["id"]
    assert (begun.status_code, begun.json()["state"], again.json()["id"]) == (201, "draft", number)
    for n, at_byte in enumerate(range(0, len(content), 100), 1):
        for _ in range(2):
            assert machine.put(f"batches/{number}/parts/{n}", content[at_byte : at_byte + 100]).status_code == 204
    assert machine.put(f"batches/{number}/parts/1", b"something else").json()["error"] == "part_differs"
    first = machine.post(f"batches/{number}/complete", {"parts": n}).json()
    assert (first["already"], machine.post(f"batches/{number}/complete", {"parts": n}).json()["already"]) == (False, False)
    check_batch(number)
    ran(Batch.objects.get(pk=number))
    shown = machine.get(f"batches/{number}").json()
    assert (shown["state"], shown["succeeded"], shown["findings"]["good"]) == ("finished", 5, 5)
    assert "王" not in json.dumps(shown["findings"]["first"], ensure_ascii=False)


def test_a_missing_part_is_named(token):
    machine = Machine(token)
    number = machine.post("nucleic-tests/batches", {"filename": "a.csv"}).json()["id"]
    machine.put(f"batches/{number}/parts/3", b"x")
    answer = machine.post(f"batches/{number}/complete", {})
    assert (answer.status_code, answer.json()["details"]) == (409, {"missing": [1, 2]})


def test_a_token_is_for_its_feeds_until_its_end_and_is_kept_only_as_a_blind_index(token, officer):
    machine = Machine(token)
    assert machine.post("stays/batches", {"filename": "a.csv"}).status_code == 403
    assert Machine("akf_wrong").post("nucleic-tests/batches", {"filename": "a.csv"}).status_code == 401
    agent = Agent.objects.get()
    assert token.encode() not in bytes(agent.token_blind)
    Agent.objects.update(issued_at=NOW - timedelta(days=2), expires_at=NOW - timedelta(days=1))
    assert machine.post("nucleic-tests/batches", {"filename": "a.csv"}).status_code == 401
    Agent.objects.update(expires_at=NOW + timedelta(days=1))
    services.revoke_agent(agent.pk, officer, NOW)
    assert machine.post("nucleic-tests/batches", {"filename": "a.csv"}).status_code == 401


def test_a_machine_sees_only_what_its_token_sent(token, officer):
    other = arrived(b"x", officer).batch
    machine = Machine(token)
    assert machine.get(f"batches/{other.pk}").status_code == 404
    assert machine.put(f"batches/{other.pk}/parts/2", b"x").status_code == 404
    assert machine.post(f"batches/{other.pk}/cancel").status_code == 404


def test_records_are_answered_one_by_one_and_positive_ones_wait_for_approval(token, people):
    machine, (one, two, three, four, five) = Machine(token), residents(5)
    stranger = residents(1, 77)[0]
    rows = [
        a_test(one, "N1"),
        a_test(two, "N2", "阳性"),
        a_test(three, "N3", 检测时间=at(3)),
        a_test(stranger, "N4"),
        a_test(four, "N5", 姓名="李四光"),
        {"document": five.document, "sampled_at": at(-2), "tested_at": at(-1), "result": "negative"},
    ]
    answer = machine.post("nucleic-tests/records", {"records": rows}).json()
    assert [(row["outcome"], row.get("code")) for row in answer["rows"]] == [
        ("success", None),
        ("pending", None),
        ("error", "in_the_future"),
        ("waiting", None),
        ("error", "name_differs"),
        ("success", None),
    ]
    assert [kind for _, kind, _ in evidence_of(*people)] == ["nucleic_test"] * 2
    again = machine.post("nucleic-tests/records", {"records": rows[:1]}).json()
    assert again["rows"] == [{"row": 1, "outcome": "duplicate"}]


def test_a_positive_record_of_staff_is_handed_in_at_once_and_collects_nothing_more(officer, people):
    (one, two) = residents(2)
    first = records([a_test(one, "N1", "阳性")], officer)
    same = records([a_test(two, "N2", "阳性")], officer, at_once=True)
    assert same.pending.pk == first.pending.pk
    check_batch(same.pending.pk)
    batch = Batch.objects.get(pk=same.pending.pk)
    assert (batch.state, batch.rows, batch.worsening) == ("pending_approval", 2, 2)
    later = records([a_test(one, "N3", "阳性")], officer)
    assert later.pending.pk != batch.pk


def test_a_session_may_use_the_api_only_with_the_token_of_its_forms(officer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    body = json.dumps({"filename": "a.csv"})
    answer = strict.post("/api/v1/feeds/stays/batches", body, "application/json")
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": "csrf"})
    easy = Client()
    easy.force_login(officer)
    assert easy.post("/api/v1/feeds/stays/batches", body, "application/json").status_code == 201


def test_staff_without_the_duty_and_strangers_are_refused(ningguo):
    client = Client()
    body = json.dumps({"filename": "a.csv"})
    assert client.post("/api/v1/feeds/stays/batches", body, "application/json").status_code == 401
    client.force_login(staff("approver"))
    assert client.post("/api/v1/feeds/stays/batches", body, "application/json").status_code == 403


def test_refused_rows_come_as_csv_and_as_a_workbook(token, people):
    machine = Machine(token)
    number = machine.post("nucleic-tests/batches", {"filename": "a.csv"}).json()["id"]
    machine.put(f"batches/{number}/parts/1", table([a_test(residents(1)[0], "N1", "很好"), a_test(residents(1)[0], "N2")]))
    machine.post(f"batches/{number}/complete")
    check_batch(number)
    batch = ran(Batch.objects.get(pk=number))
    assert counts(batch) == {"succeeded": 1, "failed": 1}
    lines = b"".join(machine.get(f"batches/{number}/rejects").streaming_content).decode("utf-8-sig").splitlines()
    assert (lines[0].split(",")[0], len(lines)) == ("原因", 2)
    assert lines[1].startswith("检测结果：不在可选值之内")
    assert machine.get(f"batches/{number}/rejects?format=xlsx").content[:2] == b"PK"
