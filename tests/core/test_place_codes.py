"""Place codes, a door's six digits, and the proof that someone stands at the door."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core import place_codes, sm
from ankang.core.base64url import from_base64url, to_base64url
from tests.core.vectors import fault_of, vectors

VECTORS = vectors("place-codes")
PUBLIC_KEYS = {int(kid): bytes.fromhex(public) for kid, public in VECTORS["public_keys"].items()}
PLACE_KEY = place_codes.place_mac_key(bytes.fromhex(VECTORS["place_master"]))
PRIVATE, PUBLIC = sm.sm2_generate()
NOON = 1_595_304_000
MINUTE = (NOON + 14_400) // 60
BYTE = st.integers(0, 255)


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: case["about"])
def test_a_place_code_is_accepted_or_refused_at_each_moment(case: dict[str, Any]) -> None:
    place = place_codes.parse(case["text"])
    fields = ("checkpoint", "type", "kid", "generation", "minute")
    assert {name: getattr(place, name) for name in fields} == {name: case[name] for name in fields}
    for moment in case["moments"]:
        fault = fault_of(place_codes.check, place, PUBLIC_KEYS, PLACE_KEY, moment["now"])
        assert fault == moment["fault"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["about"])
def test_what_is_no_place_code_is_refused(case: dict[str, Any]) -> None:
    assert fault_of(place_codes.parse, case["text"]) == {"reason": case["reason"], "detail": case["detail"]}


def test_a_turning_code_of_the_vectors_is_made_again() -> None:
    case = VECTORS["codes"][1]
    numbers = [case[name] for name in ("checkpoint", "type", "kid", "generation", "minute")]
    assert place_codes.rotating(*numbers, PLACE_KEY) == case["text"]
    assert sm.kdf(bytes.fromhex(VECTORS["place_master"]), "place").hex() == VECTORS["place_key"]


@pytest.mark.parametrize("case", VECTORS["door_codes"])
def test_the_door_codes_of_the_vectors_come_out(case: dict[str, Any]) -> None:
    assert place_codes.door_code(PLACE_KEY, case["checkpoint"], case["minute"]) == case["code"]


@pytest.mark.parametrize("case", VECTORS["presence"])
def test_a_presence_token_is_accepted_or_refused_at_each_moment(case: dict[str, Any]) -> None:
    checkpoint, person = case["checkpoint"], case["person"]
    for moment in case["moments"]:
        arguments = (PLACE_KEY, case["token"], checkpoint, person, moment["now"])
        assert fault_of(place_codes.check_presence_token, *arguments) == moment["fault"]
    again = place_codes.presence_token(PLACE_KEY, checkpoint, person, case["issued"])
    assert (again == case["token"]) is ("about" not in case)


@settings(deadline=None, max_examples=30)
@given(checkpoint=st.integers(0, (1 << 32) - 1), type=BYTE, kid=BYTE, generation=BYTE)
def test_what_was_written_is_read(checkpoint: int, type: int, kid: int, generation: int) -> None:
    fields, keys = (checkpoint, type, kid, generation), {kid: PUBLIC}
    paper = place_codes.parse(place_codes.printed(*fields, sm.Sm2Signer(PRIVATE, PUBLIC)))
    turning = place_codes.parse(place_codes.rotating(*fields, MINUTE, PLACE_KEY))
    assert (paper[:5], turning[:5]) == ((*fields, None), (*fields, MINUTE))
    place_codes.check(paper, keys, PLACE_KEY, NOON)
    place_codes.check(turning, {}, PLACE_KEY, NOON)


@pytest.mark.parametrize(
    "text",
    [
        place_codes.printed(17, 3, 1, 2, sm.Sm2Signer(PRIVATE, PUBLIC)),
        place_codes.rotating(17, 3, 1, 2, MINUTE, PLACE_KEY),
    ],
    ids=["printed", "rotating"],
)
def test_no_bit_of_a_place_code_can_be_changed(text: str) -> None:
    data = from_base64url(text)
    assert _refusal(data) is None
    accepted = [bit for bit in range(len(data) * 8) if _refusal(_flipped(data, bit)) is None]
    assert accepted == []


@given(st.one_of(st.text(max_size=120), st.binary(max_size=80).map(to_base64url)))
def test_any_text_is_refused_calmly(text: str) -> None:
    assert (
        fault_of(lambda: place_codes.check(place_codes.parse(text), {1: PUBLIC}, PLACE_KEY, NOON)) is not None
    )
    fault = fault_of(place_codes.check_presence_token, PLACE_KEY, text, 17, 1, NOON)
    assert fault == {"reason": "presence", "detail": "bad_token"}


def test_a_door_code_is_good_for_its_minute_and_the_next() -> None:
    digits = place_codes.door_code(PLACE_KEY, 17, MINUTE)
    moments = (NOON - 1, NOON, NOON + 119, NOON + 120)
    assert [place_codes.check_door_code(PLACE_KEY, 17, digits, now) for now in moments] == [
        False,
        True,
        True,
        False,
    ]
    assert not place_codes.check_door_code(PLACE_KEY, 18, digits, NOON)


@given(st.text(max_size=12))
def test_a_guessed_door_code_is_refused_whatever_it_is(digits: str) -> None:
    true = {place_codes.door_code(PLACE_KEY, 17, minute) for minute in (MINUTE, MINUTE - 1)}
    assert place_codes.check_door_code(PLACE_KEY, 17, digits, NOON) is (digits in true)


def _refusal(data: bytes) -> dict[str, str] | None:
    return fault_of(
        lambda: place_codes.check(place_codes.parse(to_base64url(data)), {1: PUBLIC}, PLACE_KEY, NOON)
    )


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
