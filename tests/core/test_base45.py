"""Base45 as RFC 9285 has it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import base45
from tests.core.vectors import vectors

PAIRS = [(bytes.fromhex(pair["bytes"]), pair["text"]) for pair in vectors("base45")["pairs"]]


@pytest.mark.parametrize(("data", "text"), PAIRS)
def test_the_vectors_are_written_and_read(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@pytest.mark.parametrize("text", vectors("base45")["refused"])
def test_what_is_not_base45_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base45|ascii"):
        base45.decode(text)


@given(st.binary(max_size=600))
def test_what_was_written_is_read(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@given(st.text(alphabet=base45.ALPHABET, max_size=12))
def test_a_value_has_one_text(text: str) -> None:
    try:
        data = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(data) == text


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_with_a_value_error(text: str) -> None:
    try:
        assert base45.encode(base45.decode(text)) == text
    except ValueError:
        assert text
