"""The tests' house: a real PostgreSQL for every run, and the whole product on a free port where a test asks for it."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ankang.config import postgres
from ankang.config.settings import Settings, load_settings

_folder = tempfile.TemporaryDirectory(prefix="ankang-tests-", ignore_cleanup_errors=True)
_use: Any = None
_UNMANAGED = ("base_accessrecord", "passage_visit", "health_evidence", "health_colourchange", "health_retraction")


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
    os.environ["DJANGO_SETTINGS_MODULE"] = "ankang.site.settings"
    load_settings.cache_clear()


_start_database()


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
def _keys_after_a_committing_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits empties the tables at its end; this puts the keys and partitions back before the next."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if not commits:
        yield
        return
    request.getfixturevalue("transactional_db")
    _empty_partitioned_tables()
    _prepare_again()
    yield
    _empty_partitioned_tables()
    request.addfinalizer(lambda: None)


@pytest.fixture(scope="session", autouse=True)
def _no_stale_keys() -> None:
    """Keys opened before the test database existed are forgotten."""
    from ankang.trust import keyring

    keyring.forget()


def _prepare_again() -> None:
    from ankang.site.prepare import prepare
    from ankang.trust import keyring

    keyring.forget()
    prepare(datetime.now(UTC))


def _empty_partitioned_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(_UNMANAGED)])
        for (table,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {table}")
