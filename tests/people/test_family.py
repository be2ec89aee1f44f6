"""Guardians and wards, requests with pictures, and a person's own changes (A6): who may, until when, and what ends."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord, Duty
from ankang.people import family, services
from ankang.people.credentials import Resident, resident_behind
from ankang.people.errors import (
    AlreadyReviewed,
    BirthDateNeeded,
    ChainOfProxies,
    CodeWrong,
    DetailsDoNotMatch,
    DocumentTaken,
    NotOfAge,
    OfAge,
    OwnCodeOnly,
    PhoneFull,
    PictureRefused,
)
from ankang.people.models import Change, Guardianship, Person, Picture, Request, Voiding
from ankang.people.services import changing, desk, relatives, requests

from .conftest import HARBOUR, HELI, NOW, a_document, an_application, newest_code
from .test_races import at_once

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
CHILD = a_document(77, born="20150601")
MOTHER = "+8613800000001"


def clerk(role: str = "operations", region: str = "341881") -> User:
    """A member of staff with one duty."""
    user = User.objects.create_user(f"{role}-{region}-{User.objects.count()}", password="x", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    return user


def holder(applied: Any) -> Resident:
    """The resident behind the credential of an application."""
    found = resident_behind(applied.credential.token, NOW)
    assert found is not None
    return found


@pytest.fixture
def mother(applied: Apply) -> Any:
    return applied()


@pytest.fixture
def child(applied: Apply) -> Any:
    return applied(document=CHILD, name="王一一", phone="+8613800000007")


def test_a_guardian_shows_the_ward_until_the_eighteenth_birthday(mother: Any, child: Any) -> None:
    row = family.start_guardianship(mother.person.pk, child.person.pk, "minor", "documents", NOW)
    birthday = datetime.combine(date(2033, 6, 1), time(), timezone.get_current_timezone())
    assert row.ends_at == birthday
    assert family.may_show_for(mother.person.pk, child.person.pk, birthday - timedelta(seconds=1))
    assert not family.may_show_for(mother.person.pk, child.person.pk, birthday)
    issued = family.open_ward(holder(mother), row.pk, "android", NOW)
    shown = resident_behind(issued.token, NOW)
    assert shown is not None
    assert (shown.person, shown.guardianship, shown.expires) == (child.person.pk, row.pk, holder(mother).expires)


def test_a_credential_near_the_birthday_ends_with_it(applied: Apply, mother: Any) -> None:
    almost = applied(document=a_document(78, born=f"{NOW.year - 18}1231"), name="王二二", phone="+8613800000008")
    row = family.start_guardianship(mother.person.pk, almost.person.pk, "minor", "documents", NOW)
    assert family.open_ward(holder(mother), row.pk, "android", NOW).expires == row.ends_at


def test_custody_that_ends_takes_the_code_off_the_phone_at_once(mother: Any, child: Any) -> None:
    row = family.start_guardianship(mother.person.pk, child.person.pk, "minor", "documents", NOW)
    token = family.open_ward(holder(mother), row.pk, "android", NOW).token
    family.end_guardianship(row.pk, None, clerk(), "法院判决书 (2026) 1 号", NOW, "window")
    assert resident_behind(token, NOW) is None
    assert resident_behind(child.credential.token, NOW) is not None
    assert Voiding.objects.filter(person=child.person).exists()
    with pytest.raises(NotFound):
        family.open_ward(holder(mother), row.pk, "android", NOW)
    assert set(AccessRecord.objects.values_list("person", flat=True)) == {mother.person.pk, child.person.pk}


def test_signing_the_guardian_out_ends_what_the_phone_showed_for_others(mother: Any, child: Any) -> None:
    row = family.start_guardianship(mother.person.pk, child.person.pk, "minor", "documents", NOW)
    token = family.open_ward(holder(mother), row.pk, "android", NOW).token
    services.revoke_credential(mother.person.pk, holder(mother).serial, NOW)
    assert resident_behind(token, NOW) is None


def test_no_chain_of_proxies(mother: Any, child: Any, applied: Apply) -> None:
    elder = applied(document=a_document(3, born="19400101"), name="王大明", phone="+8613800000003").person
    family.start_guardianship(mother.person.pk, elder.pk, "adult", "consent", NOW)
    for pair in ((elder.pk, child.person.pk), (child.person.pk, mother.person.pk)):
        with pytest.raises((ChainOfProxies, NotOfAge)):
            family.start_guardianship(*pair, "adult", "consent", NOW)
    ward = Resident(elder.pk, 1, NOW + timedelta(days=1), guardianship=5)
    with pytest.raises(OwnCodeOnly):
        family.open_ward(ward, 5, "android", NOW)


def test_ages_are_checked(mother: Any, child: Any, applied: Apply) -> None:
    grown = applied(document=a_document(4, born="19500101"), name="王三三", phone="+8613800000004").person
    foreign = applied(document_kind="passport", document="C01X00T47", country="DE", name="Anna", phone="+8613800000005").person
    refusals = [
        ((child.person.pk, grown.pk, "adult"), NotOfAge),
        ((mother.person.pk, grown.pk, "minor"), OfAge),
        ((mother.person.pk, foreign.pk, "minor"), BirthDateNeeded),
        ((mother.person.pk, mother.person.pk, "adult"), NotFound),
    ]
    for (guardian, ward, kind), error in refusals:
        with pytest.raises(error):
            family.start_guardianship(guardian, ward, kind, "desk", NOW)


def test_the_table_refuses_a_person_as_the_own_guardian(mother: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Guardianship.objects.create(
            guardian=mother.person, ward=mother.person, kind="adult", basis="desk", started_at=NOW
        )


@pytest.mark.django_db(transaction=True)
def test_two_proxies_at_once_make_no_chain(mother: Any, child: Any, applied: Apply) -> None:
    father = applied(document=a_document(6), name="李大海", phone="+8613800000006").person
    one, two, three = mother.person.pk, father.pk, child.person.pk
    answers = at_once(
        lambda: family.start_guardianship(one, two, "adult", "consent", NOW),
        lambda: family.start_guardianship(two, three, "minor", "documents", NOW),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ChainOfProxies", "Guardianship"]


def test_a_relative_agrees_on_the_own_phone(mother: Any) -> None:
    grandfather = an_application(document=a_document(9, born="19400101"), name="王大明", phone="+8613800000009")
    relatives.ask_consent(mother.person.pk, grandfather, NOW)
    code = newest_code("+8613800000009")
    wrong = "000000" if code != "000000" else "000001"
    with pytest.raises(CodeWrong):
        relatives.apply_with_consent(mother.person.pk, grandfather, wrong, NOW)
    row = relatives.apply_with_consent(mother.person.pk, grandfather, code, NOW)
    assert (row.kind, row.basis, row.ends_at, row.ward.name) == ("adult", "consent", None, "王大明")
    assert row.ward.applied_via == "family"
    family.end_guardianship(row.pk, row.ward_id, None, "by_ward", NOW)
    assert family.wards_of(mother.person.pk, NOW) == []


def test_consent_for_somebody_on_file_comes_from_the_phone_on_file(mother: Any, child: Any) -> None:
    thief = an_application(document=CHILD, name="王一一", phone="+8613800000666")
    relatives.ask_consent(mother.person.pk, thief, NOW)
    with pytest.raises(DetailsDoNotMatch):
        relatives.apply_with_consent(mother.person.pk, thief, newest_code("+8613800000666"), NOW)
    assert not Guardianship.objects.exists()


def asked(guardian: int, **given: Any) -> Request:
    application = an_application(**{"document": CHILD, "name": "王一一", **given})
    return requests.ask_for_relative(guardian, "minor", application, [PNG], NOW)


def test_staff_review_pictures_and_the_child_is_on_the_mothers_phone(mother: Any) -> None:
    row, reviewer = asked(mother.person.pk), clerk()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM people_picture")
        assert PNG not in bytes(cursor.fetchone()[0])
    assert requests.open_request(reviewer, row.pk, NOW)["document"] == CHILD
    assert requests.picture_of(reviewer, row.pk, 1) == (PNG, "image/png")
    done = requests.approve_request(reviewer, row.pk, NOW)
    ward = Person.objects.get(pk=done.result)
    assert (ward.name, ward.phone, ward.phone_owner, ward.phone_slot) == ("王一一", MOTHER, "helper", 2)
    assert [one.guardianship.basis for one in family.wards_of(mother.person.pk, NOW)] == ["documents"]
    assert list(AccessRecord.objects.filter(person=mother.person.pk).values_list("duty", "fields")) == [
        ("people.review", ["request"])
    ]
    with pytest.raises(AlreadyReviewed):
        requests.approve_request(reviewer, row.pk, NOW)


def test_nobody_sees_another_offices_queue(mother: Any) -> None:
    row, elsewhere = asked(mother.person.pk, town=HELI), clerk(region=HARBOUR)
    assert list(requests.waiting_requests(elsewhere)) == []
    for act in (requests.open_request, requests.approve_request):
        with pytest.raises(NotFound):
            act(elsewhere, row.pk, NOW)
    with pytest.raises(NotFound):
        requests.picture_of(elsewhere, row.pk, 1)
    assert not AccessRecord.objects.exists()


def test_a_no_says_why_and_pictures_are_destroyed_a_week_later(mother: Any) -> None:
    row, reviewer = asked(mother.person.pk), clerk()
    with pytest.raises(BadInput):
        requests.decline_request(reviewer, row.pk, " ", NOW)
    requests.decline_request(reviewer, row.pk, "照片不清楚", NOW)
    assert requests.requests_of(mother.person.pk).get().reason == "照片不清楚"
    assert requests.destroy_old_pictures(NOW + timedelta(days=6)) == 0
    assert requests.destroy_old_pictures(NOW + timedelta(days=8)) == 1
    assert not Picture.objects.exists()
    assert Request.objects.get().content == "{}"
    with pytest.raises(NotFound):
        requests.picture_of(reviewer, row.pk, 1)


@pytest.mark.parametrize(
    ("pictures", "code"),
    [
        ([], "missing"),
        ([PNG] * 4, "too_many"),
        ([PNG + b"0" * 600_000], "too_large"),
        ([b"%PDF-1.7"], "not_a_picture"),
        ([b"<svg onload=alert(1)>"], "not_a_picture"),
    ],
)
def test_what_is_no_small_picture_is_refused(mother: Any, pictures: list[bytes], code: str) -> None:
    with pytest.raises(PictureRefused) as refusal:
        requests.ask_for_name(mother.person.pk, "王晓明", pictures, NOW)
    assert refusal.value.details == {"fields": {"pictures": code}}


def test_the_seventh_of_a_family_finds_no_place_and_nothing_is_half_done(mother: Any, applied: Apply) -> None:
    for number in range(10, 15):
        applied(document=a_document(number))
    row = asked(mother.person.pk)
    with pytest.raises(PhoneFull), transaction.atomic():
        requests.approve_request(clerk(), row.pk, NOW)
    row.refresh_from_db()
    assert (row.state, Guardianship.objects.count()) == ("waiting", 0)


def test_a_new_name_is_reviewed_kept_and_shown_after_signing_in_anew(mother: Any) -> None:
    row = requests.ask_for_name(mother.person.pk, "王晓明", [PNG], NOW)
    reviewer = clerk()
    done = requests.approve_request(reviewer, row.pk, NOW)
    person = Person.objects.get()
    change = Change.objects.get()
    assert (person.name, change.field, change.before, change.by) == ("王晓明", "name", "王小明", reviewer.pk)
    assert (Request.objects.get().state, Request.objects.get().result, done.result) == ("approved", person.pk, person.pk)
    assert resident_behind(mother.credential.token, NOW) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT before_enc FROM people_change")
        assert "王小明".encode() not in bytes(cursor.fetchone()[0])


def test_a_new_phone_answers_and_the_old_one_too(mother: Any) -> None:
    new = "+8613900000009"
    later = NOW + timedelta(minutes=2)
    changing.ask_new_phone(mother.person.pk, new, later)
    codes = newest_code(new), newest_code(MOTHER)
    wrong = "000000" if codes[1] != "000000" else "000001"
    with pytest.raises(CodeWrong):
        changing.change_phone(mother.person.pk, new, codes[0], wrong, later)
    changing.change_phone(mother.person.pk, new, *codes, later)
    person = Person.objects.get()
    assert (person.phone, person.phone_slot, Change.objects.get().before) == (new, 1, MOTHER)


def test_a_move_is_kept_and_the_code_stays(mother: Any) -> None:
    assert changing.change_town(mother.person.pk, HELI, None, NOW)
    assert not changing.change_town(mother.person.pk, HELI, None, NOW)
    assert (Person.objects.get().town_id, Change.objects.get().before) == (HELI, HARBOUR)
    assert resident_behind(mother.credential.token, NOW) is not None
    with pytest.raises(BadInput):
        changing.change_town(mother.person.pk, "110000", None, NOW)


def at_desk(user: User, guardian: str = "", **given: Any) -> Any:
    application = an_application(**{"phone": None, "document": a_document(30, born="19380101"), "name": "王奶奶", **given})
    return desk.register_at_desk(user, application, "window", NOW, guardian)


def test_a_counter_registers_an_elder_without_a_phone(ningguo: None) -> None:
    done = at_desk(clerk())
    person = Person.objects.get()
    assert (person.phone, person.phone_slot, person.applied_via, done.is_new) == (None, None, "desk", True)
    assert AccessRecord.objects.get().person == person.pk
    assert services.send_sign_in_code("resident_id", person.document, "王奶奶", NOW) is None
    assert at_desk(clerk()).is_new is False


def test_somebody_without_papers_gets_a_number_that_says_so_and_later_a_document(ningguo: None) -> None:
    person = at_desk(clerk(), document_kind="provisional", document="", name="小宝").person
    assert person.document.startswith("AK341881")
    paper = a_document(31, born="20260101")
    changing.give_document(person.pk, "resident_id", paper, "", clerk(), NOW)
    assert services.find_person("resident_id", paper) == person
    assert services.find_person("provisional", person.document) == person
    other = at_desk(clerk(), document=a_document(32), name="李大海").person
    with pytest.raises(DocumentTaken):
        changing.give_document(other.pk, "resident_id", paper, "", clerk(), NOW)


def test_a_newborn_has_a_guardian_from_the_first_day(mother: Any) -> None:
    newborn = {"document_kind": "birth_certificate", "document": "V340123456", "name": "王宝宝"}
    with pytest.raises(BirthDateNeeded), transaction.atomic():
        at_desk(clerk(), a_document(), **newborn)
    person = at_desk(clerk(), a_document(), born=f"{NOW:%Y-%m-%d}", **newborn).person
    assert family.may_show_for(mother.person.pk, person.pk, NOW)
    with pytest.raises(BadInput):
        at_desk(clerk(), a_document(55), born=f"{NOW:%Y-%m-%d}", **newborn)


def test_a_counter_serves_its_own_towns(mother: Any) -> None:
    elsewhere = clerk(region=HELI)
    assert desk.find_at_desk(elsewhere, a_document(), "window", NOW) is None
    assert desk.find_at_desk(clerk(region=HARBOUR), a_document(), "window", NOW) == mother.person
    with pytest.raises(Exception, match="not_allowed"):
        at_desk(elsewhere)
    with pytest.raises(Exception, match="registered_elsewhere"):
        at_desk(elsewhere, document=a_document(), name="王小明", town=HELI)
    assert Person.objects.get(pk=mother.person.pk).town_id == HARBOUR


def test_a_counter_ends_no_guardianship_of_people_who_are_not_before_it(mother: Any, child: Any) -> None:
    row = family.start_guardianship(mother.person.pk, child.person.pk, "minor", "documents", NOW)
    elsewhere = clerk(region=HELI)
    other = at_desk(elsewhere, town=HELI).person.pk
    for person in (other, child.person.pk):
        with pytest.raises(NotFound):
            desk.end_guardianship_at_desk(elsewhere, row.pk, person, "court order", "window", NOW)
    assert family.may_show_for(mother.person.pk, child.person.pk, NOW)
    desk.end_guardianship_at_desk(clerk(), row.pk, child.person.pk, "court order", "window", NOW)
    assert not family.may_show_for(mother.person.pk, child.person.pk, NOW)


def test_one_passport_number_of_two_countries_is_two_people(applied: Apply) -> None:
    german = applied(document_kind="passport", document="C01X00T47", country="DE", name="Anna Schmidt")
    french = applied(document_kind="passport", document="C01X00T47", country="FR", name="Anne Martin")
    assert german.person.pk != french.person.pk
    assert services.match_person("passport", "C01X00T47", "Anne Martin").person == french.person
    with pytest.raises(DetailsDoNotMatch):
        applied(document_kind="passport", document="C01X00T47", country="FR", name="Anna Schmidt")
    with pytest.raises(BadInput) as refusal:
        applied(document_kind="passport", document="C01X00T48", name="Anna")
    assert refusal.value.details == {"fields": {"country": "missing"}}


def test_nobody_applies_alone_with_a_birth_certificate(applied: Apply) -> None:
    with pytest.raises(BadInput) as refusal:
        applied(document_kind="birth_certificate", document="V340123456", name="王宝宝")
    assert refusal.value.details == {"fields": {"document_kind": "not_alone"}}
