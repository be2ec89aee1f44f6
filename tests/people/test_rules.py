"""What may be applied with: pure rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.people.paths import local_path
from ankang.people.rules import (
    check_application,
    check_digits,
    day_is_full,
    device_of,
    free_slot,
    same_name,
    seconds_to_wait,
)

from .conftest import HARBOUR, NOW, a_document, an_application

TODAY = NOW.date()


def faults_of(**given: object) -> dict[str, str]:
    return check_application(an_application(**given), {HARBOUR}, TODAY)[1]


def test_a_good_application_has_no_fault() -> None:
    application = an_application()
    assert check_application(application, {HARBOUR}, TODAY) == (replace(application), {})


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (a_document()[:-1] + ("0" if a_document()[-1] != "0" else "1"), "bad_checksum"),
        (a_document(region="349981"), "unknown_region"),
        ("34188119900307ABCD", "bad_characters"),
        ("3418811990", "bad_length"),
        ("", "bad_length"),
        (a_document(born="19900230"), "bad_birth_date"),
        (a_document(born="20990101"), "future_birth"),
        ("3418811990030\x00001X", "bad_characters"),
    ],
)
def test_a_document_that_cannot_be_right_has_a_stable_fault(document: str, fault: str) -> None:
    assert faults_of(document=document) == {"document": fault}


def test_an_old_id_keeps_its_abolished_region() -> None:
    assert faults_of(document=a_document(region="342524")) == {}


@pytest.mark.parametrize("name", ["𠮷野", "迪丽·努尔", "王小明", "John Smith", "欧阳娜娜"])
def test_rare_characters_and_middle_dots_are_names(name: str) -> None:
    assert faults_of(name=name) == {}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("王", "too_short"),
        ("王1明", "bad_characters"),
        ("王\x00明", "bad_characters"),
        ("王�明", "bad_characters"),
    ],
)
def test_a_name_that_cannot_be_right_has_a_stable_fault(name: str, fault: str) -> None:
    assert faults_of(name=name) == {"name": fault}


def test_every_fault_of_an_application_is_told_at_once() -> None:
    assert faults_of(name="王", document="1", phone="1", town="x", declared=False, consents=frozenset()) == {
        "name": "too_short",
        "document": "bad_length",
        "phone": "bad_length",
        "town": "unknown_town",
        "declared": "declaration_missing",
        "consents": "required_consent_missing",
    }


def test_a_purpose_that_nobody_knows_is_refused() -> None:
    consents = an_application().consents | {"selling"}
    assert faults_of(consents=consents) == {"consents": "unknown_purpose"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("王小明", "王小明", True),
        ("John Smith", "JOHN SMITH", True),
        ("王小明", "王小朋", False),
        ("𠮷野", "吉野", False),
    ],
)
def test_names_are_compared_without_case_and_spaces(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_a_minute_lies_between_two_codes() -> None:
    assert seconds_to_wait([NOW - timedelta(seconds=20)], NOW) == 40
    assert seconds_to_wait([NOW - timedelta(seconds=60)], NOW) == 0
    assert seconds_to_wait([], NOW) == 0


def test_ten_codes_a_day_are_enough() -> None:
    sent = [NOW - timedelta(hours=hour) for hour in range(10)]
    assert day_is_full(sent, NOW)
    assert not day_is_full(sent, NOW + timedelta(hours=15, minutes=1))


def test_digits_are_read_as_people_type_them() -> None:
    assert check_digits(" １２３ 456") == ("123456", {})
    assert check_digits("12345")[1] == {"code": "bad_code"}


def test_a_phone_has_six_places() -> None:
    assert free_slot({1, 2, 4}) == 3
    assert free_slot({1, 2, 3, 4, 5, 6}) is None


@given(st.text())
def test_nobody_is_sent_to_another_site(path: str) -> None:
    assert local_path(path, "/code").startswith("/")
    assert not local_path("/" + path, "/code").startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "\\x", ""]
)
def test_a_foreign_address_is_replaced(path: str) -> None:
    assert local_path(path, "/code") == "/code"


def test_no_more_of_a_device_is_kept_than_its_kind() -> None:
    assert device_of("Mozilla/5.0 (Linux; Android 14; SM-S918B)") == "android"
    assert device_of("Mozilla/5.0 (Windows NT 10.0)") == "computer"
    assert device_of("") == "other"
