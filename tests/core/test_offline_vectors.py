"""Every vector of a door without a network: the scanner page is held to the same ones (web/tests/offline.test.ts)."""

import math
from typing import Any

import pytest

from ankang.core import lists
from ankang.core.policies import BY_SLUG
from ankang.core.scanning import Scanner
from ankang.core.verdicts import Direction
from tests.core.vectors import vectors

VECTORS = vectors("offline")
KEYS = {int(kid): bytes.fromhex(public) for kid, public in VECTORS["keys"].items()}


def taken(file: str) -> lists.Held:
    data = bytes.fromhex(VECTORS["files"][file])
    header = lists.unpack(data)
    return lists.take_list(data, lists.Terms(VECTORS["issuer"], header.epoch, KEYS, header.indices))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["about"])
def test_a_door_answers_what_the_vectors_say(case: dict[str, Any]) -> None:
    kind = VECTORS["doors"][case["door"]]
    holding = [taken(file) for file in kind["lists"]]
    limit = math.inf if kind["limit"] is None else kind["limit"]
    door = Scanner(KEYS, holding, BY_SLUG["passage"].policy, limit=limit, strict=kind["strict"])
    heat = None if case["temperature"] is None else round(case["temperature"] * 10)
    way = Direction.EXIT if case["exit"] else Direction.ENTRY
    answer = door.check(case["text"], case["now"], heat, way)
    found = (answer.verdict.slug, answer.reason.slug, answer.colour.slug, answer.name, answer.detail)
    assert found == tuple(case[name] for name in ("verdict", "reason", "colour", "name", "detail"))
