"""An index space of the province's size: one index each, and lists straight from the gate's colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import lists, sm
from ankang.core.colours import Colour

KEY = sm.kdf(bytes(32), "index", b"\x00\x00\x48\x20")


@given(size=st.integers(1, 5_000))
def test_every_index_is_one_persons(size: int) -> None:
    permutation = lists.SpacePermutation(KEY, size)
    indices = permutation.indices(np.arange(size))
    assert sorted(indices) == list(range(size))


@pytest.mark.parametrize("size", [1 << 30, 60_948_480, 131_072, 65_537])
def test_one_by_one_and_all_at_once_give_the_same_and_lead_back(size: int) -> None:
    permutation = lists.SpacePermutation(KEY, size)
    persons = np.linspace(0, size - 1, 500).astype(np.int64)
    indices = permutation.indices(persons).tolist()
    assert [permutation.index(int(person)) for person in persons] == indices
    assert [permutation.person(index) for index in indices] == persons.tolist()


def test_neighbours_are_spread_over_the_whole_space() -> None:
    indices = lists.SpacePermutation(KEY, 60_948_480).indices(np.arange(100_000))
    tenths = np.bincount(indices * 10 // 60_948_480, minlength=10)
    assert tenths.min() > 9_500
    assert tenths.max() < 10_500


def test_another_key_gives_other_indices() -> None:
    persons = np.arange(50_000)
    one, other = (lists.SpacePermutation(key, 60_948_480).indices(persons) for key in (KEY, bytes(32)))
    assert np.count_nonzero(one == other) <= 1


def test_numbers_outside_are_refused() -> None:
    permutation = lists.SpacePermutation(KEY, 1_000)
    for number in (-1, 1_000):
        for call in (permutation.index, permutation.person):
            with pytest.raises(ValueError, match="outside"):
                call(number)
        with pytest.raises(ValueError, match="outside"):
            permutation.indices(np.array([number]))


@pytest.mark.parametrize(
    ("people", "size"),
    [(0, 65_536), (1, 131_072), (387_000, 458_752), (60_000_000, 60_948_480), (1 << 30, 1 << 30)],
)
def test_the_space_has_room_for_newcomers_and_decoys(people: int, size: int) -> None:
    assert lists.space_for(people) == size


def test_decoys_are_nobodys_and_leave_room_for_newcomers() -> None:
    numbers = lists.decoy_numbers(387_000, 458_752, 4_608)
    assert (numbers.min(), numbers.max(), len(numbers)) == (454_144, 458_751, 4_608)


def test_everybody_who_is_not_green_is_listed_with_their_colour() -> None:
    rng = np.random.default_rng(3)
    colours = rng.choice(np.array([0, 1, 2, 3], np.uint8), 100_000, p=[0.01, 0.9, 0.06, 0.03])
    size = lists.space_for(len(colours))
    permutation = lists.SpacePermutation(KEY, size)
    written = (colours | 0x40).astype(np.uint8).tobytes()  # the high bits of a gate's byte are not the colour
    listed = lists.entries_from_colours(written, permutation.indices, size)
    assert np.array_equal(listed.look_up(permutation.indices(np.arange(100_000))), colours)
    assert len(listed) == np.count_nonzero(colours != Colour.GREEN)
