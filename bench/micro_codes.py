"""What one code costs in the core: microseconds per operation on this machine (architecture.md "Budgets").

Run: ``python bench/micro_codes.py``. Prints a table; ``--json`` prints one JSON object instead.
"""

import json
import sys
from collections.abc import Callable
from timeit import repeat

from ankang.core import base45, chain
from ankang.core.codes import (
    check_as_gate,
    check_as_stranger,
    day_mac_key,
    encode_header,
    gate_key,
    parse,
    show,
    sign_pass,
)
from ankang.core.colours import Colour
from ankang.core.credentials import CredentialKeys
from ankang.core.epochs import epoch_of, epoch_start, step_of
from ankang.core.permutation import IndexPermutation
from ankang.core.place_codes import check as check_place
from ankang.core.place_codes import parse as parse_place
from ankang.core.place_codes import place_mac_key, rotating
from ankang.core.sm import Sm2Signer, sm2_generate

NOON = 1_595_304_000  # 12:00 on 21 July 2020 in Shanghai: step 480
ROUNDS = 5


def microseconds(operation: Callable[[], object], times: int) -> float:
    """The best of five runs, per call."""
    return min(repeat(operation, number=times, repeat=ROUNDS)) / times * 1e6


def operations() -> dict[str, tuple[Callable[[], object], int]]:
    """Name → (the operation, how often to call it in one run)."""
    private, public = sm2_generate()
    signer, day_key = Sm2Signer(private, public), day_mac_key(bytes(32), epoch_of(NOON))
    seed, step = bytes(range(16)), step_of(NOON)
    header = encode_header(1, 123_456, epoch_start(epoch_of(NOON)), Colour.GREEN, 0, chain.anchor(seed), "王*明")
    pass_ = sign_pass(header, signer)
    text = show(pass_, gate_key(day_key, header), step, chain.link(seed, chain.LENGTH - step))
    code, numbers = parse(text), IndexPermutation(bytes(32))
    tokens = CredentialKeys(bytes(32))
    token = tokens.issue("resident", 123_456, 7, NOON, NOON + 86_400, "王*明")
    place_key = place_mac_key(bytes(32))
    place = rotating(17, 1, 1, 0, (NOON + 14_400) // 60, place_key)
    return {
        "base45_decode": (lambda: base45.decode(text[4:]), 5_000),
        "base45_encode": (lambda: base45.encode(code.raw), 2_000),
        "parse": (lambda: parse(text), 5_000),
        "check_as_gate": (lambda: check_as_gate(code, lambda kid, epoch: day_key, NOON), 5_000),
        "parse_and_check_as_gate": (
            lambda: check_as_gate(parse(text), lambda kid, epoch: day_key, NOON),
            5_000,
        ),
        "check_as_stranger": (lambda: check_as_stranger(code, {1: public}, NOON), 100),
        "sign_pass": (lambda: sign_pass(header, signer), 200),
        "gate_key": (lambda: gate_key(day_key, header), 5_000),
        "permutation_index": (lambda: numbers.index(123_456), 10_000),
        "permutation_person": (lambda: numbers.person(123_456), 10_000),
        "permutation_build": (lambda: IndexPermutation(bytes(32)), 5),
        "credential_read": (lambda: tokens.read(token, NOON), 5_000),
        "place_parse_and_check": (lambda: check_place(parse_place(place), {}, place_key, NOON), 5_000),
        "chain_link": (lambda: chain.walk(seed, chain.LENGTH), 20),
    }


def main() -> None:
    """Measure and print."""
    results = {name: microseconds(*work) for name, work in operations().items()}
    results["chain_link"] /= chain.LENGTH
    if "--json" in sys.argv:
        print(json.dumps({name: round(cost, 2) for name, cost in results.items()}))
        return
    for name, cost in results.items():
        print(f"{name:26} {cost:10.2f} µs")


if __name__ == "__main__":
    main()
