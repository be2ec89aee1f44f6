"""One house for the drills and for what stands before gates."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.drills.house import House
from tests.template import settle


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Its own PostgreSQL, doors and persons; each test starts the gates it needs."""
    with tempfile.TemporaryDirectory(prefix="ankang-drill-", ignore_cleanup_errors=True) as folder:
        settle(Path(folder))
        house = House(Path(folder))
        yield house
        house.close()
