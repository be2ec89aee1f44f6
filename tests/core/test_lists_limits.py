"""Limits of lists and ride gates that the properties never reach: what a writer refuses, and what a gate forgets."""

import random
from dataclasses import replace

import numpy as np
import pytest

from ankang.core import lists, ride
from ankang.core.colours import Colour
from tests.core.ride_ground import AUTHORITIES, EPOCH, FOUR, NOON
from tests.core.test_lists import SIGNER, SPACE, a_header, a_list, content
from tests.core.test_ride_gate import a_gate, code_of, said

SHEETS = lists.Indices.WITHDRAWN_SHEETS


def test_a_whole_list_takes_nobody_off_and_no_value_is_beyond_its_limit() -> None:
    header = a_header(indices=SHEETS)
    taken_off = lists.Entries(np.array([7], np.uint32), np.array([lists.NOT_WITHDRAWN], np.uint32), SPACE)
    beyond = lists.entries({7: SHEETS.value_most + 1}.items(), SPACE, lists.NOT_WITHDRAWN)
    for entries in (taken_off, beyond):
        with pytest.raises(ValueError, match="withdrawal"):
            lists.seal_list(header, entries, SIGNER)


@pytest.mark.parametrize("more", [{"sequence": 0}, {"next_update": FOUR}, {"kid": 256}])
def test_a_delta_that_no_reader_would_take_is_not_written(more: dict[str, int]) -> None:
    base = lists.unseal_file(a_list({7: Colour.RED}), {1: SIGNER.public})
    with pytest.raises(ValueError, match="refused"):
        lists.seal_delta(base, replace(a_header(2), **more), content({}), SIGNER)


def test_a_list_whose_free_indices_run_out_is_not_written() -> None:
    chance, grain = random.Random(1), 4
    first = lists.pad(content({}), np.arange(SPACE - lists.FREE_LEAST * grain, SPACE, dtype=np.uint32), grain, chance)
    starved = replace(first, free=first.free[:0], decoys=lists.entries([], SPACE))
    with pytest.raises(ValueError, match="too few indices"):
        lists.pad_next(starved, content({1: Colour.RED}), chance)


def test_where_nobody_lives_nobody_is_listed() -> None:
    assert len(lists.entries_from_colours(b"", lambda persons: persons, SPACE)) == 0


def test_a_ride_gate_reads_colours_from_lists_of_dynamic_codes_alone() -> None:
    header = lists.Header(1, lists.Indices.PAPER, 340_000, EPOCH, 1, NOON - 600, NOON + 3_000, 1_000)
    sheets = lists.Held(header, lists.entries([], 1_000))
    assert said(ride.RideGate(AUTHORITIES, [sheets]).check(code_of(), NOON)) == ("refer", "stale", "grey", "no_list")


def test_a_ride_gate_forgets_who_passed_when_no_code_of_theirs_could_come_again() -> None:
    gate = a_gate()
    for rider in range(5):
        gate.check(code_of(account=bytes([rider]) * 16), NOON)
    gate.check(code_of(generated=NOON + 600, account=bytes([9]) * 16), NOON + 600)
    assert len(gate._used) == 1
