"""Rows whose person is not on file wait sealed, and find them the moment they apply."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from ankang.core.colours import Colour
from ankang.exchange import jobs, services
from ankang.exchange.models import Waiting
from ankang.exchange.services.pool import forget_waiting, rematch
from ankang.health.models import Evidence
from ankang.health.services import colour_of
from ankang.people.events import person_applied

from .builders import (
    NOW,
    Resident,
    a_test,
    at,
    counts,
    decided,
    document,
    evidence_of,
    ran,
    registered,
    residents,
    submitted,
    table,
)

pytestmark = pytest.mark.django_db(transaction=True)
NEW = Resident(document(900), "李新来", "+8613900000900")


def case_of(who: Resident, **given: str) -> bytes:
    """A file with one diagnosis."""
    return table([{"姓名": who.name, "证件号码": who.document, "手机号": "", "诊断时间": at(-1), "病例分类": "确诊"} | given])


def applies(who: Resident) -> int:
    """The person comes on file and the other rooms are told, as at an application."""
    (person,) = registered([who])
    with transaction.atomic():
        person_applied.emit(person, NOW)
    return person


def test_a_row_that_waited_turns_the_colour_when_its_person_applies(officer, approver):
    batch = ran(decided(submitted(case_of(NEW), officer, "cases"), approver))
    assert (counts(batch), Evidence.objects.count()) == ({"waiting": 1}, 0)
    person = applies(NEW)
    assert colour_of(person).colour is Colour.RED
    record = Evidence.objects.get(person=person)
    assert record.source == {"organisation": batch.organisation, "feed": "cases", "batch": batch.reference, "row": "2"}
    assert not Waiting.objects.exists()


def test_an_application_that_fails_takes_nothing_out_of_the_pool(officer):
    ran(submitted(table([a_test(NEW, "N1")]), officer))
    (person,) = registered([NEW])
    with transaction.atomic():
        person_applied.emit(person, NOW)
        transaction.set_rollback(True)
    assert (Waiting.objects.count(), Evidence.objects.count()) == (1, 0)


def test_a_row_with_a_phone_alone_finds_the_person_of_that_phone_with_that_name(officer):
    by_phone = a_test(NEW, "N1", 证件号码="") | {"手机号": "139 0000 0900"}
    assert counts(ran(submitted(table([by_phone]), officer))) == {"waiting": 1}
    applies(Resident(document(901), "李别人", NEW.phone))
    assert Waiting.objects.count() == 1
    person = applies(NEW)
    assert [kind for _, kind, _ in evidence_of(person)] == ["nucleic_test"]


def test_a_phone_of_several_people_needs_the_name_and_a_name_must_be_the_one_on_file(officer):
    family = [Resident(document(n), name, NEW.phone) for n, name in ((902, "李一一"), (903, "李二二"))]
    one, two = registered(family)
    base = a_test(NEW, 证件号码="") | {"手机号": NEW.phone}
    rows = [base | {"姓名": ""}, base | {"姓名": "李二二"}, base | {"姓名": "王五"}, a_test(family[0], 姓名="李二一")]
    batch = ran(submitted(table(rows), officer))
    assert counts(batch) == {"succeeded": 1, "failed": 3}
    assert [(row.row, row.code) for row in services.rejects_of(batch)] == [
        (2, "ambiguous_person"),
        (4, "name_differs"),
        (5, "name_differs"),
    ]
    assert ([len(evidence_of(person)) for person in (one, two)]) == [0, 1]


def test_people_registered_in_bulk_are_found_by_the_job_and_by_hand(officer):
    who = residents(3, 100)
    batch = ran(submitted(table([a_test(one, f"N{n}") for n, one in enumerate(who)]), officer))
    registered(who[:1])
    with transaction.atomic():
        assert services.rematch_batch(batch.pk, officer, NOW) == 1
    registered(who[1:2])
    jobs.rematch_all(0)
    assert (Waiting.objects.count(), Evidence.objects.count()) == (1, 2)


def test_a_person_of_another_name_gets_nothing_and_the_row_goes_to_the_refused(officer):
    batch = ran(submitted(table([a_test(NEW, "N1")]), officer))
    applies(Resident(NEW.document, "赵六", NEW.phone))
    assert (Waiting.objects.count(), Evidence.objects.count()) == (0, 0)
    assert [(row.row, row.code) for row in services.rejects_of(batch)] == [(2, "name_differs")]


def test_a_row_waits_thirty_days(officer):
    ran(submitted(table([a_test(NEW, "N1")]), officer))
    with transaction.atomic():
        assert forget_waiting(NOW + timedelta(days=29)) == 0
        assert forget_waiting(NOW + timedelta(days=31)) == 1
    assert rematch_nothing() == (0, 0)


def rematch_nothing() -> tuple[int, int]:
    """The pool is empty."""
    with transaction.atomic():
        return rematch(NOW)


def test_an_application_looks_the_pool_up_by_index(officer):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM exchange_waiting WHERE document_blind = 'a' "
            "OR (document_blind IS NULL AND phone_blind = 'b')"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert "exchange_waiting_document" in plan
    assert "exchange_waiting_phone" in plan
