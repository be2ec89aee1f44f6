"""One database for the gate's tests, one gate in the process for most of them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.ground import Ground, InProcess


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    """The database with the real tables. Not in pytest's folder: another run would close it to PostgreSQL's account."""
    with tempfile.TemporaryDirectory(prefix="ankang-gate-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder))
        yield ground
        ground.close()


@pytest.fixture(scope="session")
def shared_gate(ground: Ground) -> Iterator[InProcess]:
    """A gate that lives as long as the tests."""
    gate = InProcess(ground.settings)
    yield gate
    gate.stop()


@pytest.fixture
def gate(shared_gate: InProcess) -> Iterator[InProcess]:
    """The gate, its clock set right again afterwards."""
    yield shared_gate
    shared_gate.skew = 0.0
