"""One database for the gate's tests, one gate in the process for most of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.ground import Ground, InProcess


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The database with the real tables."""
    folder: Path = tmp_path_factory.mktemp("gate")
    ground = Ground(folder)
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
