"""Decoys: what someone who compares lists can count, and what not."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import lists
from ankang.core.colours import Colour

SPACE = 1 << 17
ISSUED = 60_000
FREE = np.arange(ISSUED, ISSUED + 40_000, dtype=np.uint32)
PEOPLE = st.integers(0, ISSUED - 1)
LISTED = st.dictionaries(PEOPLE, st.sampled_from(lists.LISTED), max_size=60)
DAYS = st.lists(LISTED, min_size=1, max_size=6)
GRAINS = st.sampled_from([1, 7, 64])


def moves(before: lists.Entries, after: lists.Entries) -> Counter[tuple[Colour, Colour]]:
    changes = before.changes_to(after)
    was = before.look_up(changes.positions)
    return Counter((Colour(old), Colour(new)) for old, new in zip(was, changes.colours, strict=True))


def a_day(days: list[dict[int, Colour]], grain: int, seed: int) -> list[lists.Padded]:
    """The padded lists of a day, one after the other."""
    chance = random.Random(seed)
    contents = [lists.entries(day.items(), SPACE) for day in days]
    padded = [lists.pad(contents[0], FREE, grain, chance)]
    for content in contents[1:]:
        padded.append(lists.pad_next(padded[-1], content, chance))
    return padded


@given(days=DAYS, grain=GRAINS, seed=st.integers(0, 99))
def test_everybody_keeps_their_colour_among_the_decoys(days: list[dict[int, Colour]], grain: int, seed: int) -> None:
    for day, padded in zip(days, a_day(days, grain, seed), strict=True):
        answers = padded.published.look_up(np.arange(ISSUED))
        listed = {int(index): Colour(answers[index]) for index in np.flatnonzero(answers != Colour.GREEN)}
        assert listed == day


@given(days=DAYS, grain=GRAINS, seed=st.integers(0, 99))
def test_every_colour_and_every_move_counts_in_grains(days: list[dict[int, Colour]], grain: int, seed: int) -> None:
    padded = [day.published for day in a_day(days, grain, seed)]
    counts = [len(day.of(colour)) for day in padded for colour in lists.LISTED]
    counts += [number for old, new in zip(padded, padded[1:], strict=False) for number in moves(old, new).values()]
    assert {count % grain for count in counts} == {0}


def test_a_day_on_which_nobody_moves_looks_like_one_on_which_a_few_do() -> None:
    quiet, busy = (dict.fromkeys(range(number), Colour.RED) for number in (500, 510))
    seen = []
    for after in (quiet, busy):
        counts = set()
        for seed in range(60):
            first, second = a_day([quiet, after], 64, seed)
            counts.add(moves(first.published, second.published)[Colour.GREEN, Colour.RED])
        seen.append(counts)
    assert seen == [{64, 128, 192}, {64, 128, 192}]


@given(days=st.lists(LISTED, min_size=2, max_size=2), seed=st.integers(0, 99))
def test_an_issuer_who_kept_only_the_published_list_goes_on_from_it(days: list[dict[int, Colour]], seed: int) -> None:
    first, _ = a_day(days, 16, seed)
    again = lists.resume(first.published, FREE, 16)
    assert (again.published, again.real, again.decoys) == (first.published, first.real, first.decoys)
    assert sorted(again.free) == sorted(first.free)


def test_a_hundred_deltas_find_decoys_enough() -> None:
    chance = random.Random(7)
    padded = lists.pad(lists.entries([], SPACE), FREE[: lists.FREE_LEAST * 64], 64, chance)
    for _ in range(100):
        day = {index: chance.choice(lists.LISTED) for index in chance.sample(range(ISSUED), chance.randint(0, 300))}
        padded = lists.pad_next(padded, lists.entries(day.items(), SPACE), chance)
    assert {len(padded.decoys.of(colour)) // (64 * 20) for colour in lists.LISTED} == {0}


def test_too_few_free_indices_are_refused() -> None:
    with pytest.raises(ValueError, match="decoys need 4,608 free indices, there are 100"):
        lists.pad(lists.entries([], SPACE), FREE[:100], 64, random.Random(1))
    with pytest.raises(ValueError, match="too little room"):
        lists.decoy_numbers(1_000, 2_000, 501)


def test_an_index_that_was_issued_after_all_is_noticed() -> None:
    with pytest.raises(ValueError, match="twice"):
        a_day([{int(index): Colour.RED for index in FREE[:100]}], 64, 1)
