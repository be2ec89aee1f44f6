"""Names as they may be given, and how they are masked."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core.masking import MASKED_NAME_BYTES, mask_document, mask_name, mask_phone
from ankang.core.names import NameFault, check_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王小明", "王小明"),
        (" 王　小明 ", "王 小明"),
        ("𠮷田", "𠮷田"),
        ("㼆㱔", "㼆㱔"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("ＪＯＨＮ  Smith", "JOHN Smith"),
        ("Jose\u0301 O’Brien-Nguyễn", "José O'Brien-Nguyễn"),
        ("王" * 50, "王" * 50),
        ("葛\U000e0100城", "葛城"),  # an ideographic variation selector
        ("王\ufe00明", "王明"),
        ("⼈民", "人民"),  # the radical for the character
        ("\uf9dc大", "隆大"),  # a compatibility form
        ("ﬁona", "fiona"),
    ],
)
def test_a_name_has_one_spelling(typed, name):
    assert check_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "too_short"),
        ("王", "too_short"),
        ("··", "too_short"),
        ("王" * 51, "too_long"),
        ("a" * 100_000, "too_long"),
        ("王1明", "bad_characters"),
        ("王😀明", "bad_characters"),
        ("王\u0000明", "bad_characters"),
        ("王\u200b明", "bad_characters"),
        ("\u202e明王", "bad_characters"),
        ("<script>", "bad_characters"),
        ("Иван", "bad_characters"),
        ("John Smіth", "mixed_scripts"),  # a Cyrillic і
        ("Οliver", "mixed_scripts"),  # a Greek Ο
        ("Аnna", "mixed_scripts"),  # a Cyrillic А
        ("ᴀnna", "mixed_scripts"),  # a small capital
        ("ɑnna", "mixed_scripts"),  # a phonetic alpha
        ("Anǃna", "mixed_scripts"),  # a click, not a sign of exclamation
        ("𝐀nna", "mixed_scripts"),
        ("王ー明", "mixed_scripts"),  # a Japanese long mark for 一
        ("王\u200d明", "bad_characters"),
        ("·王明", "bad_joiner"),
        ("王··明", "bad_joiner"),
        ("John-", "bad_joiner"),
    ],
)
def test_what_is_no_name_is_refused_with_a_code(typed, code):
    with pytest.raises(NameFault) as caught:
        check_name(typed)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("单", "*"),
        ("", "*"),
        ("欧阳锋", "欧阳*"),
        ("诸葛孔明", "诸*明"),
        ("𠮷𠮷𠮷", "𠮷*𠮷"),
        ("买买提·吐尔逊", "买*逊"),
        ("JOHN SMITH", "J*H"),
        ("Li", "L*"),
        ("José Nguyễn-", "J*n"),
    ],
)
def test_a_name_is_masked(name, masked):
    assert mask_name(name) == masked


@given(st.text(max_size=60))
def test_a_masked_name_always_fits_a_code_and_never_is_the_name(name):
    masked = mask_name(unicodedata.normalize("NFC", name))
    assert len(masked.encode()) <= MASKED_NAME_BYTES
    assert "*" in masked
    assert masked.isprintable() or not name.isprintable()


@given(st.text(alphabet="王李欧阳𠮷㼆abcé ·-'", max_size=60))
def test_checking_twice_changes_nothing(name):
    try:
        checked = check_name(name)
    except NameFault:
        return
    assert check_name(checked) == checked


def test_documents_and_phones_are_masked():
    assert mask_document("342501199003078912") == "3425************12"
    assert mask_document("H12345678") == "H1*****78"
    assert mask_document("12345") == "*****"
    assert mask_phone("+8613812345678") == "138****5678"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("+12125550100") == "+12*****0100"
    assert mask_phone("110") == "***"
