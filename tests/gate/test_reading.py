"""The quick reader and the core agree on every code."""

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core.codes import CodeFault, check_as_gate, parse
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.verdicts import Reason
from ankang.gate.reading import AUTHENTIC_FAULTS, Seen, read_any, read_good
from tests.gate.ground import Ground, Person

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def core_says(ground: Ground, text: str, now: float) -> tuple[int, bool]:
    try:
        code = parse(text)
    except CodeFault as fault:
        return (int(fault.reason), False)
    try:
        check_as_gate(code, ground.keys.day_mac, now)
    except CodeFault as fault:
        return (int(fault.reason), fault.detail in AUTHENTIC_FAULTS)
    return (int(Reason.OK), True)


def agree(ground: Ground, text: str, now: float) -> Seen:
    seen = read_any(ground.keys, text, now)
    assert (seen.reason, seen.authentic) == core_says(ground, text, now)
    assert (read_good(ground.keys, text, now) is not None) == (seen.reason == Reason.OK)
    assert seen == (read_good(ground.keys, text, now) or seen)
    return seen


def test_both_read_the_same_from_good_codes(ground: Ground) -> None:
    now = time.time()
    for number, name in ((1, "王*明"), (2**30 - 1, ""), (12_345, "𠮷*·")):
        person = Person(number, name, ground)
        seen = agree(ground, person.code(now), now)
        assert (seen.person, seen.name, seen.colour) == (number, name.encode(), 1)


@settings(max_examples=60, deadline=None)
@given(lead=st.integers(-4, 4), issued=st.integers(-90_000, 300), clock=st.integers(0, 86_399))
def test_both_find_the_same_moments_good(ground: Ground, lead: int, issued: int, clock: int) -> None:
    now = epoch_start(epoch_of(time.time())) + clock
    at = now + lead * 60
    agree(ground, Person(7, "王*明", ground).code(at, min(at, now) + issued), now)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_both_find_the_same_damage(ground: Ground, seed: int) -> None:
    dice, now = random.Random(seed), time.time()
    text = list(Person(7, "王*明", ground).code(now))
    for _ in range(dice.randrange(1, 3)):
        place = dice.randrange(len(text))
        damage = dice.randrange(4)
        if damage == 0:
            text[place] = dice.choice(ALPHABET)
        elif damage == 1:
            del text[place]
        elif damage == 2:
            text.insert(place, dice.choice(ALPHABET + "a𠮷"))
        else:
            del text[place:]
            text.append("")
    agree(ground, "".join(text), now)
