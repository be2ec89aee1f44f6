"""Sheets and cards of people without a phone: one sheet at a time, one person a card, lost things end (A5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord, Revision
from ankang.core.cards import sheet_name
from ankang.core.codes import check_paper, parse_paper
from ankang.core.epochs import day_of, epoch_of
from ankang.people import carriers, services
from ankang.people.errors import CardTaken, TooManyCards, TooManySheets
from ankang.people.models import Carrier
from ankang.trust.keyring import keyring

from .conftest import NOW, a_document

Apply = Callable[..., Any]


def revision() -> int:
    return sum(Revision.objects.filter(name="carriers").values_list("revision", flat=True))


@pytest.fixture
def person(applied: Apply) -> int:
    return int(applied().person.pk)


@pytest.fixture
def other(applied: Apply) -> int:
    return int(applied(document=a_document(2), name="李大海", phone="+8613800000002").person.pk)


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("clerk", is_staff=True)


def test_a_sheet_can_be_checked_by_anybody_with_the_public_key(person: int) -> None:
    sheet = carriers.print_sheet(carriers.issue_sheet(person, None, NOW))
    code = parse_paper(sheet.text)
    check_paper(code, keyring().code_keys(), NOW.timestamp())
    assert (code.name, code.generation, code.index) == ("王*明", 1, carriers.permanent_index(person))
    assert code.expiry == epoch_of(NOW.timestamp()) + 365
    assert sheet.last == carriers.last_day(sheet.carrier) == day_of(code.expiry)
    assert (sheet.name, sheet.document) == ("王*明", a_document()[-4:])
    assert sheet_name(sheet.number)[-4:] == sheet.carrier.last_digits


def test_a_new_sheet_voids_the_old_one_and_gates_hear_of_both(person: int) -> None:
    first = carriers.issue_sheet(person, None, NOW)
    before = revision()
    second = carriers.issue_sheet(person, None, NOW + timedelta(minutes=1))
    first.refresh_from_db()
    assert (first.generation, second.generation) == (1, 2)
    assert (first.voided_at, first.void_reason, second.voided_at) == (NOW + timedelta(minutes=1), "reissued", None)
    assert [first.revision, second.revision, revision()] == [before + 1] * 3
    assert carriers.live_sheet(person, NOW) == second
    assert carriers.carriers_of(person) == [second, first]


def test_sheets_run_out_for_today(person: int) -> None:
    for _ in range(5):
        carriers.issue_sheet(person, None, NOW)
    with pytest.raises(TooManySheets):
        carriers.issue_sheet(person, None, NOW)
    assert carriers.issue_sheet(person, None, NOW + timedelta(days=2)).generation == 6


def test_a_card_is_kept_as_a_blind_index_and_four_digits(person: int) -> None:
    card = carriers.bind_card(person, "bus", "6217 0012 3456 7890", None, NOW)
    assert (card.last_digits, len(card.number_blind), card.generation) == ("7890", 32, None)
    assert carriers.bind_card(person, "bus", "6217-0012-3456-7890", None, NOW) == card
    assert Carrier.objects.count() == 1


def test_a_uid_that_is_somebody_elses_is_refused_without_telling_whose(person: int, other: int) -> None:
    carriers.bind_card(person, "fob", "nfc:04:A2:1B:3C", None, NOW)
    with pytest.raises(CardTaken) as refused:
        carriers.bind_card(other, "city", "nfc:1008443908", None, NOW)
    told = refused.value.message("en")
    assert "王" not in told
    assert refused.value.details == {}
    assert carriers.bind_card(other, "fob", "nfc:3C:1B:A2:04", None, NOW).person_id == other


def test_the_table_itself_keeps_a_number_to_one_person(person: int, other: int) -> None:
    card = carriers.bind_card(person, "park", "P-100200", None, NOW)
    card.pk, card.person_id = None, other
    with pytest.raises(IntegrityError, match="people_carrier_one_live_number"), transaction.atomic():
        card.save(force_insert=True)


def test_a_lost_card_ends_and_can_be_bound_anew(person: int, other: int) -> None:
    card = carriers.bind_card(person, "bus", "12345678", None, NOW)
    before = revision()
    assert carriers.report_lost(card.pk, person, None, NOW) is True
    assert carriers.report_lost(card.pk, person, None, NOW) is False
    card.refresh_from_db()
    assert (card.voided_at, card.void_reason, card.revision) == (NOW, "lost", before + 1)
    assert carriers.bind_card(other, "bus", "12345678", None, NOW).person_id == other
    with pytest.raises(NotFound):
        carriers.report_lost(card.pk, other, None, NOW)


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [
        ("moon", "12345678", {"kind": "unknown_kind"}),
        ("paper", "12345678", {"kind": "unknown_kind"}),
        ("fob", "nfc:123", {"number": "bad_uid"}),
        ("bus", "卡", {"number": "bad_number"}),
        ("bus", "1" * 65, {"number": "bad_length"}),
    ],
)
def test_a_bad_card_number_is_named(person: int, kind: str, number: str, fault: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refused:
        carriers.bind_card(person, kind, number, None, NOW)
    assert refused.value.details == {"fields": fault}


def test_ten_cards_are_enough(person: int) -> None:
    for number in range(10):
        carriers.bind_card(person, "bus", f"5555{number}", None, NOW)
    with pytest.raises(TooManyCards):
        carriers.bind_card(person, "bus", "666666", None, NOW)


def test_withdrawing_a_needed_consent_ends_all_that_is_carried(person: int, other: int) -> None:
    kept = carriers.issue_sheet(other, None, NOW)
    sheet, card = carriers.issue_sheet(person, None, NOW), carriers.bind_card(person, "bus", "12345678", None, NOW)
    services.withdraw_consent(person, "notices", NOW)
    assert carriers.live_sheet(person, NOW) == sheet
    services.withdraw_consent(person, "verification", NOW)
    for row in (sheet, card):
        row.refresh_from_db()
        assert (row.voided_at, row.void_reason, row.revision) == (NOW, "consent_withdrawn", revision())
    assert carriers.live_sheet(other, NOW) == kept


def test_a_phone_that_is_signed_out_leaves_the_sheet(applied: Apply) -> None:
    given = applied()
    sheet = carriers.issue_sheet(given.person.pk, None, NOW)
    serial = given.person.credentials.get().pk
    assert services.revoke_credential(given.person.pk, serial, NOW)
    assert carriers.live_sheet(given.person.pk, NOW) == sheet


def test_whatever_staff_do_is_on_record(person: int, other: int, clerk: User) -> None:
    why = "window: no phone"
    sheet = carriers.issue_sheet(person, clerk, NOW, why)
    carriers.bind_card(person, "bus", "12345678", clerk, NOW, why)
    carriers.carriers_of(person, clerk, NOW, why)
    carriers.report_lost(sheet.pk, person, clerk, NOW, why)
    rows = AccessRecord.objects.values_list("person", "reader_name", "duty", "purpose", "fields")
    assert list(rows) == [(person, "clerk", "carriers.issue", why, ["carriers"])] * 4
    assert Carrier.objects.get(pk=sheet.pk).issued_by == clerk.pk
    with pytest.raises(CardTaken):  # a clerk who tries a number learns no name, and the try is on record
        carriers.bind_card(other, "bus", "12345678", clerk, NOW, why)
    assert AccessRecord.objects.filter(person=other).count() == 1


def test_nobody_gets_a_sheet_who_is_not_on_file(ningguo: None) -> None:
    with pytest.raises(NotFound):
        carriers.issue_sheet(4711, None, NOW)
