"""Requests about the same people at once: one stands, the other learns of it, and none stays open for who is gone (A1, I2)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.db.models import Q

from ankang.base.approvals import AlreadyDecided, decide
from ankang.base.models import Approval
from ankang.health.services import check_person
from ankang.people.errors import MergeImpossible
from ankang.people.models import Leaving, Merge, Person, Request
from ankang.people.rules import STATES_LEFT
from ankang.people.services import leaving, merging

from .conftest import HELI, NOW, a_document
from .test_family import clerk as at_window
from .test_merging import LATER, clerk

Apply = Callable[..., Any]
WAITING = """
SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database())
"""


class House(NamedTuple):
    """Who asks, who decides, and new people by and by."""

    asker: Any
    approver: Any
    people: Iterator[int]

    def ask(self, absorbed: int, survivor: int) -> Approval:
        with transaction.atomic():
            row = merging.ask_merge(self.asker, absorbed, survivor, "同一人", LATER)
        return Approval.objects.get(subject="people.merge", reference=str(row.pk))

    def yes(self, asked: Approval) -> str:
        return decide(asked.pk, self.approver, True, bytes(asked.digest), LATER).state

    def both(self, first: Approval, second: Approval) -> Any:
        """Decide both at once, ``second`` while the transaction of ``first`` is open."""
        return while_open(lambda: self.yes(first), lambda: self.yes(second))


@pytest.fixture
def house(applied: Apply) -> House:
    def people() -> Iterator[int]:
        for number in count(1):
            person = applied(document=a_document(number), phone=f"+86138{number:08}").person.pk
            with transaction.atomic():
                check_person(person, NOW)
            yield person

    return House(clerk("asker"), clerk("approver", "approver", "34"), people())


def while_open(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What becomes of ``second`` when it comes while the transaction of ``first`` is open; it must have to wait."""

    def run() -> Any:
        try:
            with transaction.atomic():
                return second()
        except Exception as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            answer = pool.submit(run)
            while not answer.done() and not somebody_waits():
                pass
            assert not answer.done()
        return answer.result()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() == (True,)


def open_for_the_gone() -> list[Any]:
    """Requests that wait although one of their people is gone; and approvals that wait for no request."""
    gone = Person.objects.filter(state__in=STATES_LEFT)
    merges = Merge.objects.filter(Q(absorbed__in=gone) | Q(survivor__in=gone), state="asked")
    leavings = Leaving.objects.filter(person__in=gone.filter(state="merged"), done_at=None, dropped_at=None)
    waiting = {int(one.reference) for one in Approval.objects.filter(subject="people.merge", state="pending")}
    return [*merges, *leavings, *waiting.symmetric_difference(Merge.objects.filter(state="asked").values_list("pk", flat=True))]


def states(*people: int) -> list[str]:
    found = dict(Person.objects.values_list("pk", "state"))
    return [found[one] for one in people]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_stands_and_the_other_is_told(house: House) -> None:
    # Opposite pairs, both decided: whichever comes first.
    for forth in (True, False):
        one, two = next(house.people), next(house.people)
        pair = [house.ask(one, two), house.ask(two, one)]
        first, second = pair if forth else reversed(pair)
        assert house.both(first, second) is AlreadyDecided
        assert (states(one, two), open_for_the_gone()) == (["merged", "active"] if forth else ["active", "merged"], [])
        second.refresh_from_db()
        assert second.summary["en"].endswith("(Settled: the two were merged by another request.)")
    # Opposite pairs, one decided while the other is asked: whichever comes first.
    one, two = next(house.people), next(house.people)
    first = house.ask(one, two)
    assert while_open(lambda: house.yes(first), lambda: house.ask(two, one)) is MergeImpossible
    assert (states(one, two), open_for_the_gone()) == (["merged", "active"], [])
    one, two = next(house.people), next(house.people)
    first = house.ask(one, two)
    assert while_open(lambda: house.ask(two, one), lambda: house.yes(first)) == "approved"
    assert (states(one, two), open_for_the_gone()) == (["merged", "active"], [])
    # A chain: the survivor goes on into a third record; or went on already, and takes nobody in any more.
    for forth in (True, False):
        one, two, three = next(house.people), next(house.people), next(house.people)
        pair = [house.ask(one, two), house.ask(two, three)]
        first, second = pair if forth else reversed(pair)
        answer = house.both(first, second)
        assert answer == "approved" if forth else answer is AlreadyDecided
        assert (states(one, two, three), open_for_the_gone()) == ([("active", "merged")[forth], "merged", "active"], [])
        if forth:
            assert set(Person.objects.filter(pk__in=(one, two)).values_list("merged_into", flat=True)) == {three}


@pytest.mark.django_db
def test_who_leaves_in_whatever_way_leaves_no_request_behind(house: House) -> None:
    one, two, three, four = (next(house.people) for _ in range(4))
    window = at_window()
    asked = [house.ask(one, two), house.ask(two, three)]
    for person in (two, three):
        Request.objects.create(person_id=person, kind="name", town_id=HELI, asked_at=NOW, content="{}")
    leaving.record_moved(window, two, "搬去上海", LATER)
    for request in asked:
        request.refresh_from_db()
        assert (request.state, request.summary["zh"].split()[-1]) == ("withdrawn", "（已结：其中一份档案已经终止）")
    assert set(Merge.objects.values_list("state", flat=True)) == {"refused"}
    told = [(two, "withdrawn", LATER), (three, "waiting", None)]
    assert list(Request.objects.order_by("pk").values_list("person", "state", "decided_at")) == told
    leaving.record_death(window, three, "宁民 2026-17", LATER)
    death = Approval.objects.get(subject="people.leaving")
    assert house.yes(house.ask(three, four)) == "approved"
    death.refresh_from_db()
    assert (death.state, death.summary["en"]) == (
        "withdrawn",
        "Record a death (Settled: the record was merged into another one.)",
    )
    assert open_for_the_gone() == []
    with pytest.raises(AlreadyDecided):
        house.yes(death)
    leaving.record_death(window, one, "宁民 2026-18", LATER)
    assert Approval.objects.filter(state="pending").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_death_or_an_undo_beside_a_merge_at_once(house: House) -> None:
    window = at_window()
    for death_first in (True, False):
        one, two = next(house.people), next(house.people)
        with transaction.atomic():
            leaving.record_death(window, one, "宁民 2026-17", LATER)
        death, merge = Approval.objects.get(subject="people.leaving", state="pending"), house.ask(one, two)
        first, second = (death, merge) if death_first else (merge, death)
        assert house.both(first, second) is AlreadyDecided
        assert (states(one, two), open_for_the_gone()) == ([("merged", "deceased")[death_first], "active"], [])
    # An undo beside a merge of the survivor.
    one, two, three = next(house.people), next(house.people), next(house.people)
    with transaction.atomic():
        house.yes(house.ask(one, two))
    on = house.ask(two, three)
    done = Merge.objects.get(state="done", survivor=two)
    other = clerk("other", "approver", "34")
    later = LATER + timedelta(days=1)
    assert while_open(lambda: merging.undo_merge(other, done.pk, "两个人", later), lambda: house.yes(on)) == "approved"
    assert (states(one, two, three), open_for_the_gone()) == (["active", "merged", "active"], [])
