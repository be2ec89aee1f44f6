"""Code indices: one for each person, one person for each, and new ones every epoch."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import sm
from ankang.core.permutation import SIZE, IndexPermutation, SpacePermutation, epoch_permutation, permanent_key
from tests.core.vectors import vectors

TODAY = IndexPermutation(sm.kdf(bytes(32), "index", b"\x00\x00\x48\x20"))
TOMORROW = IndexPermutation(sm.kdf(bytes(32), "index", b"\x00\x00\x48\x21"))
NUMBERS = st.integers(0, SIZE - 1)


@pytest.mark.parametrize("case", vectors("permutation")["permutations"])
def test_the_vectors_come_out(case: dict[str, object]) -> None:
    master, epoch, pairs = case["epoch_master"], case["epoch"], case["pairs"]
    assert isinstance(epoch, int)
    assert isinstance(pairs, list)
    key = sm.kdf(bytes.fromhex(str(master)), "index", epoch.to_bytes(4, "big"))
    permutation = IndexPermutation(key)
    assert key.hex() == case["key"]
    assert [permutation.index(pair["person"]) for pair in pairs] == [pair["index"] for pair in pairs]
    assert [permutation.person(pair["index"]) for pair in pairs] == [pair["person"] for pair in pairs]


@given(person=NUMBERS)
def test_an_index_leads_back_to_its_person(person: int) -> None:
    index = TODAY.index(person)
    assert 0 <= index < SIZE
    assert TODAY.person(index) == person


@given(index=NUMBERS)
def test_every_index_is_somebodys(index: int) -> None:
    assert TODAY.index(TODAY.person(index)) == index


def test_a_hundred_thousand_neighbours_have_as_many_indices_spread_over_the_whole_range() -> None:
    indices = {TODAY.index(person) for person in range(100_000)}
    assert len(indices) == 100_000
    upper_half = sum(index >= SIZE // 2 for index in indices)
    assert 49_000 < upper_half < 51_000


def test_the_next_epoch_has_other_indices() -> None:
    same = [person for person in range(50_000) if TODAY.index(person) == TOMORROW.index(person)]
    assert len(same) <= 1


@pytest.mark.parametrize("number", [-1, SIZE, 1 << 40])
def test_numbers_outside_30_bits_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="30 bits"):
        TODAY.index(number)
    with pytest.raises(ValueError, match="30 bits"):
        TODAY.person(number)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        IndexPermutation(bytes(size))


@pytest.mark.parametrize("case", vectors("permutation")["spaces"], ids=lambda case: str(case["size"]))
def test_epochs_with_a_size_have_the_indices_of_the_vectors(case: dict[str, Any]) -> None:
    permutation = epoch_permutation(bytes.fromhex(case["epoch_master"]), case["epoch"], case["size"])
    pairs = case["pairs"]
    assert [permutation.index(pair["person"]) for pair in pairs] == [pair["index"] for pair in pairs]
    assert [permutation.person(pair["index"]) for pair in pairs] == [pair["person"] for pair in pairs]


def test_permanent_indices_are_those_of_the_vectors() -> None:
    case = vectors("permutation")["permanent"]
    key = permanent_key(bytes.fromhex(case["epoch_master"]))
    permutation = SpacePermutation(key, SIZE)
    assert key.hex() == case["key"]
    assert [permutation.index(pair["person"]) for pair in case["pairs"]] == [pair["index"] for pair in case["pairs"]]
