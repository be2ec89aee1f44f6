"""Two records of one person become one, and two again (A1): by two people, with the worse colour and its reasons."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from ankang.base.approvals import decide
from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord, Approval, Duty
from ankang.core.colours import Colour
from ankang.core.masking import mask_document
from ankang.health.models import ColourChange, Evidence, NegativeTest
from ankang.health.services import check_person, colour_of, record_evidence, retract_evidence
from ankang.health.services.survey import audit_colours
from ankang.people import carriers, services
from ankang.people.credentials import resident_behind
from ankang.people.errors import MergeImpossible, UndoTooLate
from ankang.people.family import start_guardianship
from ankang.people.models import Carrier, Guardianship, LegacyCode, LegacyImport, Merge, Person, Standing, Voiding
from ankang.people.services import merging

from .conftest import HARBOUR, HELI, NOW, a_document

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
SOURCE = {"organisation": "宁国市人民医院", "feed": "laboratory", "batch": "1", "row": "7"}
LATER = NOW + timedelta(minutes=5)


def clerk(name: str, role: str = "operations", region: str = "341881") -> User:
    """A member of staff with one duty."""
    user = User.objects.create_user(name, password="x", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    return user


@pytest.fixture
def two(applied: Apply) -> tuple[Any, Any]:
    """One woman twice: with her passport, and with the card she has today."""
    card = a_document(5, "934840", "19850101")
    passport = applied(document_kind="passport", document="C01X00T47", country="DE", name="Anna Schmidt", phone="+8613800000001")
    resident = applied(document_kind="foreign_residence", document=card, name="Anna Schmidt", phone="+8613800000002")
    for one in (passport, resident):
        with transaction.atomic():
            check_person(one.person.pk, NOW)
    return passport, resident


def merged(absorbed: int, survivor: int, now: Any = LATER) -> Merge:
    """Asked by one clerk and agreed to by an approver."""
    asker = User.objects.filter(username="asker").first() or clerk("asker")
    approver = User.objects.filter(username="approver").first() or clerk("approver", "approver", "34")
    row = merging.ask_merge(asker, absorbed, survivor, "同一人，换领永居证", now)
    asked = Approval.objects.get(subject="people.merge", reference=str(row.pk))
    decide(asked.pk, approver, True, bytes(asked.digest), now)
    row.refresh_from_db()
    return row


def is_a_case(person: int) -> Any:
    return record_evidence(person, "diagnosis", NOW, {"status": "confirmed"}, SOURCE, NOW)


def test_the_worse_colour_stands_with_its_reasons(two: tuple[Any, Any]) -> None:
    passport, resident = two
    is_a_case(passport.person.pk)
    assert [colour_of(one.person.pk).colour for one in two] == [Colour.RED, Colour.GREEN]
    reason = colour_of(passport.person.pk).reasons[0]
    row = merged(passport.person.pk, resident.person.pk)
    after = colour_of(resident.person.pk)
    assert (row.state, after.colour, after.reasons[0].rule) == ("done", Colour.RED, reason.rule)
    copy = Evidence.objects.get(person=resident.person.pk)
    original = Evidence.objects.get(person=passport.person.pk)
    assert copy.source == SOURCE | {"merged_from": str(passport.person.pk), "original": str(original.pk)}
    assert colour_of(passport.person.pk).colour is Colour.GREY
    assert audit_colours(LATER).wrong == []


def test_nothing_of_the_absorbed_record_opens_a_door(two: tuple[Any, Any]) -> None:
    passport, resident = two
    carriers.issue_sheet(passport.person.pk, None, NOW)
    merged(passport.person.pk, resident.person.pk)
    assert resident_behind(passport.credential.token, LATER) is None
    assert Voiding.objects.filter(person=passport.person).exists()
    assert list(Carrier.objects.values_list("void_reason", flat=True)) == ["left"]
    assert list(ColourChange.objects.filter(person=passport.person.pk).order_by("seq").values_list("new", flat=True)) == [0, 1, 0]
    assert resident_behind(resident.credential.token, LATER) is not None


def test_the_old_document_leads_to_the_one_record(two: tuple[Any, Any], applied: Apply) -> None:
    passport, resident = two
    merged(passport.person.pk, resident.person.pk)
    assert services.find_person("passport", "C01X00T47") == resident.person
    again = applied(now=LATER, document_kind="passport", document="C01X00T47", country="DE", name="anna schmidt")
    assert (again.person.pk, again.is_new, again.person.phone) == (resident.person.pk, False, "+8613800000001")


def test_undone_each_has_what_was_their_own(two: tuple[Any, Any]) -> None:
    passport, resident = two
    is_a_case(passport.person.pk)
    row = merged(passport.person.pk, resident.person.pk)
    merging.undo_merge(clerk("other", "approver", "34"), row.pk, "两个人", LATER + timedelta(days=29))
    assert [colour_of(one.person.pk).colour for one in two] == [Colour.RED, Colour.GREEN]
    back = Person.objects.get(pk=passport.person.pk)
    assert (back.state, back.merged_into, back.phone) == ("active", None, "+8613800000001")
    row.refresh_from_db()
    assert (row.state, row.undone_why) == ("undone", "两个人")
    assert audit_colours(LATER).wrong == []
    merged(passport.person.pk, resident.person.pk, LATER + timedelta(days=31))
    assert colour_of(resident.person.pk).colour is Colour.RED


def test_undone_the_family_the_old_codes_and_the_phone_are_back_where_they_were(two: tuple[Any, Any], applied: Apply) -> None:
    passport, resident = (one.person.pk for one in two)
    child = applied(name="安娜", document=a_document(7, born=f"{NOW.year - 8}0101"), phone="+8613800000003").person.pk
    start_guardianship(passport, child, "minor", "documents", NOW)
    source = LegacyImport.objects.create(system="bus", file_name="x", region_id="341881", digest=b"1", by=1, by_name="x", at=NOW)
    LegacyCode.objects.create(
        system="bus", number_blind=b"1", last_digits="0001", name="Anna Schmidt", document_blind=b"2", person_id=passport, source=source
    )
    earlier = applied(name="Anna Alt", document=a_document(8), phone="+8613800000004").person.pk
    merged(earlier, passport)
    row = merged(passport, resident)
    live = Guardianship.objects.filter(ended_at=None)
    assert list(live.values_list("guardian", "ward", "kind", "basis")) == [(resident, child, "minor", "documents")]
    assert LegacyCode.objects.get().person_id == Person.objects.get(pk=earlier).merged_into_id == resident
    other = clerk("other", "approver", "34")
    other.first_name = "裁决员"
    merging.undo_merge(other, row.pk, " 两个人 ", LATER)
    assert list(live.values_list("guardian", "ward", "kind", "basis")) == [(passport, child, "minor", "documents")]
    ended = Guardianship.objects.get(guardian=resident)
    assert (ended.ended_at, ended.ended_by, ended.ended_why) == (LATER, other.pk, "merge_undone")
    assert LegacyCode.objects.get().person_id == Person.objects.get(pk=earlier).merged_into_id == passport
    back = Person.objects.get(pk=passport)
    assert (back.state, back.phone, back.phone_slot, back.phone_owner) == ("active", "+8613800000001", 1, "own")
    stood = Standing.objects.filter(person=passport).latest("pk")
    assert (stood.state, stood.at, stood.by, stood.by_name, stood.why) == ("active", LATER, other.pk, "裁决员", "两个人")


def test_undone_after_six_others_took_the_phone_the_record_is_back_without_one(two: tuple[Any, Any], applied: Apply) -> None:
    passport, resident = (one.person.pk for one in two)
    row = merged(passport, resident)
    for number in range(20, 26):
        applied(document=a_document(number), name="邻居")
    merging.undo_merge(clerk("other", "approver", "34"), row.pk, "两个人", LATER)
    back = Person.objects.get(pk=passport)
    assert (back.state, back.phone, back.phone_slot) == ("active", None, None)


def test_a_survivor_without_a_phone_takes_over_the_absorbed_one_s(two: tuple[Any, Any]) -> None:
    passport, resident = (one.person.pk for one in two)
    Person.objects.filter(pk=resident).update(phone=None, phone_blind=None, phone_slot=None)
    Person.objects.filter(pk=passport).update(phone_owner="helper")
    merged(passport, resident)
    assert Person.objects.values_list("phone", "phone_owner").get(pk=resident) == ("+8613800000001", "helper")
    assert Person.objects.get(pk=passport).phone is None


@pytest.mark.parametrize(("why", "fault"), [(" ", "missing"), ("", "missing"), ("字" * 501, "too_long"), ("a\0", "missing")])
def test_a_merge_is_asked_for_with_a_reason(two: tuple[Any, Any], why: str, fault: str) -> None:
    passport, resident = (one.person.pk for one in two)
    with pytest.raises(BadInput) as refusal:
        merging.ask_merge(clerk("asker"), passport, resident, why, NOW)
    assert (refusal.value.details, Merge.objects.count()) == ({"fields": {"reason": fault}}, 0)


def test_a_merge_is_asked_for_where_both_live_and_decided_where_the_survivor_does(two: tuple[Any, Any], applied: Apply) -> None:
    passport, resident = (one.person.pk for one in two)
    Person.objects.filter(pk=resident).update(town=HELI)
    for region in (HELI, HARBOUR):
        with pytest.raises(NotFound):
            merging.ask_merge(clerk(f"asker of {region}", region=region), passport, resident, "同一人", NOW)
    asker = clerk("asker")
    asker.first_name = "申请员"
    row = merging.ask_merge(asker, passport, resident, f" {'字' * 500} ", NOW)
    row.refresh_from_db()
    asked = Approval.objects.get(reference=str(row.pk))
    assert (row.absorbed_id, row.survivor_id, row.state, row.why) == (passport, resident, "asked", "字" * 500)
    assert (row.asked_at, row.asked_by, row.asked_by_name) == (NOW, asker.pk, "申请员")
    assert (asked.region_id, asked.permission, asked.asked_by, asked.note) == (HELI, "people.approve", asker.pk, "")
    third = applied(name="安娜", document=a_document(9), phone="+8613800000003").person.pk
    with pytest.raises(MergeImpossible):
        merging.ask_merge(asker, passport, third, "同一人", NOW)
    merging.ask_merge(asker, resident, third, "同一人", NOW)
    Person.objects.filter(pk=third).update(state="moved")
    for pair in ((third, passport), (passport, third)):
        with pytest.raises(MergeImpossible):
            merging.ask_merge(asker, *pair, "同一人", NOW)


def test_after_a_month_it_stays(two: tuple[Any, Any]) -> None:
    row = merged(two[0].person.pk, two[1].person.pk)
    with pytest.raises(UndoTooLate):
        merging.undo_merge(clerk("other", "approver", "34"), row.pk, "两个人", LATER + timedelta(days=31))


def test_a_mistake_in_the_absorbed_record_is_retracted_for_the_survivor_too(two: tuple[Any, Any]) -> None:
    passport, resident = two
    record = is_a_case(passport.person.pk)
    merged(passport.person.pk, resident.person.pk)
    retract_evidence(passport.person.pk, record, "别人的报告", "lab", LATER + timedelta(minutes=1))
    assert colour_of(resident.person.pk).colour is Colour.GREEN


def test_a_chain_of_merges_leads_to_the_last_and_comes_apart_backwards(two: tuple[Any, Any], applied: Apply) -> None:
    passport, resident = two
    third = applied(document=a_document(9), name="安娜", phone="+8613800000003").person
    is_a_case(passport.person.pk)
    first = merged(passport.person.pk, resident.person.pk)
    second = merged(resident.person.pk, third.pk)
    assert services.find_person("passport", "C01X00T47") == third
    assert colour_of(third.pk).colour is Colour.RED
    other = clerk("other", "approver", "34")
    with pytest.raises(MergeImpossible):
        merging.undo_merge(other, first.pk, "两个人", LATER)
    merging.undo_merge(other, second.pk, "两个人", LATER)
    assert services.find_person("passport", "C01X00T47") == resident.person
    merging.undo_merge(other, first.pk, "两个人", LATER)
    assert [colour_of(one).colour for one in (passport.person.pk, resident.person.pk)] == [Colour.RED, Colour.GREEN]


def test_a_refused_merge_changes_nothing_and_both_looks_are_on_record(two: tuple[Any, Any]) -> None:
    row = merging.ask_merge(clerk("asker"), two[0].person.pk, two[1].person.pk, "同一人", NOW)
    asked = Approval.objects.get()
    decide(asked.pk, clerk("approver", "approver", "34"), False, bytes(asked.digest), NOW, "证据不足")
    row.refresh_from_db()
    assert (row.state, Person.objects.filter(state="active").count()) == ("refused", 2)
    assert list(AccessRecord.objects.order_by("person").values_list("person", "duty")) == [
        (one.person.pk, "people.merge") for one in two
    ]


def test_nobody_asks_twice_or_for_one_record(two: tuple[Any, Any]) -> None:
    asker = clerk("asker")
    merging.ask_merge(asker, two[0].person.pk, two[1].person.pk, "同一人", NOW)
    for pair in ((two[0].person.pk, two[1].person.pk), (two[1].person.pk, two[1].person.pk)):
        with pytest.raises(MergeImpossible):
            merging.ask_merge(asker, *pair, "同一人", NOW)


def test_the_later_negative_test_of_both_stands_and_gates_hear_of_it(two: tuple[Any, Any]) -> None:
    passport, resident = (one.person.pk for one in two)
    sampled = NOW - timedelta(hours=9)
    record_evidence(passport, "nucleic_test", NOW, {"result": "negative", "sampled_at": int(sampled.timestamp())}, SOURCE, NOW)
    row = merged(passport, resident)
    after = {one.person: one for one in NegativeTest.objects.all()}
    assert after[resident].sampled_at == sampled.replace(microsecond=0)
    assert after[resident].changed >= after[passport].changed > 0
    merging.undo_merge(clerk("other", "approver", "34"), row.pk, "两个人", LATER)
    apart = {one.person: one.sampled_at for one in NegativeTest.objects.all()}
    assert apart == {passport: sampled.replace(microsecond=0), resident: None}


@pytest.mark.parametrize("yes", [True, False])
def test_a_decision_settles_the_opposite_request_and_a_summary_says_which_two(two: tuple[Any, Any], yes: bool) -> None:
    passport, resident = (one.person.pk for one in two)
    asker, approver = clerk("asker"), clerk("approver", "approver", "34")
    rows = [merging.ask_merge(asker, *pair, "同一人", LATER) for pair in ((passport, resident), (resident, passport))]
    asked = [Approval.objects.get(subject="people.merge", reference=str(row.pk)) for row in rows]
    day = f"{NOW:%Y-%m-%d}"
    card = mask_document(two[1].person.document)
    before = f"Merge A*t (Passport {mask_document('C01X00T47')}, on file since {day}) into A*t ("
    assert asked[0].summary["en"].startswith(before), asked[0].summary
    assert f"{card}, on file since {day})" in asked[0].summary["en"]
    decide(asked[0].pk, approver, yes, bytes(asked[0].digest), LATER, "" if yes else "两个人")
    for row in (*rows, *asked):
        row.refresh_from_db()
    assert [row.state for row in rows] == ["done" if yes else "refused", "refused"]
    assert [one.state for one in asked] == ["approved" if yes else "rejected", "withdrawn"]
    assert asked[1].summary["zh"].endswith("（已结：同两份档案已按另一申请合并）" if yes else "（已结：同两份档案的另一申请已被驳回）")
