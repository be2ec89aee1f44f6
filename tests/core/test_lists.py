"""The list of those who are not green: what a scanner takes, what it refuses, and what it answers."""

import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start
from ankang.core.lists import golomb
from ankang.core.sm import Sm2Signer, sm2_generate

EPOCH = 18_464
FOUR = epoch_start(EPOCH)
SPACE = 200_000
SIGNER = Sm2Signer(*sm2_generate())
STRANGER = Sm2Signer(*sm2_generate())
KEYS = {1: SIGNER.public}
TERMS = lists.Terms(340_000, EPOCH, KEYS)

COLOURS = st.sampled_from(lists.LISTED)
CONTENTS = st.dictionaries(st.integers(0, SPACE - 1), COLOURS, max_size=60)


def a_header(sequence: int = 1, **more: object) -> lists.Header:
    start = FOUR + 1_800 * (sequence - 1)
    header = lists.Header(1, lists.Indices.DAY, 340_000, EPOCH, sequence, start, start + 3_600, SPACE)
    return replace(header, **more)


def content(listed: dict[int, Colour], size: int = SPACE) -> lists.Entries:
    return lists.entries(listed.items(), size)


def a_list(listed: dict[int, Colour], sequence: int = 1, signer: Sm2Signer = SIGNER, **more: object) -> bytes:
    return lists.seal_list(a_header(sequence, **more), content(listed, more.get("size", SPACE)), signer)


def a_delta(before: dict[int, Colour], after: dict[int, Colour], sequence: int = 2, **more: object) -> bytes:
    base = lists.unseal_file(a_list(before, sequence - 1, **more), KEYS)
    header = a_header(sequence, **more)
    return lists.seal_delta(base, header, content(after, header.size), SIGNER)


def held(listed: dict[int, Colour], sequence: int = 1) -> lists.Held:
    return lists.take_list(a_list(listed, sequence), TERMS)


def fault(take, *arguments) -> str | None:
    try:
        take(*arguments)
    except lists.ListFault as refused:
        return refused.detail
    return None


SOME = {7: Colour.RED, 8: Colour.YELLOW, 199_999: Colour.GREY}


@given(listed=CONTENTS)
def test_a_list_says_what_was_put_in(listed: dict[int, Colour]) -> None:
    taken = held(listed)
    asked = [0, 7, SPACE - 1, *listed]
    answers = [Colour(colour) for colour in taken.colours_of(asked, FOUR)]
    assert answers == [listed.get(index, Colour.GREEN) for index in asked]
    assert taken.header.count == len(listed)


@given(before=CONTENTS, changes=st.dictionaries(st.integers(0, SPACE - 1), st.sampled_from(Colour), max_size=60))
def test_a_list_and_its_delta_are_the_list_built_anew(before: dict[int, Colour], changes: dict[int, Colour]) -> None:
    after = {index: colour for index, colour in {**before, **changes}.items() if colour != Colour.GREEN}
    led_on = lists.take_delta(held(before), a_delta(before, after), TERMS)
    assert led_on == held(after, 2)


@pytest.mark.parametrize("kind", [lists.Indices.WITHDRAWN_PASSES, lists.Indices.WITHDRAWN_SHEETS])
@given(data=st.data())
@settings(max_examples=30)
def test_withdrawals_and_their_delta_are_the_list_built_anew(kind: lists.Indices, data: st.DataObject) -> None:
    contents = st.dictionaries(st.integers(0, SPACE - 1), st.integers(1, kind.value_most), max_size=40)
    before, after = data.draw(contents), data.draw(contents)
    one, two = (lists.entries(listed.items(), SPACE, lists.NOT_WITHDRAWN) for listed in (before, after))
    terms, first = replace(TERMS, indices=kind), a_header(indices=kind)
    base = lists.seal_list(first, one, SIGNER)
    delta = lists.seal_delta(lists.unseal_file(base, KEYS), a_header(2, indices=kind), two, SIGNER)
    led_on = lists.take_delta(lists.take_list(base, terms), delta, terms)
    assert led_on == lists.take_list(lists.seal_list(a_header(2, indices=kind), two, SIGNER), terms)
    assert {index: led_on.content.value_of(index) for index in after} == after


@given(steps=st.lists(CONTENTS, min_size=2, max_size=5))
@settings(max_examples=30)
def test_a_chain_of_deltas_ends_where_the_last_list_does(steps: list[dict[int, Colour]]) -> None:
    now = held(steps[0])
    for sequence, (before, after) in enumerate(zip(steps, steps[1:], strict=False), 2):
        now = lists.take_delta(now, a_delta(before, after, sequence), TERMS)
    assert now == held(steps[-1], len(steps))


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_list_with_one_bit_changed_is_refused(at: int, bit: int) -> None:
    changed = bytearray(a_list(SOME))
    changed[at % len(changed)] ^= 1 << bit
    assert fault(lists.take_list, bytes(changed), TERMS) is not None


def test_a_list_cut_anywhere_is_refused() -> None:
    data = a_list(SOME)
    faults = {fault(lists.take_list, data[:end], TERMS) for end in range(len(data))}
    assert faults == {"not_a_list", "truncated", "bad_signature"}


def test_bytes_after_the_end_are_refused() -> None:
    assert fault(lists.take_list, a_list(SOME) + b"\0", TERMS) == "bad_signature"
    assert fault(lists.take_list, a_list(SOME) + bytes(lists.BYTES_MOST), TERMS) == "oversized"


@pytest.mark.parametrize(
    ("detail", "data"),
    [
        ("not_a_list", b"PK\x03\x04 whatever this is"),
        ("bad_version", b"AKL\x33" + bytes(200)),
        ("bad_header", b"AKL\x31" + bytes(200)),
        ("unknown_key", a_list(SOME, kid=2)),
        ("bad_signature", a_list(SOME, signer=STRANGER)),
        ("other_issuer", a_list(SOME, issuer=330_000)),
        ("other_indices", a_list(SOME, indices=lists.Indices.PAPER)),
        ("other_epoch", a_list(SOME, epoch=EPOCH - 1)),
        ("wrong_base", a_delta(SOME, {})),
    ],
)
def test_what_is_not_this_scanners_list_is_refused(detail: str, data: bytes) -> None:
    assert fault(lists.take_list, data, TERMS) == detail


def test_an_older_list_is_refused_whatever_its_date() -> None:
    mark = held(SOME, 5).mark
    newer_date = a_list({}, 4, not_before=FOUR + 80_000, next_update=FOUR + 86_000)
    assert fault(lists.take_list, a_list(SOME, 4), TERMS, mark) == "rollback"
    assert fault(lists.take_list, newer_date, TERMS, mark) == "rollback"
    assert fault(lists.take_list, a_list({}, 5), TERMS, mark) == "forked"
    assert fault(lists.take_list, a_list({}, 6, not_before=FOUR), TERMS, mark) == "backdated"
    assert lists.take_list(a_list(SOME, 5), TERMS, mark).mark == mark


def test_a_mark_of_yesterday_does_not_stop_todays_first_list() -> None:
    yesterday = replace(held(SOME, 5).mark, epoch=EPOCH - 1)
    assert lists.take_list(a_list(SOME, 1), TERMS, yesterday) == held(SOME)


def test_a_list_answers_from_its_moment_until_the_next_is_due() -> None:
    taken = held(SOME)
    moments = [FOUR - 1, FOUR, FOUR + 3_599, FOUR + 3_600]
    faults = [fault(taken.colour_of, 7, moment) for moment in moments]
    assert faults == ["not_yet_valid", None, None, "too_old"]


def test_a_list_that_is_too_old_is_still_the_base_of_deltas() -> None:
    led_on = lists.take_delta(held(SOME), a_delta(SOME, {7: Colour.GREY}), TERMS)
    assert led_on.colour_of(7, FOUR + 3_600) == Colour.GREY
    assert fault(led_on.colour_of, 7, FOUR + 5_400) == "too_old"


def test_an_index_of_another_space_has_no_colour() -> None:
    taken = held(SOME)
    assert [fault(taken.colour_of, index, FOUR) for index in (-1, SPACE, 1 << 40)] == ["outside"] * 3


def test_a_delta_applies_to_its_own_list_only() -> None:
    delta = a_delta(SOME, {7: Colour.GREY})
    assert fault(lists.take_delta, held({7: Colour.RED}), delta, TERMS) == "wrong_base"
    assert fault(lists.take_delta, held(SOME, 3), delta, TERMS) == "rollback"
    assert fault(lists.take_delta, held(SOME), a_delta({}, SOME, 3), TERMS) == "wrong_base"
    assert fault(lists.take_delta, held(SOME), a_list(SOME, 2), TERMS) == "bad_version"


def test_a_delta_of_another_chain_is_refused() -> None:
    others = {
        "other_issuer": a_delta(SOME, {}, issuer=330_000),
        "other_indices": a_delta(SOME, {}, indices=lists.Indices.PAPER),
        "other_epoch": a_delta(SOME, {}, epoch=EPOCH + 1),
        "other_space": a_delta(SOME, {}, size=SPACE + 1),
        "backdated": a_delta_dated(FOUR - 1),
    }
    assert {detail: fault(lists.take_delta, held(SOME), data, TERMS) for detail, data in others.items()} == {
        detail: detail for detail in others
    }


def a_delta_dated(not_before: int) -> bytes:
    base = lists.unseal_file(a_list(SOME), KEYS)
    return lists.seal_delta(base, a_header(2, not_before=not_before), content({}), SIGNER)


def test_a_refused_delta_leaves_what_is_held() -> None:
    taken = held(SOME)
    assert fault(lists.take_delta, taken, a_delta({}, SOME), TERMS) == "wrong_base"
    assert taken == held(SOME)


@pytest.mark.parametrize(
    "more",
    [{"issuer": 34}, {"sequence": 0}, {"next_update": FOUR}, {"size": 0}, {"kid": 256}, {"epoch": 1 << 32}],
)
def test_a_header_that_no_reader_would_take_is_not_written(more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="refused|different"):
        lists.seal_list(replace(a_header(), **more), content({}), SIGNER)


@pytest.mark.parametrize("pairs", [[(7, Colour.RED), (7, Colour.GREY)], [(SPACE, Colour.RED)], [(-1, Colour.RED)]])
def test_an_index_comes_once_and_inside_the_space(pairs: list[tuple[int, Colour]]) -> None:
    with pytest.raises(ValueError, match="index"):
        lists.entries(pairs, SPACE)


def test_green_is_not_listed() -> None:
    with pytest.raises(ValueError, match="green"):
        a_list({7: Colour.GREEN})


def test_large_lists_come_out_of_their_bytes_too() -> None:
    chance = random.Random(1)
    for size, count in ((1 << 30, 20_000), (30_000, 29_999), (20_000, 20_000), (1 << 20, 3)):
        listed = {index: chance.choice(lists.LISTED) for index in chance.sample(range(size), count)}
        sealed = lists.unseal_file(a_list(listed, size=size), KEYS)
        assert sealed.content == content(listed, size)


def test_an_index_beyond_32_bits_does_not_come_round_to_a_small_one() -> None:
    quotient_four = b"\x00\x00\x00\x01" + (1 << 30).to_bytes(4, "big") + b"\x00\x00\x00\x01" + b"\x08"
    remainder_five = (5 << 2).to_bytes(4, "big")
    assert fault(golomb.decode, memoryview(quotient_four + remainder_five), 1 << 30) == "bad_content"


def test_looking_up_a_shape_answers_in_that_shape() -> None:
    answers = held(SOME).colours_of(np.array([[7, 6], [8, 199_999]]), FOUR)
    assert answers.tolist() == [[Colour.RED, Colour.GREEN], [Colour.YELLOW, Colour.GREY]]


def test_the_gate_starts_without_numpy() -> None:
    program = "import sys, ankang.gate.serve; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
