"""One person, one code: applying, again, from another phone, for a family (requirement A1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ankang.base.errors import BadInput
from ankang.people import services
from ankang.people.errors import CodeExpired, DetailsDoNotMatch, PhoneFull
from ankang.people.events import person_applied
from ankang.people.messages import latest_messages
from ankang.people.models import Consent, Credential, OneTimeCode, Person

from .conftest import HELI, NOW, a_document, a_proof, an_application

Apply = Callable[..., Any]


def test_an_applicant_becomes_one_person_with_a_credential(applied: Apply) -> None:
    answer = applied()
    assert answer.is_new
    assert services.masked(answer.person) == services.MaskedPerson(
        id=answer.person.pk,
        name="王*明",
        document_kind="resident_id",
        document="3418************" + a_document()[-2:],
        phone="138****0001",
        town="港口镇",
        town_en="Gangkou",
    )
    assert answer.credential.token.startswith("ak1r_")
    assert answer.credential.expires == NOW + timedelta(days=180)
    assert sorted(Consent.objects.values_list("purpose", "version", "withdrawn_at")) == [
        ("declaration", 1, None),
        ("health_checks", 1, None),
        ("verification", 1, None),
        ("visit_records", 1, None),
    ]


def test_the_token_holds_person_serial_and_masked_name(applied: Apply) -> None:
    from ankang.trust.keyring import keyring

    answer = applied()
    credential = keyring().credentials().read(answer.credential.token, NOW.timestamp())
    serial = Credential.objects.get().pk
    assert (credential.kind, credential.subject, credential.serial, credential.name) == (
        "resident", answer.person.pk, serial, "王*明",
    )  # fmt: skip


def test_applying_again_returns_the_same_person(applied: Apply) -> None:
    first, second = applied(), applied(town=HELI)
    assert (second.person.pk, second.is_new) == (first.person.pk, False)
    assert Person.objects.get().town_id == HELI
    assert Credential.objects.count() == 2


def test_the_same_document_typed_otherwise_is_the_same_person(applied: Apply) -> None:
    first = applied(document=a_document(4))
    assert applied(document=f" {a_document(4)[:6]} {a_document(4)[6:].lower()} ").person.pk == first.person.pk


def test_another_name_for_a_document_is_refused_without_a_hint(applied: Apply) -> None:
    applied()
    with pytest.raises(DetailsDoNotMatch) as refusal:
        applied(name="王小朋")
    assert refusal.value.details == {}
    assert Person.objects.count() == 1


def test_five_wrong_names_use_up_the_proof_of_a_phone(applied: Apply) -> None:
    applied()
    proof = a_proof("+8613900000009")
    for _ in range(5):
        with pytest.raises(DetailsDoNotMatch):
            services.apply(an_application(name="王小朋", phone="+8613900000009", proof=proof), NOW)
    with pytest.raises(CodeExpired):
        services.apply(an_application(phone="+8613900000009", proof=proof), NOW)


def test_a_new_phone_takes_the_person_over_and_the_old_phone_is_told(applied: Apply) -> None:
    first = applied()
    second = applied(phone="+8613900000002")
    assert (second.person.pk, second.is_new) == (first.person.pk, False)
    assert Person.objects.get().phone == "+8613900000002"
    shown = latest_messages("+8613800000001", 1)[0]
    assert "139****0002" in shown.before
    assert "12345" in shown.before


def test_nobody_applies_with_a_phone_that_did_not_answer(ningguo: None) -> None:
    with pytest.raises(CodeExpired):
        services.apply(an_application(proof=0), NOW)


def test_a_proof_is_good_for_its_own_phone_only(ningguo: None) -> None:
    proof = a_proof("+8613800000001")
    with pytest.raises(CodeExpired):
        services.apply(an_application(phone="+8613800000002", proof=proof), NOW)


def test_a_proof_ends_after_twenty_minutes(ningguo: None) -> None:
    application = an_application(proof=a_proof("+8613800000001"))
    with pytest.raises(CodeExpired):
        services.apply(application, NOW + timedelta(minutes=20))


def test_six_people_share_a_phone_and_the_seventh_is_refused(applied: Apply) -> None:
    for number in range(6):
        applied(document=a_document(number), name="王小明")
    with pytest.raises(PhoneFull):
        applied(document=a_document(6))
    assert Person.objects.count() == 6
    assert applied(document=a_document(3)).is_new is False


def test_the_table_itself_refuses_a_seventh_person(applied: Apply) -> None:
    person = applied().person
    for slot in (0, 7):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(phone_slot=slot)
    other = applied(document=a_document(2)).person
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=other.pk).update(phone_slot=1)


def test_who_leaves_a_phone_makes_room_on_it(applied: Apply) -> None:
    for number in range(6):
        applied(document=a_document(number))
    applied(document=a_document(0), phone="+8613900000002")
    assert applied(document=a_document(6)).is_new


def test_faults_are_told_by_field(ningguo: None) -> None:
    with pytest.raises(BadInput) as refusal:
        services.apply(an_application(town="341881-99", document="123"), NOW)
    assert refusal.value.details == {"fields": {"town": "unknown_town", "document": "bad_length"}}


def test_other_rooms_hear_of_a_new_person_once_and_in_the_same_transaction(applied: Apply) -> None:
    heard: list[tuple[int, Any]] = []

    def listen(person: int, now: Any) -> None:
        heard.append((person, now))

    person_applied.connect(listen)
    person_applied.connect(listen)
    try:
        person = applied().person.pk
        applied()
    finally:
        person_applied._listeners.remove(listen)
    assert heard == [(person, NOW)]


def test_without_a_colour_there_is_no_person(applied: Apply) -> None:
    def fail(person: int, now: Any) -> None:
        raise RuntimeError("no colour")

    person_applied.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            applied()
    finally:
        person_applied._listeners.remove(fail)
    assert not Person.objects.exists()


def test_an_agreement_to_newer_words_ends_the_older_one(applied: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    applied()
    monkeypatch.setitem(services.VERSIONS, "verification", 2)
    applied(now=NOW + timedelta(hours=1))
    rows = Consent.objects.filter(purpose="verification").order_by("version")
    assert list(rows.values_list("version", "granted_at", "withdrawn_at")) == [
        (1, NOW, NOW + timedelta(hours=1)),
        (2, NOW + timedelta(hours=1), None),
    ]


def test_an_early_check_tells_what_applying_would_refuse(applied: Apply) -> None:
    for number in range(6):
        applied(document=a_document(number))
    proof = a_proof("+8613800000001")
    check = ("resident_id", a_document(8), "王小明", "+8613800000001", proof, NOW)
    with pytest.raises(PhoneFull):
        services.check_applicant(*check)
    with pytest.raises(DetailsDoNotMatch):
        services.check_applicant("resident_id", a_document(1), "王小朋", "+8613800000001", proof, NOW)
    assert OneTimeCode.objects.get(pk=proof).attempts == 1


def test_people_without_a_resident_id_apply_too(applied: Apply) -> None:
    kinds = [("passport", "E12345678"), ("taiwan_permit", "12345678"), ("hkm_permit", "H12345678")]
    for kind, number in kinds:
        applied(document_kind=kind, document=number, name="Anna Lee", country="DE")
    assert sorted(Person.objects.values_list("document_kind", flat=True)) == sorted(kind for kind, _ in kinds)


def test_one_number_in_two_kinds_of_document_is_two_people(applied: Apply) -> None:
    one = applied(document_kind="taiwan_permit", document="12345678")
    other = applied(document_kind="passport", document="12345678", country="DE")
    assert one.person.pk != other.person.pk


def test_applications_are_counted_by_town(applied: Apply) -> None:
    applied()
    applied(document=a_document(2))
    applied(document=a_document(3), town=HELI)
    assert services.applications_by_town() == {"341881-01": 2, HELI: 1}


def test_a_faulty_spelling_is_mended_before_it_is_stored(applied: Apply) -> None:
    person = applied(name=" 迪丽•努尔 ").person
    assert Person.objects.get(pk=person.pk).name == "迪丽·努尔"
