"""The dynamic code: what a phone shows, a gate and a stranger accept, for its minute and no other."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core import base45, chain, codes, sm
from ankang.core.colours import Colour
from ankang.core.epochs import STEPS, epoch_of, epoch_start
from tests.core.vectors import fault_of

EPOCH = 18_464  # 21 July 2020, from 04:00 in Shanghai
SEED = bytes(range(16))
ANCHOR = chain.anchor(SEED)
PRIVATE, PUBLIC = sm.sm2_generate()
SIGNER = sm.Sm2Signer(PRIVATE, PUBLIC)
PUBLIC_KEYS = {1: PUBLIC}
DAY_KEYS = {epoch: codes.day_mac_key(b"m" * 32, epoch) for epoch in (EPOCH - 1, EPOCH, EPOCH + 1)}

NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=9).filter(
    lambda name: len(name.encode()) <= 9
)
MOMENTS = st.integers(0, STEPS * 60 - 1).map(lambda second: epoch_start(EPOCH) + second)


def at(step: int, second: int = 0) -> int:
    """Unix seconds of a second in a minute of the epoch."""
    return epoch_start(EPOCH) + step * 60 + second


def a_header(**fields: Any) -> bytes:
    """A header; name only the fields that matter."""
    values = {"kid": 1, "index": 77, "issued_at": at(0), "colour": Colour.GREEN, "flags": 0, "name": "王*明"}
    return codes.encode_header(**{**values, "anchor": ANCHOR, **fields})


def shown(step: int, header: bytes | None = None, preimage: bytes | None = None) -> str:
    """The text on the phone at ``step``."""
    header = header or a_header()
    key = codes.gate_key(DAY_KEYS[epoch_of(int.from_bytes(header[6:10], "big"))], header)
    return codes.show(codes.sign_pass(header, SIGNER), key, step, preimage or chain.link(SEED, STEPS - step))


def day_key_of(kid: int, epoch: int) -> sm.HmacSm3 | None:
    """The day keys a gate holds."""
    return DAY_KEYS.get(epoch)


def as_gate(text: str, now: float) -> dict[str, str] | None:
    """Why a gate refuses, or None."""
    return fault_of(lambda: codes.check_as_gate(codes.parse(text), day_key_of, now))


def as_stranger(text: str, now: float) -> dict[str, str] | None:
    """Why a stranger with the public keys refuses, or None."""
    return fault_of(lambda: codes.check_as_stranger(codes.parse(text), PUBLIC_KEYS, now))


@settings(deadline=None)
@given(
    kid=st.integers(0, 255),
    index=st.integers(0, (1 << 30) - 1),
    issued_at=MOMENTS,
    colour=st.sampled_from(Colour),
    anchor=st.binary(min_size=16, max_size=16),
    name=NAMES,
    step=st.integers(0, STEPS - 1),
)
def test_what_was_written_is_read(step: int, **fields: Any) -> None:
    header = a_header(**fields)
    pass_ = codes.sign_pass(header, SIGNER)
    code = codes.parse(codes.show(pass_, bytes(16), step, b"p" * 16))
    assert {name: getattr(code, name) for name in fields} == fields
    assert (code.step, code.preimage, code.proof[2:]) == (step, b"p" * 16, b"p" * 16)
    assert (code.header, code.signature) == (header, pass_[-64:])
    assert (code.epoch, code.minute) == (EPOCH, EPOCH * STEPS + step)
    day_pass = codes.split_pass(pass_)
    assert {name: getattr(day_pass, name) for name in fields} == fields
    assert (day_pass.raw, day_pass.header, day_pass.signature) == (pass_, header, pass_[-64:])


def test_the_longest_code_has_127_bytes_and_195_characters() -> None:
    text = shown(1439, a_header(name="a" * 9))
    assert len(text) == 195
    assert len(codes.parse(text).raw) == 127


@settings(max_examples=30, deadline=None)
@given(step=st.integers(0, STEPS - 1), second=st.integers(0, 59), minutes=st.integers(-5, 5))
def test_a_code_is_good_for_its_minute_and_one_either_side(step: int, second: int, minutes: int) -> None:
    text, now = shown(step), at(step + minutes, second)
    crossed = epoch_of(now) != EPOCH
    if minutes > 1:
        expected = {"reason": "expired", "detail": "other_epoch" if crossed else "expired_step"}
    elif minutes < -1:
        expected = {"reason": "not_yet_valid", "detail": "other_epoch" if crossed else "future_step"}
    else:
        expected = None
    assert as_gate(text, now) == as_stranger(text, now) == expected


def test_the_last_code_of_a_night_is_read_in_the_first_minute_after_four() -> None:
    text = shown(1439)
    assert [as_gate(text, at(minute)) for minute in (1439, 1440)] == [None, None]
    assert as_gate(text, at(1441)) == {"reason": "expired", "detail": "other_epoch"}


def test_a_pass_fetched_ahead_begins_with_its_epoch() -> None:
    text = shown(0, a_header(issued_at=epoch_start(EPOCH + 1)))
    assert as_gate(text, at(1438, 59)) == {"reason": "not_yet_valid", "detail": "other_epoch"}
    assert [as_gate(text, at(minute)) for minute in (1439, 1440, 1441)] == [None, None, None]


def test_a_pass_is_worth_nothing_before_it_was_issued() -> None:
    header = a_header(issued_at=at(300, 30))
    assert as_gate(shown(300, header), at(300)) is None
    assert as_gate(shown(299, header), at(299)) is None
    refused = {"reason": "invalid", "detail": "future_issue"}
    assert as_gate(shown(298, header), at(298)) == as_stranger(shown(298, header), at(298)) == refused


def test_a_gate_without_the_day_key_and_a_stranger_without_the_public_key_refuse() -> None:
    code, unknown = codes.parse(shown(480)), {"reason": "invalid", "detail": "unknown_key"}
    assert fault_of(codes.check_as_gate, code, lambda kid, epoch: None, at(480)) == unknown
    assert fault_of(codes.check_as_stranger, code, {2: PUBLIC}, at(480)) == unknown


def test_the_gate_asks_for_the_day_key_of_the_codes_epoch_and_key_id() -> None:
    asked = []

    def note(kid: int, epoch: int) -> sm.HmacSm3 | None:
        asked.append((kid, epoch))
        return DAY_KEYS.get(epoch)

    codes.check_as_gate(codes.parse(shown(1439, a_header(kid=5))), note, at(1440))
    assert asked == [(5, EPOCH)]


@pytest.mark.parametrize("step", [0, 1, 480, 1438, 1439])
def test_no_bit_of_a_code_can_be_changed(step: int) -> None:
    """A gate reads all but the signature, a stranger all but the MAC; what is read cannot be changed."""
    text, now = shown(step), at(step, 30)
    raw, header = base45.decode(text[4:]), len(a_header())
    unread = {
        "gate": range(header * 8, (header + 64) * 8),
        "stranger": range((len(raw) - 8) * 8, len(raw) * 8),
    }
    accepted: dict[str, list[int]] = {"gate": [], "stranger": []}
    for bit in range(len(raw) * 8) if step == 480 else range(step % 3, len(raw) * 8, 3):
        changed = _flipped(raw, bit)
        if as_gate(changed, now) is None:
            accepted["gate"].append(bit)
        if as_stranger(changed, now) is None:
            accepted["stranger"].append(bit)
    assert {reader: set(bits) <= set(unread[reader]) for reader, bits in accepted.items()} == {
        "gate": True,
        "stranger": True,
    }


def test_what_one_minute_shows_does_not_make_the_next() -> None:
    """Whoever saw minute n and even holds the gate key cannot pass a stranger at n + 1."""
    header, seen = a_header(), chain.link(SEED, STEPS - 480)
    for known in (seen, chain.walk(seen, 1), ANCHOR, bytes(16)):
        text = shown(481, header, known)
        assert as_stranger(text, at(481)) == {"reason": "invalid", "detail": "bad_chain"}


def test_another_days_key_or_another_persons_key_does_not_make_a_code() -> None:
    header, proof = a_header(), chain.link(SEED, STEPS - 480)
    other_person = codes.gate_key(DAY_KEYS[EPOCH], a_header(index=78))
    other_day = codes.gate_key(DAY_KEYS[EPOCH - 1], header)
    pass_ = codes.sign_pass(header, SIGNER)
    answers = [as_gate(codes.show(pass_, key, 480, proof), at(480)) for key in (other_person, other_day)]
    assert answers == [{"reason": "invalid", "detail": "bad_mac"}] * 2


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet=base45.ALPHABET).map(lambda text: "AK1:" + text)))
def test_any_text_is_a_code_or_a_fault(text: str) -> None:
    _read_and_check(text)


@settings(max_examples=300, deadline=None)
@given(
    head=st.binary(min_size=28, max_size=28), rest=st.binary(min_size=80, max_size=105), real=st.booleans()
)
def test_any_bytes_are_a_code_or_a_fault(head: bytes, rest: bytes, real: bool) -> None:
    start = b"\x11\x01" + bytes(4) + at(480).to_bytes(4, "big") + b"\x01" if real else b"\x11"
    _read_and_check("AK1:" + base45.encode(start + head[len(start) :] + rest))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_damaged_code_is_a_code_or_a_fault(data: st.DataObject) -> None:
    raw = bytearray(base45.decode(CODE_480[4:]))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read_and_check("AK1:" + base45.encode(bytes(raw[: data.draw(st.integers(0, len(raw)))])))


@given(st.binary(max_size=120))
def test_any_bytes_are_a_pass_or_a_fault(data: bytes) -> None:
    fault = fault_of(codes.split_pass, data)
    assert codes.split_pass(data).raw == data if fault is None else fault["reason"] == "invalid"


@pytest.mark.parametrize(
    "fields",
    [
        {"index": 1 << 30},
        {"index": -1},
        {"flags": 4},
        {"anchor": bytes(15)},
        {"name": "王*明明明"},
        {"name": "a\nb"},
    ],
)
def test_a_header_that_could_not_be_read_is_not_written(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="code"):
        a_header(**fields)


@pytest.mark.parametrize(
    ("pass_", "step", "preimage"),
    [
        (bytes(99), 1440, bytes(16)),
        (bytes(99), -1, bytes(16)),
        (bytes(99), 0, bytes(15)),
        (bytes(91), 0, bytes(16)),
    ],
)
def test_a_code_that_could_not_be_read_is_not_shown(pass_: bytes, step: int, preimage: bytes) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        codes.show(pass_, bytes(16), step, preimage)


CODE_480 = shown(480)


def _read_and_check(text: str) -> None:
    """Reads and checks; any exception but a CodeFault breaks the test, and so does an accepted forgery."""
    forged = text != CODE_480
    for now in (at(480), 0, 2**40):
        gate, stranger = as_gate(text, now), as_stranger(text, now)
        assert not forged or gate is not None or stranger is not None


def _flipped(raw: bytes, bit: int) -> str:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return "AK1:" + base45.encode(bytes(changed))
