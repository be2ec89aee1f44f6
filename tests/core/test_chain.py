"""The phone's chain is shown backwards and walked forwards."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core import chain, sm
from tests.core.vectors import vectors

SEEDS = st.binary(min_size=16, max_size=16)
STEPS = st.integers(0, chain.LENGTH - 1)


@pytest.mark.parametrize("case", vectors("chain")["chains"])
def test_the_vectors_come_out(case: dict[str, object]) -> None:
    seed, links = bytes.fromhex(str(case["seed"])), case["links"]
    assert isinstance(links, dict)
    assert {number: chain.link(seed, int(number)).hex() for number in links} == links
    assert chain.anchor(seed).hex() == links["1440"]


@given(seed=SEEDS)
def test_a_link_is_the_first_half_of_the_digest_of_the_one_before(seed: bytes) -> None:
    assert chain.link(seed, 0) == seed
    assert chain.link(seed, 1) == sm.sm3(seed)[:16]
    assert chain.link(seed, 2) == sm.sm3(sm.sm3(seed)[:16])[:16]


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, step=STEPS)
def test_the_link_of_a_step_reveals_that_step_and_no_other(seed: bytes, step: int) -> None:
    anchor, shown = chain.anchor(seed), chain.link(seed, chain.LENGTH - step)
    assert chain.reveals(shown, step, anchor)
    assert not chain.reveals(shown, step + 1, anchor)
    assert step == 0 or not chain.reveals(shown, step - 1, anchor)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, step=st.integers(1, chain.LENGTH - 2))
def test_walking_leads_to_the_past_only(seed: bytes, step: int) -> None:
    """From the link of minute n all earlier ones are a walk away; the next one is not on that walk."""
    anchor, shown = chain.anchor(seed), chain.link(seed, chain.LENGTH - step)
    earlier = [chain.walk(shown, back) for back in range(step + 1)]
    assert all(chain.reveals(chain.walk(shown, back), step - back, anchor) for back in (0, 1, step))
    assert chain.link(seed, chain.LENGTH - step - 1) not in earlier


@pytest.mark.parametrize(("preimage", "steps"), [(bytes(15), 1), (bytes(17), 1), (b"", 0), (bytes(16), -1)])
def test_what_is_no_link_is_not_walked(preimage: bytes, steps: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        chain.walk(preimage, steps)


def test_the_chain_ends_at_its_anchor() -> None:
    with pytest.raises(ValueError, match="1440"):
        chain.link(bytes(16), 1441)


@pytest.mark.parametrize("anchor", [b"", bytes(16), bytes(17)])
def test_another_anchor_is_not_reached(anchor: bytes) -> None:
    assert not chain.reveals(bytes(16), 3, anchor)
