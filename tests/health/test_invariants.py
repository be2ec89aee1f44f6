"""What the database itself keeps: nothing is changed or deleted, numbers have no gaps, colours say why."""

import threading
from functools import partial

import pytest
from django.db import Error, IntegrityError, connection, transaction

from ankang.core.colours import Colour
from ankang.health.models import Area, ColourChange, Evidence, FeedHead, Retraction
from ankang.health.models import Colour as ColourRow
from ankang.health.services import (
    check_people_in_bulk,
    check_person,
    colour_of,
    open_colour,
    retract_evidence,
)

from .builders import NOW, a_person, changes_of, evidence, feed, unknown_person


def refused(sql: str) -> str:
    """The database's words of refusal."""
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


@pytest.mark.django_db
def test_evidence_retractions_and_changes_cannot_be_changed_or_deleted():
    person = a_person()
    identity = evidence(person, "contact", relation="close")
    retract_evidence(person, identity, "wrong", "staff:7", NOW)
    partition = f"health_evidence_{NOW:%Y%m}"
    for statement in (
        "UPDATE health_evidence SET attributes = '{}'",
        "DELETE FROM health_evidence",
        f"UPDATE {partition} SET kind = 'stay'",
        f"DELETE FROM {partition}",
        "UPDATE health_retraction SET reason = 'none'",
        "DELETE FROM health_retraction",
        "UPDATE health_colourchange SET new = 2",
        "DELETE FROM health_colourchange",
    ):
        assert "is append-only" in refused(statement), statement
    assert (Evidence.objects.count(), Retraction.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_new_partition_is_guarded_too():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE health_evidence_guarded PARTITION OF health_evidence "
            "FOR VALUES FROM ('2050-01-01') TO ('2050-02-01')"
        )
        cursor.execute(
            """INSERT INTO health_evidence VALUES
            (1, gen_random_uuid(), 'stay', now(), '2050-01-02', '{"feed": "x"}', '{}')"""
        )
    assert "is append-only" in refused("DELETE FROM health_evidence_guarded")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "columns",
    [
        {"colour": 4, "reasons": []},
        {"colour": -1, "reasons": []},
        {"colour": 2, "reasons": []},
        {"colour": 3, "reasons": []},
    ],
)
def test_a_restricting_colour_without_a_reason_does_not_fit_the_table(columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        ColourRow.objects.create(person=1, since=NOW, rule_set="x", evaluated_at=NOW, **columns)


@pytest.mark.django_db
def test_a_change_to_the_same_colour_does_not_fit_the_feed():
    with pytest.raises(IntegrityError), transaction.atomic():
        ColourChange.objects.create(seq=10**9, person=1, old=1, new=1, since=NOW, at=NOW)


@pytest.mark.django_db
def test_the_feed_has_one_head():
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedHead.objects.create(id=2, seq=0)


@pytest.mark.django_db
def test_a_number_taken_by_a_transaction_that_fails_is_given_again():
    a_person()
    before = feed()
    sid = transaction.savepoint()
    a_person()
    transaction.savepoint_rollback(sid)
    a_person()
    assert [seq for seq, *_ in feed()] == [seq for seq, *_ in before] + [before[-1][0] + 1]


def in_threads(*works):
    """Run each work in a thread, connection and transaction of its own; returns what they raised."""
    gate, faults = threading.Barrier(len(works)), []

    def run(work):
        try:
            gate.wait()
            with transaction.atomic():
                work()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_no_gap_and_no_double():
    people = [unknown_person() for _ in range(40)]
    works = [partial(open_colour, p, NOW) for p in people[:4]]
    works += [partial(check_person, p, NOW) for p in people[:4]]
    works += [lambda: check_people_in_bulk(people, NOW), lambda: check_people_in_bulk(reversed(people), NOW)]
    assert in_threads(*works) == []
    numbers = [seq for seq, *_ in feed()]
    assert numbers == list(range(1, len(numbers) + 1))
    for person in people:
        assert [new for _, new in changes_of(person)] in ([1], [0, 1])


@pytest.mark.django_db(transaction=True)
def test_two_records_at_once_both_count():
    for _ in range(5):
        with transaction.atomic():
            person = a_person()
        faults = in_threads(
            partial(evidence, person, "contact", relation="close"),
            partial(evidence, person, "symptom", code="fever"),
        )
        assert faults == []
        assert {reason.rule for reason in colour_of(person).reasons} == {"red.close_contact", "yellow.fever"}
        assert colour_of(person).colour is Colour.RED
        assert changes_of(person)[-1][1] == 3


@pytest.mark.django_db
def test_an_area_has_one_of_the_levels_that_rules_know():
    def assess(level: str) -> str:
        return Area.objects.create(code="341881", name="宁国市", level=level, since=NOW, source="市指挥部").level

    levels = ("low", "medium", "high", "severe", "prevention", "control", "sealed")
    assert [assess(level) for level in levels] == list(levels)
    with pytest.raises(IntegrityError), transaction.atomic():
        assess("purple")
