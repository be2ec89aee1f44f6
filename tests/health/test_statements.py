"""Signed reasons: one for each restricted state, the same for the same state, readable by its holder, never changed."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from ankang.core.statements import verify_statement
from ankang.health.models import Statement
from ankang.health.services import retract_evidence
from ankang.health.services.statements import CHUNK, sign_waiting, statement_of, statements_of
from ankang.trust.keyring import forget, keyring
from ankang.trust.services import rotate_key

from .builders import NOW, check_person, days, evidence, isolation, unknown_person
from .residents import Resident, a_resident, applied, in_english, ningguo

__all__ = ["applied", "in_english", "ningguo"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(applied: Callable[..., Any]) -> Resident:
    """王小明 with a fever since yesterday: yellow."""
    someone = a_resident(applied)
    evidence(someone.person, "symptom", NOW - days(1), code="fever")
    return someone


@pytest.fixture(autouse=True)
def _keys_as_stored() -> Iterator[None]:
    """A key that a test made goes with its transaction; the opened keyring must forget it too."""
    yield
    forget()


@pytest.fixture
def stranger() -> Client:
    """Somebody's browser that reads English; not signed in."""
    client = Client()
    client.cookies["ankang_lang"] = "en"
    return client


def test_a_yellow_code_has_a_statement_that_anybody_can_check(resident: Resident) -> None:
    stored = statement_of(resident.person, NOW)
    assert stored is not None
    verified = verify_statement(stored.file, keyring().statement_keys())
    assert verify_statement(stored.compact, keyring().statement_keys()) == verified
    said = verified.statement
    assert (said.holder.name, said.holder.document_kind, said.holder.document[:4]) == ("王*明", "resident_id", "3418")
    assert (said.colour, said.since, said.kid) == ("yellow", int((NOW - days(1)).timestamp()), 1)
    assert (said.rule_set.name, said.rule_set.version) == ("zhejiang-2020-07", 1)
    assert [(reason.rule, len(reason.evidence)) for reason in said.reasons] == [("yellow.fever", 1)]
    assert "Z20 1(二)" in said.reasons[0].source
    assert ("12345" in said.appeal.zh, "港口镇" in said.appeal.zh, "Gangkou" in said.appeal.en) == (True, True, True)


def test_green_and_grey_codes_have_nothing_to_explain(applied: Callable[..., Any]) -> None:
    someone = a_resident(applied)
    assert statement_of(someone.person, NOW) is None
    check_person(someone.person, NOW)
    assert statement_of(someone.person, NOW) is None
    assert Statement.objects.count() == 0


def test_the_same_state_gives_the_same_statement_however_often_it_is_looked_at(resident: Resident) -> None:
    first = statement_of(resident.person, NOW)
    assert statement_of(resident.person, NOW + days(0.1)) == first
    rotate_key("statement_sign", NOW)
    assert statement_of(resident.person, NOW + days(0.1)) == first
    assert verify_statement(first.file if first else "", keyring().statement_keys()).statement.kid == 1
    assert Statement.objects.count() == 1


def test_another_reason_gives_another_statement_and_the_old_one_stays(resident: Resident) -> None:
    first = statement_of(resident.person, NOW)
    isolation(resident.person, NOW - days(1), NOW + days(6))
    second = statement_of(resident.person, NOW)
    assert first is not None
    assert second is not None
    assert [reason.rule for reason in second.said.reasons] == ["red.isolation", "yellow.fever"]
    assert {stored.id for stored in statements_of(resident.person)} == {first.id, second.id}


def test_a_state_that_comes_back_finds_its_old_statement(resident: Resident) -> None:
    first = statement_of(resident.person, NOW)
    order = isolation(resident.person, NOW - days(1), NOW + days(6))
    statement_of(resident.person, NOW)
    retract_evidence(resident.person, order, "another person's", "cdc", NOW)
    assert statement_of(resident.person, NOW) == first
    assert Statement.objects.count() == 2


def test_the_job_signs_what_waits_chunk_by_chunk_and_then_nothing(applied: Callable[..., Any]) -> None:
    people = [a_resident(applied, number).person for number in (1, 2, 3)]
    for person in people:
        evidence(person, "symptom", NOW, code="fever")
    later = NOW + timedelta(seconds=1)
    assert sign_waiting(later, 0, 2) == (people[1], 2)
    assert sign_waiting(later, people[1], 2) == (people[2], 1)
    assert sign_waiting(later, people[2], 2) == (None, 0)
    assert sign_waiting(later, 0, CHUNK) == (None, 0)
    assert Statement.objects.count() == 3


def test_the_job_passes_over_people_who_are_not_on_file() -> None:
    stranger = unknown_person()
    evidence(stranger, "symptom", NOW, code="fever")
    assert sign_waiting(NOW + days(1), 0, CHUNK) == (stranger, 0)
    assert statement_of(stranger, NOW) is None


@pytest.mark.parametrize("order", ["UPDATE health_statement SET document = '{}'", "DELETE FROM health_statement"])
def test_a_statement_is_never_changed_or_deleted(resident: Resident, order: str) -> None:
    statement_of(resident.person, NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order)


def test_the_public_keys_are_published_and_check_the_file(resident: Resident, stranger: Client) -> None:
    from ankang.core.statement_keys import read_keys

    rotate_key("statement_sign", NOW)
    answer = stranger.get("/.well-known/ankang-keys.json")
    keys = read_keys(answer.content.decode())
    assert (answer.status_code, answer["Content-Type"], set(keys)) == (200, "application/json", {1, 2})
    stored = statement_of(resident.person, NOW)
    assert stored is not None
    assert verify_statement(stored.file, keys).statement == stored.said


def test_the_verifying_page_knows_genuine_from_changed_forged_and_foreign(resident: Resident, stranger: Client) -> None:
    stored = statement_of(resident.person, NOW)
    assert stored is not None
    file = json.loads(stored.file)
    since = str(file["statement"]["since"])
    texts = {
        "Genuine": [stored.file, stored.compact],
        "Not genuine.": [stored.file.replace(since, str(int(since) + 1))],
        "Forged.": [json.dumps(file | {"public_key": "04" + "ab" * 64})],
        "Signed with a key that was never ours.": [stored.file.replace('"kid": 1', '"kid": 200')],
        "This is no signed reason.": ["hello", "", json.dumps(file | {"note": "<script>alert(1)</script>"})],
        "This is too long for a signed reason.": ["x" * 1_000_000],
    }
    for words, presented in texts.items():
        for text in presented:
            page = stranger.post("/verify-reason", {"text": text}).content.decode()
            assert words in page
            assert "<script>" not in page


def test_a_file_that_was_uploaded_is_checked_too(resident: Resident, stranger: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    stored = statement_of(resident.person, NOW)
    assert stored is not None
    for content, status in ((stored.file.encode(), 200), (b"\xff" * 100, 422)):
        answer = stranger.post("/verify-reason", {"text": "", "file": SimpleUploadedFile("reason.json", content)})
        assert answer.status_code == status
    long = SimpleUploadedFile("reason.json", ("码" * 500_000).encode())
    assert "too long" in stranger.post("/verify-reason", {"file": long}).content.decode()


def test_ten_megabytes_are_refused_in_words(stranger: Client) -> None:
    answer = stranger.post("/verify-reason", {"text": "x" * 10_000_000})
    assert (answer.status_code, "too large" in answer.content.decode()) == (413, True)
