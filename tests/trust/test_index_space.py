"""Index spaces are fixed ahead, never changed, and never touch passes that people already hold."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core.epochs import epoch_of, epoch_start, master_at
from ankang.core.permutation import DECOYS, SIZE, IndexPermutation, PeoplePermutation, epoch_permutation, space_for
from ankang.trust.index_space import ensure_index_spaces, epoch_master, index_space
from ankang.trust.models import IndexSpace

NOW = datetime.now(UTC)
TODAY = epoch_of(NOW.timestamp())


def sizes() -> dict[int, int]:
    return dict(IndexSpace.objects.values_list("epoch", "size"))


@pytest.mark.django_db
def test_a_new_house_has_them_for_today_and_two_days_ahead() -> None:
    IndexSpace.objects.all().delete()
    assert ensure_index_spaces(NOW, 0) == [TODAY, TODAY + 1, TODAY + 2]
    assert sizes() == dict.fromkeys((TODAY, TODAY + 1, TODAY + 2), space_for(1))


@pytest.mark.django_db
def test_a_house_with_people_begins_where_nobody_can_have_a_pass_yet() -> None:
    IndexSpace.objects.all().delete()
    assert ensure_index_spaces(NOW, 4_000) == [TODAY + 2]
    assert ensure_index_spaces(NOW, 4_000) == []
    assert index_space(TODAY + 1) is None


@pytest.mark.django_db
def test_a_reserve_that_is_used_up_enlarges_the_epochs_to_come_and_no_other() -> None:
    IndexSpace.objects.all().delete()
    ensure_index_spaces(NOW, 0)
    before = sizes()
    tomorrow = datetime.fromtimestamp(epoch_start(TODAY + 1), UTC)
    assert ensure_index_spaces(tomorrow, 1_000_000) == [TODAY + 3]
    assert sizes() == before | {TODAY + 3: space_for(1_000_001)}


@pytest.mark.django_db
def test_a_house_that_was_off_for_a_month_goes_on_today() -> None:
    IndexSpace.objects.all().delete()
    IndexSpace.objects.create(epoch=TODAY - 30, size=65_536, made_at=NOW)
    assert ensure_index_spaces(NOW, 4_000) == [TODAY, TODAY + 1, TODAY + 2]


@pytest.mark.django_db
def test_the_first_day_of_a_house_has_a_master_key_and_the_day_before_has_none() -> None:
    assert epoch_master(TODAY + 1) is not None
    assert epoch_master(TODAY - 30) is None


def test_a_master_key_stays_that_of_an_epoch_that_has_begun() -> None:
    start = epoch_start(100)
    keys = [(start + 3_600.0, 2), (start - 3_600.0, 1)]
    assert [master_at(epoch, keys) for epoch in (98, 99, 100, 101)] == [None, 1, 1, 2]


@given(
    size=st.sampled_from([65_536, 131_072, 60_948_480, SIZE]),
    person=st.one_of(st.integers(0, SIZE - 1), st.integers(0, 140_000), st.integers(SIZE - 2 * DECOYS, SIZE - 1)),
)
def test_everybody_has_an_index_and_every_index_leads_back(size: int, person: int) -> None:
    permutation = PERMUTATIONS[size]
    index = permutation.index(person)
    assert 0 <= index < SIZE
    assert permutation.person(index) == person
    assert (index < size) == (person < size - DECOYS or person >= SIZE - DECOYS)


PERMUTATIONS = {
    size: PeoplePermutation(bytes(range(32)), bytes(32), size) for size in (65_536, 131_072, 60_948_480, SIZE)
}


def test_an_epoch_without_a_size_has_the_indices_it_always_had() -> None:
    assert isinstance(epoch_permutation(bytes(32), 7, None), IndexPermutation)


def test_numbers_outside_are_refused() -> None:
    for number in (-1, SIZE):
        with pytest.raises(ValueError, match="outside"):
            PERMUTATIONS[65_536].index(number)
        with pytest.raises(ValueError, match="outside"):
            PERMUTATIONS[65_536].person(number)
