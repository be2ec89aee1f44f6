"""The tests' house: a real PostgreSQL for every run, and the whole product on a free port where a test asks for it."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import pytest

from ankang.config import postgres
from ankang.config.settings import Settings, load_settings

_folder = tempfile.TemporaryDirectory(prefix="ankang-tests-", ignore_cleanup_errors=True)
_use: Any = None
_UNMANAGED = (
    "base_accessrecord",
    "passage_visit",
    "health_evidence",
    "health_colourchange",
    "health_retraction",
    "rides_authorisation",
    "rides_ride",
)


def _start_database() -> None:
    global _use
    for name in [name for name in os.environ if name.startswith("ANKANG_") and name != "ANKANG_TEST_DATABASE_URL"]:
        del os.environ[name]
    os.environ["ANKANG_DATA"] = _folder.name
    url = os.environ.get("ANKANG_TEST_DATABASE_URL")
    if url is None:
        _use = postgres.start(Settings(data=Path(_folder.name)))
        url = _use.url
    os.environ["ANKANG_DATABASE_URL"] = url
    (Path(_folder.name) / "static").mkdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "ankang.site.settings"
    load_settings.cache_clear()


_start_database()
django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL and remove its folder."""
    if _use is not None:
        _use.leave()
    _folder.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The migrated test database, with keys and partitions as a running house has them."""
    from ankang.site.prepare import prepare

    with django_db_blocker.unblock():
        prepare(datetime.now(UTC))


@pytest.fixture(autouse=True)
def _keys_are_there(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits empties the tables at its end, keys too; the next test that needs the database makes them."""
    marker = request.node.get_closest_marker("django_db")
    names = set(request.fixturenames)
    if marker is None and not names & {"db", "transactional_db"}:
        yield
        return
    commits = "transactional_db" in names or bool(marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if commits else "db")
    _prepare_if_empty()
    yield
    if commits:
        _empty_partitioned_tables()


@pytest.fixture(scope="session", autouse=True)
def _no_stale_keys() -> None:
    """Keys opened before the test database existed are forgotten."""
    from ankang.trust import keyring

    keyring.forget()


def _prepare_if_empty() -> None:
    from ankang.site.prepare import prepare
    from ankang.trust.models import Key

    if not Key.objects.exists():
        prepare(datetime.now(UTC))


def _empty_partitioned_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(_UNMANAGED)])
        for (table,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {table}")
