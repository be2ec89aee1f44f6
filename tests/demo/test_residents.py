"""The made-up residents: right number in each town, valid identifiers, nobody twice, the same every time."""

from collections import Counter
from itertools import chain, islice

import pytest

from ankang.core.identifiers import check_document, check_phone
from ankang.core.masking import mask_name
from ankang.core.names import check_name
from ankang.core.regions import region_at
from ankang.demo.residents import BORN_UNTIL, OLDEST, Resident, Town, quotas, read_towns, residents_of

TOWNS = read_towns()


def some_residents(total: int) -> list[Resident]:
    shares = quotas(total, TOWNS)
    return list(chain.from_iterable(islice(residents_of(town), shares[town.code]) for town in TOWNS))


@pytest.mark.parametrize("total", [0, 1, 18, 19, 3829, 38_291, 382_909])
def test_the_shares_of_the_towns_add_up(total: int) -> None:
    assert sum(quotas(total, TOWNS).values()) == total


def test_all_residents_are_the_population_of_the_annex() -> None:
    assert quotas(382_909, TOWNS) == {town.code: town.population for town in TOWNS}


def test_the_largest_remainder_gets_the_rest() -> None:
    towns = [Town(1, "一", 50), Town(2, "二", 30), Town(3, "三", 20)]
    assert quotas(4, towns) == {"341881-01": 2, "341881-02": 1, "341881-03": 1}


def test_every_identifier_is_valid_in_its_one_spelling() -> None:
    for resident in some_residents(3829):
        assert check_document(resident.document_kind, resident.document, BORN_UNTIL) == resident.document
        assert check_phone(resident.phone) == resident.phone
        assert check_name(resident.name) == resident.name
        assert len(mask_name(resident.name).encode()) <= 9


def test_nobody_appears_twice_and_no_phone_serves_more_than_six() -> None:
    everybody = some_residents(38_290)
    assert len({resident.document for resident in everybody}) == len(everybody)
    assert max(Counter(resident.phone for resident in everybody).values()) <= 6


def test_the_same_residents_come_out_every_time() -> None:
    assert some_residents(500) == some_residents(500)
    one, two = (list(islice(residents_of(TOWNS[0], seed=seed), 50)) for seed in (1, 2))
    assert one != two


def test_a_bigger_demonstration_continues_a_smaller_one() -> None:
    assert set(some_residents(1000)) <= set(some_residents(3829))


def test_all_ages_from_the_newborn_to_the_very_old() -> None:
    ages = [(BORN_UNTIL - resident.born).days // 366 for resident in some_residents(3829)]
    assert min(ages) == 0
    assert 90 <= max(ages) <= OLDEST
    assert {age // 10 for age in ages} == set(range(10))


def test_birth_dates_are_those_in_the_number() -> None:
    for resident in some_residents(500):
        if resident.document_kind == "resident_id":
            assert resident.document[6:14] == f"{resident.born:%Y%m%d}"


def test_most_numbers_are_of_ningguo_and_some_of_regions_that_are_no_more() -> None:
    codes = Counter(resident.document[:6] for resident in some_residents(3829))
    assert codes["341881"] > 0.6 * 3829
    assert any((region := region_at(code)) is not None and region.abolished for code in codes)


def test_names_that_systems_get_wrong_are_among_them() -> None:
    names = [resident.name for resident in some_residents(3829)]
    assert any("·" in name for name in names)
    assert any(name.isascii() for name in names)
    assert any(any(ord(letter) > 0xFFFF for letter in name) for name in names)
    assert any(name.startswith(("欧阳", "上官", "司马", "诸葛", "皇甫")) for name in names)
