"""Who may enter where, by colour and temperature."""

import pytest

from ankang.core.colours import Colour
from ankang.core.policies import BY_SLUG, PLACE_TYPES, decide, load_place_types, policy_of
from ankang.core.verdicts import Direction, Reason, Verdict

ADMIT, DENY, REFER = Verdict.ADMIT, Verdict.DENY, Verdict.REFER
EVERY_TYPE = pytest.mark.parametrize("slug", sorted(BY_SLUG))


def entry(slug: str, colour: Colour, temperature: int | None = None) -> tuple[Verdict, Reason]:
    return decide(BY_SLUG[slug].policy, colour, temperature, Direction.ENTRY)


@EVERY_TYPE
def test_green_enters_red_does_not_and_grey_is_looked_at_by_a_person(slug):
    assert entry(slug, Colour.GREEN) == (ADMIT, Reason.OK)
    assert entry(slug, Colour.RED) == (DENY, Reason.COLOUR)
    assert entry(slug, Colour.GREY) == (REFER, Reason.COLOUR)


@pytest.mark.parametrize(
    "slug",
    [
        "school",
        "care_home",
        "psychiatric",
        "detention",
        "market",
        "supermarket",
        "sales",
        "indoor_venue",
        "entertainment",
    ],
)
def test_yellow_is_kept_out_of_the_places_zhejiang_named(slug):
    assert entry(slug, Colour.YELLOW) == (DENY, Reason.COLOUR)


@pytest.mark.parametrize(
    "slug", ["passage", "hospital", "pharmacy", "station", "taxi", "workplace", "hall", "hotel"]
)
def test_yellow_is_referred_where_zhejiang_set_no_limit(slug):
    assert entry(slug, Colour.YELLOW) == (REFER, Reason.COLOUR)


def test_nobody_is_kept_from_home_for_yellow():
    assert entry("housing", Colour.YELLOW) == (ADMIT, Reason.OK)


@EVERY_TYPE
def test_fever_begins_at_37_3_and_refers(slug):
    assert entry(slug, Colour.GREEN, 372) == (ADMIT, Reason.OK)
    assert entry(slug, Colour.GREEN, 373) == (REFER, Reason.TEMPERATURE)
    assert entry(slug, Colour.RED, 390) == (DENY, Reason.COLOUR)


@EVERY_TYPE
@pytest.mark.parametrize("colour", list(Colour))
def test_whoever_leaves_is_let_go(slug, colour):
    assert decide(BY_SLUG[slug].policy, colour, 400, Direction.EXIT) == (ADMIT, Reason.OK)


def test_the_numbers_in_printed_codes_never_move():
    assert {slug: place_type.id for slug, place_type in BY_SLUG.items()} == {
        "passage": 1,
        "sales": 2,
        "event": 3,
        "meeting": 4,
        "sight": 5,
        "housing": 6,
        "school": 7,
        "care_home": 8,
        "workplace": 9,
        "station": 10,
        "hall": 11,
        "hospital": 12,
        "pharmacy": 13,
        "hotel": 14,
        "psychiatric": 15,
        "detention": 16,
        "market": 17,
        "supermarket": 18,
        "indoor_venue": 19,
        "entertainment": 20,
        "restaurant": 21,
        "taxi": 22,
        "bus": 23,
    }


def test_every_type_has_its_words_and_its_source():
    for place_type in PLACE_TYPES.values():
        assert place_type.word("zh-hans") == place_type.zh
        assert place_type.word("en") == place_type.en
        assert place_type.source


def test_a_number_that_is_no_type_is_a_key_error():
    with pytest.raises(KeyError):
        policy_of(99)


ROW = 'zh = "门"\nen = "Door"\nslug = "door"\nsource = "test"\n'
HEAD = 'temperature_limit = 373\ngreen = "admit"\ngrey = "refer"\nred = "deny"\n'


@pytest.mark.parametrize(
    "rows",
    [
        f'[[place_types]]\nid = 1\n{ROW}yellow = "maybe"\n',
        f'[[place_types]]\nid = 1\n{ROW}yellow = "deny"\n[[place_types]]\nid = 1\n{ROW}yellow = "deny"\n',
        f'[[place_types]]\nid = 256\n{ROW}yellow = "deny"\n',
        f'[[place_types]]\nid = 1\n{ROW}yellow = "deny"\npurple = "deny"\n',
    ],
)
def test_a_table_with_a_fault_is_refused(rows):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the fault, the table does not load
        load_place_types(HEAD + rows)
