"""Document numbers, credit codes and phones: what is taken, in which spelling, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from ankang.core.countries import countries, is_country
from ankang.core.identifiers import (
    OWN_KINDS,
    DocumentKind,
    IdentifierFault,
    birth_date,
    birth_of,
    check_document,
    check_phone,
    check_uscc,
    provisional_number,
)


def a_resident_id(region: str = "341881", born: str = "19900307", order: str = "891") -> str:
    body = region + born + order
    return body + ric.calc_check_digit(body + "0")


def fault_of(check, *arguments) -> str:
    with pytest.raises(IdentifierFault) as caught:
        check(*arguments)
    return caught.value.code


def test_a_resident_id_of_ningguo_is_taken():
    number = a_resident_id()
    assert check_document("resident_id", number) == number
    assert birth_date(number) == date(1990, 3, 7)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_the_way_people_type_a_number_does_not_matter(typed):
    assert check_document("resident_id", typed) == "11010519491231002X"


def test_an_abolished_region_code_stays_good():
    """342524 was Ningguo county until 1997."""
    number = a_resident_id(region="342524", born="19700101")
    assert check_document("resident_id", number) == number


@pytest.mark.parametrize("region", ["999999", "000000", "348899", "346881"])
def test_a_region_code_that_never_was_is_refused(region):
    assert fault_of(check_document, "resident_id", a_resident_id(region=region)) == "unknown_region"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "bad_length"),
        ("34188119900307891", "bad_length"),
        ("1" * 1000, "bad_length"),
        ("3418811990030789AB", "bad_characters"),
        ("34188119900307891!", "bad_characters"),
        ("34188119900307八91X", "bad_characters"),
        ("X41881199003078912", "bad_characters"),
        (a_resident_id(born="19900230"), "bad_birth_date"),
        (a_resident_id(born="00000101"), "bad_birth_date"),
        (a_resident_id(born="18500101"), "bad_birth_date"),
    ],
)
def test_each_broken_resident_id_has_its_own_code(number, code):
    assert fault_of(check_document, "resident_id", number) == code


def test_a_birth_in_the_future_is_refused_when_the_day_is_known():
    number = a_resident_id(born="20210101")
    assert fault_of(check_document, "resident_id", number, date(2020, 7, 6)) == "future_birth"
    assert check_document("resident_id", number, date(2021, 1, 1)) == number


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place, shift):
    number = a_resident_id()
    digit = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((digit + shift) % 10) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(IdentifierFault):
            check_document("resident_id", wrong)


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_are_a_kind_of_their_own(region):
    number = a_resident_id(region=region)
    assert check_document("hkmt_residence", number) == number
    assert fault_of(check_document, "resident_id", number) == "unknown_region"
    assert fault_of(check_document, "hkmt_residence", a_resident_id()) == "unknown_region"


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        ("hkm_permit", "h12345678", "H12345678"),
        ("hkm_permit", "M1234567801", "M12345678"),
        ("taiwan_permit", "1234 5678", "12345678"),
        ("passport", "e12345678", "E12345678"),
        ("passport", "EA1234567", "EA1234567"),
        ("foreign_residence", "usa340090010118", "USA340090010118"),
        ("foreign_residence", a_resident_id("934840"), a_resident_id("934840")),
        ("birth_certificate", "v 34-0123456", "V340123456"),
        ("provisional", "ak341881 00000042 u", "AK34188100000042U"),
    ],
)
def test_other_documents_have_one_spelling(kind, typed, number):
    assert check_document(kind, typed) == number


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("hkm_permit", "X12345678", "bad_characters"),
        ("hkm_permit", "H1234567", "bad_length"),
        ("taiwan_permit", "1234567A", "bad_characters"),
        ("taiwan_permit", "123456789", "bad_length"),
        ("passport", "ABCDE", "bad_characters"),
        ("passport", "E1", "bad_length"),
        ("passport", "E1234567😀", "bad_characters"),
        ("foreign_residence", "US1340090010118", "bad_characters"),
        ("foreign_residence", a_resident_id("999840"), "unknown_region"),
        ("library_card", "1", "unknown_kind"),
        ("birth_certificate", "V34012345", "bad_length"),
        ("birth_certificate", "3401234567", "bad_characters"),
        ("birth_certificate", "V990123456", "unknown_region"),
        ("provisional", "AK3418810000004", "bad_length"),
        ("provisional", "XX34188100000042Y", "bad_characters"),
        ("provisional", "AK34188100000042Z", "bad_checksum"),
    ],
)
def test_each_broken_document_has_its_own_code(kind, number, code):
    assert fault_of(check_document, kind, number) == code


@given(st.sampled_from(list(DocumentKind)), st.text(max_size=40))
def test_whatever_is_typed_is_taken_or_refused_and_taking_twice_changes_nothing(kind, text):
    try:
        number = check_document(kind, text)
    except IdentifierFault:
        return
    assert check_document(kind, number) == number


def test_credit_codes_are_checked():
    assert check_uscc("9111 0000 6000 3734 1l") == "91110000600037341L"
    assert fault_of(check_uscc, "91110000600037341M") == "bad_checksum"
    assert fault_of(check_uscc, "9111000060003734") == "bad_length"
    assert fault_of(check_uscc, "91110000600O37341L") == "bad_characters"


def test_a_credit_code_whose_remainder_is_zero_is_good():
    """domain.md §3: check = (31 − sum mod 31) mod 31, so remainder 0 gives the character 0."""
    found = [code for code in (f"91341800MA2{n:06d}0" for n in range(200)) if _is_uscc(code)]
    assert found
    assert all(code.endswith("0") for code in found)


def _is_uscc(code: str) -> bool:
    try:
        return check_uscc(code) == code
    except IdentifierFault:
        return False


@pytest.mark.parametrize(
    "typed",
    ["13812345678", "+8613812345678", "0086 138-1234-5678", "86 13812345678", "１３８１２３４５６７８"],
)
def test_a_mobile_is_stored_in_e164(typed):
    assert check_phone(typed) == "+8613812345678"


def test_a_foreign_phone_needs_its_plus():
    assert check_phone("+1 212-555-0100") == "+12125550100"
    assert fault_of(check_phone, "2125550100") == "bad_length"


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("", "bad_length"),
        ("1381234567", "bad_length"),
        ("12812345678", "bad_characters"),
        ("1381234567a", "bad_characters"),
        ("+0123456789", "bad_characters"),
        ("+1", "bad_length"),
        ("110", "bad_length"),
    ],
)
def test_each_broken_phone_has_its_own_code(phone, code):
    assert fault_of(check_phone, phone) == code


@given(st.integers(0, 10**8 - 1))
def test_a_provisional_number_says_so_and_is_no_other_document(number):
    given = provisional_number("341881-04", number)
    assert given.startswith("AK341881")
    taken = []
    for kind in DocumentKind:
        try:
            taken.append((kind, check_document(kind, given)))
        except IdentifierFault:
            continue
    assert taken == [(DocumentKind.PASSPORT, given), (DocumentKind.PROVISIONAL, given)]


def test_nobody_applies_alone_with_a_birth_certificate_or_a_provisional_number():
    assert set(DocumentKind) - set(OWN_KINDS) == {DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PROVISIONAL}


def test_only_documents_with_a_birth_date_tell_it():
    assert birth_of("resident_id", a_resident_id()) == date(1990, 3, 7)
    assert birth_of("foreign_residence", a_resident_id("934840")) == date(1990, 3, 7)
    assert birth_of("foreign_residence", "USA340090010118") is None
    assert birth_of("passport", "E12345678") is None
    assert birth_of("passport", "E12345678901234567") is None


def test_passports_name_a_country():
    assert countries("zh-hans")["DE"] == "德国"
    assert countries("en")["FR"] == "France"
    assert [is_country(code) for code in ("JP", "CN", "HK", "ZZ", "", "de")] == [True] + [False] * 5


def test_countries_stand_where_their_readers_look_for_them() -> None:
    chinese, english = list(countries("zh-hans").values()), list(countries("en").values())
    some = ["阿尔巴尼亚", "秘鲁", "德国", "法国", "梵蒂冈", "斐济", "芬兰", "美国", "瑙鲁", "日本", "中非共和国"]
    assert [name for name in chinese if name in some] == some
    assert english.index("Åland Islands") < english.index("Albania") < english.index("Côte d’Ivoire") < english.index("Croatia")
