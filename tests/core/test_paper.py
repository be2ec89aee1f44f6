"""The paper code and the numbers of cards: every vector as another team would read it, and what must hold for all."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import cards, codes
from ankang.core.base45 import decode, encode
from ankang.core.codes.layout import PAPER_TEXT_MOST
from ankang.core.sm import HmacSm3, Sm2Signer, sm2_generate
from tests.core.vectors import fault_of, vectors

VECTORS = vectors("code-p")
PUBLIC_KEYS = {int(kid): bytes.fromhex(public) for kid, public in VECTORS["public_keys"].items()}
EXAMPLE, CARDS = VECTORS["example"], VECTORS["cards"]
KEY = HmacSm3(bytes.fromhex(CARDS["key"]))
DOCUMENT = (Path(__file__).parents[2] / "docs" / "code-format.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", VECTORS["shown"], ids=lambda case: case["about"])
def test_a_sheet_is_accepted_or_refused_at_each_moment(case: dict[str, Any]) -> None:
    code = codes.parse_paper(case["text"])
    read = {"index": code.index, "generation": code.generation, "expiry": code.expiry, "name": code.name, "issued_at": code.issued_at}
    assert read == {name: case[name] for name in read}
    for moment in case["moments"]:
        assert fault_of(codes.check_paper, code, PUBLIC_KEYS, moment["now"]) == moment["stranger"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["about"])
def test_what_is_not_a_sheets_code_is_refused_before_any_key_is_needed(case: dict[str, Any]) -> None:
    assert fault_of(codes.parse_paper, case["text"]) == {"reason": case["reason"], "detail": case["detail"]}


def test_the_worked_example_comes_out_byte_by_byte() -> None:
    header = codes.encode_paper(*(EXAMPLE[name] for name in ("kid", "index", "generation", "expiry", "name")))
    assert header.hex() == EXAMPLE["header"]
    assert codes.parse_paper(EXAMPLE["text"]).raw.hex() == EXAMPLE["bytes"]
    squeezed = "".join(DOCUMENT.split())
    parts = (EXAMPLE["header"], EXAMPLE["signature"][:64], EXAMPLE["signature"][64:])
    assert [part for part in parts if part not in squeezed] == []
    assert f"\n{EXAMPLE['text']}\n" in DOCUMENT


def test_the_worked_example_of_a_sheet_that_says_when_it_was_issued() -> None:
    dated = VECTORS["dated"]
    names = ("kid", "index", "generation", "expiry", "name", "issued_at")
    assert codes.encode_paper(*(dated[name] for name in names)).hex() == dated["header"]
    assert dated["header"] in "".join(DOCUMENT.split())
    assert codes.parse_shown(dated["text"]).raw.hex() == dated["bytes"]


def test_every_fault_of_a_sheet_is_explained() -> None:
    answers = [moment["stranger"] for case in VECTORS["shown"] for moment in case["moments"]]
    details = {fault["detail"] for fault in [*VECTORS["refused"], *answers] if fault}
    assert {detail for detail in details if f"`{detail}`" not in DOCUMENT} == set()
    assert len(details) >= 11


def test_the_first_byte_tells_which_code_it_is() -> None:
    dynamic = vectors("code-d")["step_480"]["text"]
    kinds = [type(codes.parse_shown(text)) for text in (EXAMPLE["text"], dynamic)]
    assert kinds == [codes.PaperCode, codes.DynamicCode]
    assert fault_of(codes.parse_shown, "AK1:!") == {"reason": "invalid", "detail": "not_base45"}
    assert fault_of(codes.parse, EXAMPLE["text"]) == {"reason": "invalid", "detail": "bad_kind"}


@given(st.integers(0, 2**30 - 1), st.integers(1, 255), st.integers(0, 2**24 - 1), st.sampled_from(["", "*", "王*明"]))
def test_what_is_signed_is_read_again(index: int, generation: int, expiry: int, name: str) -> None:
    text = codes.sign_paper(codes.encode_paper(1, index, generation, expiry, name), _signer())
    code = codes.parse_paper(text)
    assert (code.index, code.generation, code.expiry, code.name) == (index, generation, expiry, name)
    assert len(text) <= PAPER_TEXT_MOST


@given(st.integers(0, 8 * 82 - 1))
def test_a_torn_code_with_one_wrong_bit_is_refused(bit: int) -> None:
    raw = bytearray(bytes.fromhex(EXAMPLE["bytes"]))
    raw[bit // 8] ^= 1 << bit % 8
    text = "AK1:" + encode(bytes(raw))

    def read() -> None:
        codes.check_paper(codes.parse_paper(text), PUBLIC_KEYS, 1595275200)

    refused = fault_of(read)
    assert refused is not None
    assert refused["reason"] == "invalid"


def test_nobody_else_signs_for_the_issuer() -> None:
    secret, public = sm2_generate()
    text = codes.sign_paper(decode(EXAMPLE["text"][4:])[:-64], Sm2Signer(secret, public))
    refused = fault_of(codes.check_paper, codes.parse_paper(text), PUBLIC_KEYS, 1595275200)
    assert refused == {"reason": "invalid", "detail": "bad_signature"}


@pytest.mark.parametrize(
    "values", [(2**30, 1, 0, ""), (-1, 1, 0, ""), (0, 0, 0, ""), (0, 256, 0, ""), (0, 1, 0, "1234567890")]
)
def test_what_does_not_fit_is_not_written(values: tuple[int, int, int, str]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        codes.encode_paper(1, *values)


@pytest.mark.parametrize("case", CARDS["names"], ids=lambda case: case["text"])
def test_a_card_has_one_spelling_and_one_blind_index(case: dict[str, str]) -> None:
    name = cards.card_name(case["text"])
    assert (name, cards.card_blind(KEY, name).hex()) == (case["name"], case["blind"])


def test_what_cannot_be_a_card_says_why() -> None:
    refused = [
        {"text": case["text"], "detail": _detail(cards.card_name, case["text"])} for case in CARDS["refused_names"]
    ]
    assert refused == CARDS["refused_names"]


def test_the_number_of_a_sheet_is_typed_with_or_without_groups() -> None:
    for case in CARDS["sheet_numbers"]:
        assert cards.sheet_number(KEY, case["person"], case["generation"]) == case["number"]
        assert cards.sheet_name(cards.in_groups(case["number"])) == "sheet:" + case["number"]
    assert [cards.sheet_name(case["text"]) for case in CARDS["sheet_names"]] == [
        case["name"] for case in CARDS["sheet_names"]
    ]
    refused = [
        {"text": case["text"], "detail": _detail(cards.sheet_name, case["text"])} for case in CARDS["refused_sheets"]
    ]
    assert refused == CARDS["refused_sheets"]


@given(st.integers(0, 10**9), st.integers(1, 255), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(person: int, generation: int, place: int, wrong: int) -> None:
    number = cards.sheet_number(KEY, person, generation)
    digit = str((int(number[place]) + wrong) % 10)
    assert _detail(cards.sheet_name, number[:place] + digit + number[place + 1 :]) == "bad_check"


def _detail(read: Any, text: str) -> str | None:
    try:
        read(text)
    except cards.CardFault as fault:
        return fault.detail
    return None


def _signer() -> Sm2Signer:
    issuer = VECTORS["issuer"]
    return Sm2Signer(bytes.fromhex(issuer["private"]), bytes.fromhex(issuer["public"]))
