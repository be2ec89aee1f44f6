"""What the list of an offline scanner weighs and costs: 60 million people, 1 % not green (architecture.md "Budgets").

Run: ``python bench/lists.py [--people 60000000] [--json]``. About 15 seconds on one core. From the gate's colour file
(one byte a person) to the signed bytes, and from those back to answers. How the people who are not green are
distributed over the colours changes the size, so several mixes are shown; the first is the one with the budget.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start
from ankang.core.sm import Sm2Signer, sm2_generate

EPOCH = 18_464
MIXES = {"budget": (0.02, 0.90, 0.08), "one_colour": (0.0, 1.0, 0.0), "many_red": (0.05, 0.80, 0.15)}
"""Shares of grey, yellow and red among those who are not green."""
GRAIN = 64
Result = TypeVar("Result")


def colours_of(people: int, mix: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    """One byte a person, as the gate keeps them; 1 % not green."""
    colours = np.full(people, Colour.GREEN, np.uint8)
    listed = rng.choice(people, people // 100, replace=False)
    colours[listed] = rng.choice(np.array(lists.LISTED, np.uint8), len(listed), p=mix)
    return colours


def changed(colours: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """The colours after ``number`` changes: as many people turn green as stop being so, a tenth change between."""
    after = colours.copy()
    listed = rng.permutation(np.flatnonzero(colours != Colour.GREEN))
    between, back = number // 10, number * 9 // 20
    after[listed[:between]] = np.where(colours[listed[:between]] == Colour.YELLOW, Colour.RED, Colour.YELLOW)
    after[listed[between : between + back]] = Colour.GREEN
    new = rng.choice(np.flatnonzero(colours == Colour.GREEN), number - between - back, replace=False)
    after[new] = rng.choice(np.array(lists.LISTED, np.uint8), len(new), p=MIXES["budget"])
    return after


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What it gives and the seconds it takes."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


class Issuer:
    """Builds, as the centre does: a province of so many people, one epoch."""

    def __init__(self, people: int) -> None:
        self.size = lists.space_for(people)
        self.indices = lists.SpacePermutation(bytes(range(32)), self.size).indices
        self.signer = Sm2Signer(*sm2_generate())
        self.keys = {1: self.signer.public}
        self.terms = lists.Terms(340_000, EPOCH, self.keys)
        self.free = self.indices(lists.decoy_numbers(people, self.size, lists.FREE_LEAST * GRAIN)).astype(np.uint32)

    def header(self, sequence: int) -> lists.Header:
        """Of the list of that number."""
        start = epoch_start(EPOCH) + 60 * sequence
        return lists.Header(1, lists.Indices.DAY, 340_000, EPOCH, sequence, start, start + 3_600, self.size)

    def entries(self, colours: np.ndarray) -> lists.Entries:
        """Everybody who is not green."""
        return lists.entries_from_colours(memoryview(colours), self.indices, self.size)

    def full(self, colours: np.ndarray) -> tuple[bytes, lists.Padded]:
        """The first list, decoys and signature included."""
        padded = lists.pad(self.entries(colours), self.free, GRAIN, random.SystemRandom())
        return lists.seal_list(self.header(1), padded.published, self.signer), padded


def measure(people: int) -> dict[str, float]:
    """All figures; see the module's text."""
    rng, issuer = np.random.default_rng(20_220_120), Issuer(people)
    results: dict[str, float] = {}
    for name, mix in MIXES.items():
        colours = colours_of(people, mix, rng)
        (data, padded), took = timed(lambda colours=colours: issuer.full(colours))
        results[f"list_60m_kb_{name}"] = len(data) / 1000
        if name == "budget":
            results |= {"list_60m_kb": len(data) / 1000, "list_build_s": took}
            results |= measure_scanner(issuer, data, colours, rng)
            results |= measure_delta(issuer, data, padded, changed(colours, 30_000, rng))
    return results


def measure_delta(issuer: Issuer, data: bytes, padded: lists.Padded, after: np.ndarray) -> dict[str, float]:
    """The delta of 30,000 changes with its decoys: made, and taken by a scanner."""

    def made() -> tuple[bytes, lists.Entries]:
        later = lists.pad_next(padded, issuer.entries(after), random.SystemRandom()).published
        return lists.seal_delta(lists.unseal_file(data, issuer.keys), issuer.header(2), later, issuer.signer), later

    (delta, later), took = timed(made)
    held = lists.take_list(data, issuer.terms)
    led_on, taken = timed(lambda: lists.take_delta(held, delta, issuer.terms))
    assert led_on.content == later
    return {"delta_30k_kb": len(delta) / 1000, "delta_build_s": took, "delta_take_ms": taken * 1000}


def measure_scanner(issuer: Issuer, data: bytes, colours: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """Taking the list, and looking up: a million at once, and one by one."""
    held, took = timed(lambda: lists.take_list(data, issuer.terms))
    now, people = issuer.header(1).not_before, rng.integers(0, len(colours), 1_000_000)
    asked = issuer.indices(people)
    answers, at_once = timed(lambda: held.colours_of(asked, now))
    assert np.array_equal(answers, colours[people])
    few = asked[:20_000].tolist()
    _, singly = timed(lambda: [held.colour_of(index, now) for index in few])
    return {
        "list_take_ms": took * 1000,
        "list_lookup_per_s": len(asked) / at_once,
        "list_lookup_one_us": singly / len(few) * 1e6,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    results = {name: round(value, 3) for name, value in measure(given.people).items()} | {"load_before": load}
    if given.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:24} {value:14,.3f}")


if __name__ == "__main__":
    main()
