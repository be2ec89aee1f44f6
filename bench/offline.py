"""What a gate without a network costs: codes a second on one core with the Python library (``ankang.core.scanning``).

Run: ``python -m bench.offline [--json]``. About 20 seconds. Each code is another person's, of a minute anywhere in the day: it
is read, its SM2 signature and its chain are checked, two lists of a province (60 million people, 1 % not green, and 20,000
withdrawn passes) are asked, and the place's policy and the memory of the last minutes. Paper: no chain, the lists of sheets.
"""

import argparse
import json
import os
import time

import numpy as np

from ankang.core import chain, codes, lists
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_start, step_of
from ankang.core.policies import BY_SLUG
from ankang.core.scanning import Answer, Scanner
from ankang.core.sm import Sm2Signer, sm2_generate
from ankang.core.verdicts import Verdict

EPOCH = 18_464
START = epoch_start(EPOCH)
PEOPLE = 60_000_000
CODES = 1_500
ROUNDS = 3
SEED = bytes(range(16))
SIGNER = Sm2Signer(*sm2_generate())
KEYS = {1: SIGNER.public}


def held(kind: lists.Indices, content: lists.Entries) -> lists.Held:
    """The list as it is after it was taken; signing and taking are measured in bench/lists.py."""
    return lists.Held(
        lists.Header(1, kind, 340_000, EPOCH, 1, START - 60, START + 86_400, content.size, len(content)), content
    )


def province(rng: np.random.Generator) -> list[lists.Held]:
    """The four lists of a province."""
    made = []
    for day, paper, number in (
        (lists.Indices.DAY, lists.Indices.PAPER, PEOPLE // 100),
        (lists.Indices.WITHDRAWN_PASSES, lists.Indices.WITHDRAWN_SHEETS, 20_000),
    ):
        for kind, size in ((day, lists.space_for(PEOPLE)), (paper, lists.SIZE_MOST)):
            positions = np.unique(rng.integers(PEOPLE, size, number).astype(np.uint32))
            rest = lists.NOT_WITHDRAWN if kind.is_withdrawals else Colour.GREEN
            made.append(held(kind, lists.Entries(positions, np.full(len(positions), 2), size, rest)))
    return made


def phones(rng: np.random.Generator) -> list[tuple[str, int]]:
    """Codes as phones show them, each with its moment, in the order of the day."""
    anchor, shown = chain.anchor(SEED), []
    for index, second in enumerate(sorted(rng.integers(60, 86_340, CODES).tolist())):
        now = START + second
        header = codes.encode_header(1, index, max(START, now - 3_600), Colour.GREEN, 0, anchor, "王*明")
        step = step_of(now)
        preimage = chain.link(SEED, chain.LENGTH - step)
        shown.append((codes.show(codes.sign_pass(header, SIGNER), bytes(16), step, preimage), now))
    return shown


def sheets() -> list[tuple[str, int]]:
    """Codes on paper, all shown at noon."""
    made = [codes.encode_paper(1, index, 1, EPOCH + 100, "王*明") for index in range(CODES)]
    return [(codes.sign_paper(header, SIGNER), START + 28_800) for header in made]


def per_second(shown: list[tuple[str, int]], holding: list[lists.Held]) -> float:
    """The best of a few rounds, each with a door that has seen nobody; everybody is admitted."""
    best = 0.0
    for _ in range(ROUNDS):
        door = Scanner(KEYS, holding, BY_SLUG["passage"].policy, strict=True)
        began = time.process_time()
        answers: list[Answer] = [door.check(text, now) for text, now in shown]
        best = max(best, len(shown) / (time.process_time() - began))
        assert all(answer.verdict is Verdict.ADMIT for answer in answers)
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load, rng = os.getloadavg()[0], np.random.default_rng(20_220_120)
    holding = province(rng)
    results = {
        "offline_verify_per_s": round(per_second(phones(rng), holding)),
        "offline_sheet_per_s": round(per_second(sheets(), holding)),
        "load_before": load,
    }
    if given.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:24} {value:14,.3f}")


if __name__ == "__main__":
    main()
