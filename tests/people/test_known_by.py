"""The index over name and birth date: one for the pair, true after whatever changes it, filled in where it was missing (A6, G2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection

from ankang.people.bulk import register_in_bulk
from ankang.people.known_by import NOT_KNOWN, blind_of, name_born_blind
from ankang.people.models import Person
from ankang.people.services import changing, desk, entering, erasing, requests
from ankang.people.services.finding import people_named, people_with
from ankang.people.services.indexing import index_names
from ankang.people.services.merging import undo_merge
from ankang.site.doctor.database import _names

from .conftest import NOW, a_document, an_application
from .test_bulk import Row
from .test_entering import ANNA
from .test_merging import LATER, clerk, merged

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
DAY = date(1990, 3, 7)


def named(name: str, born: date = DAY) -> list[int]:
    """The numbers of those who are found by this name and day."""
    return list(Person.objects.filter(people_named(name, born)).order_by("pk").values_list("pk", flat=True))


def is_true() -> bool:
    """Whether everybody's index says what the record says."""
    return all(
        bytes(row.name_born_blind) == blind_of(row.name, row.document_kind, row.document, row.born)
        for row in Person.objects.all()
    )


@pytest.mark.parametrize(
    ("on_file", "typed"),
    [
        ("王小明", " 王 小明 "),
        ("阿不都·热合曼", "阿不都•热合曼"),
        ("人山", "⼈⼭"),
        ("Anna Schmidt", "ＡＮＮＡ　schmidt"),
        ("𠮷野", "𠮷野\ufe00"),
    ],
)
def test_another_form_of_the_same_name_is_the_same_name(ningguo: None, on_file: str, typed: str) -> None:
    (person,) = register_in_bulk([Row(1, name=on_file)], NOW)
    assert named(typed) == [person]
    assert named(typed, date(1990, 3, 8)) == named("王大明") == []


def test_the_index_is_over_the_pair_and_over_nothing_less(applied: Apply) -> None:
    applied()
    applied(document=a_document(2, born="19910307"))
    applied(document=a_document(3), name="李小明")
    blinds = {bytes(row.name_born_blind) for row in Person.objects.all()}
    assert len(blinds) == 3
    assert {len(blind) for blind in blinds} == {32}


def test_who_has_no_birth_date_on_file_is_not_found_by_it(ningguo: None) -> None:
    asked = an_application(document_kind="provisional", document="", phone=None)
    user = clerk("desk")
    without = desk.register_at_desk(user, asked, "window: 1", NOW).person
    assert (bytes(without.name_born_blind), named("王小明")) == (NOT_KNOWN, [])
    given = replace(asked, name="王大明", born="1990-03-07")
    assert [desk.register_at_desk(user, given, "window: 1", NOW).person.pk] == named("王大明")


def test_a_proved_name_a_new_document_and_an_entry_move_it_along(applied: Apply) -> None:
    me = applied().person
    requests.rename(me, "王晓明", None, NOW)
    assert (named("王小明"), named("王晓明")) == ([], [me.pk])
    changing.give_document(me.pk, "resident_id", a_document(4, born="19900308"), "", None, NOW)
    assert (named("王晓明"), named("王晓明", date(1990, 3, 8))) == ([], [me.pk])
    anna = entering.register_at_entry(ANNA, "341881", NOW)
    assert anna is not None
    assert named("anna schmidt", date(1985, 1, 31)) == [anna.person.pk]
    assert is_true()


def test_a_merged_record_leads_to_the_one_and_an_erased_one_nowhere(applied: Apply) -> None:
    me, twin = applied().person, applied(name="王晓明", document=a_document(3), phone="+8613700001111").person
    row = merged(twin.pk, me.pk)
    assert named("王晓明") == named("王小明") == [me.pk]
    undo_merge(clerk("undoer", "approver", "34"), row.pk, "两个人", LATER)
    assert named("王晓明") == [twin.pk]
    erasing._erase(Person.objects.get(pk=twin.pk), NOW)
    assert (named("王晓明"), is_true()) == ([], True)
    assert bytes(Person.objects.get(pk=twin.pk).name_born_blind) == NOT_KNOWN


def test_what_is_missing_is_filled_in_part_by_part_and_again_changes_nothing(ningguo: None) -> None:
    ids = register_in_bulk([Row(number, phone=f"+861380000000{number}") for number in range(1, 4)], NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET name_born_blind = NULL")
    told = _names(connection.connection)
    assert (told.state, told.says) == ("note", "3 people cannot be found by name and birth date yet.")
    assert named("王小明") == []
    assert index_names(2) == 2
    assert named("王小明") == ids[:2]
    assert [index_names(2), index_names(2)] == [1, 0]
    assert (named("王小明"), is_true(), _names(connection.connection).state) == (ids, True, "well")


def test_the_index_is_of_its_own_key_domain(ningguo: None) -> None:
    from ankang.trust.keyring import keyring

    assert name_born_blind("王小明", DAY) != keyring().blind("document", "1990-03-07:王小明")


@pytest.mark.parametrize("wanted", [lambda: people_named("王小明", DAY), lambda: people_with(a_document()), lambda: people_with("13800000001")])
def test_a_search_for_one_person_never_reads_the_whole_table(ningguo: None, wanted: Callable[[], Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Person.objects.filter(wanted()).explain()
    assert ("Seq Scan" in plan, "SubPlan" in plan) == (False, False), plan
