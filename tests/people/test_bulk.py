"""Many at once: encrypted, numbered without gaps, and the same again when loaded again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.people import services
from ankang.people.bulk import issue_credentials_in_bulk, register_in_bulk
from ankang.people.models import Consent, Person
from ankang.trust.keyring import keyring

from .conftest import HARBOUR, NOW, a_document


@dataclass(frozen=True)
class Row:
    number: int
    phone: str = "+8613800000001"
    name: str = "王小明"
    document_kind: str = "resident_id"
    town: str = HARBOUR
    address: str | None = None

    @property
    def document(self) -> str:
        return a_document(self.number)


def test_rows_become_people_in_their_order(ningguo: None) -> None:
    ids = register_in_bulk([Row(3), Row(1, name="𠮷野"), Row(2, address="港口镇 1 号")], NOW)
    people = Person.objects.in_bulk(ids)
    assert [(people[i].document, people[i].name, people[i].address) for i in ids] == [
        (a_document(3), "王小明", None),
        (a_document(1), "𠮷野", None),
        (a_document(2), "王小明", "港口镇 1 号"),
    ]
    assert Consent.objects.filter(person__in=ids).count() == 12


def test_loading_again_changes_nothing_and_leaves_no_gap_in_the_numbers(ningguo: None) -> None:
    ids = register_in_bulk([Row(1), Row(2)], NOW)
    again = register_in_bulk([Row(2), Row(1), Row(3)], NOW)
    assert again == [ids[1], ids[0], ids[1] + 1]
    assert Person.objects.count() == 3


def test_a_document_twice_in_one_load_is_one_person(ningguo: None) -> None:
    ids = register_in_bulk([Row(1), Row(1)], NOW)
    assert ids[0] == ids[1]


def test_a_seventh_person_on_a_phone_stops_the_load(ningguo: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        register_in_bulk([Row(number) for number in range(7)], NOW)
    assert not Person.objects.exists()


def test_who_was_loaded_can_apply_and_is_the_same_person(ningguo: None, applied: Callable[..., Any]) -> None:
    (person,) = register_in_bulk([Row(1)], NOW)
    answer = applied()
    assert (answer.person.pk, answer.is_new) == (person, False)


def test_credentials_come_in_bulk_too(ningguo: None) -> None:
    ids = register_in_bulk([Row(1), Row(2)], NOW)
    tokens = issue_credentials_in_bulk([*ids, 999_999], "demo", NOW)
    read = {person: keyring().credentials().read(token, NOW.timestamp()) for person, token in tokens.items()}
    assert {person: (c.subject, c.name) for person, c in read.items()} == {i: (i, "王*明") for i in ids}


def test_a_cold_keyring_does_not_block_the_copy(ningguo: None) -> None:
    from ankang.trust import keyring as opened

    opened.forget()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20s'")
    assert len(register_in_bulk([Row(1)], NOW)) == 1


def test_masked_people_are_given_by_number(ningguo: None) -> None:
    (person,) = register_in_bulk([Row(1)], NOW)
    assert list(services.masked_people([person, 999_999])) == [person]
