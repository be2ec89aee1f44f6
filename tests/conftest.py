"""The tests' house: a real PostgreSQL for every run, and the whole product on a free port where a test asks for it."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from ankang.config import postgres
from ankang.config.settings import Settings, load_settings
from tests.template import SHARED, settle

_folder = tempfile.TemporaryDirectory(prefix="ankang-tests-", ignore_cleanup_errors=True)
_use: Any = None
_settled = SHARED in os.environ
"""Whether this is a worker of a parallel run, whose database begins as a copy."""
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
    for name in [name for name in os.environ if name.startswith("ANKANG_") and not name.startswith("ANKANG_TEST_")]:
        del os.environ[name]
    os.environ["ANKANG_DATA"] = _folder.name
    url = os.environ.get("ANKANG_TEST_DATABASE_URL")
    if url is None:
        if _settled:
            settle(Path(_folder.name))
        _use = postgres.start(Settings(data=Path(_folder.name)))
        url = _use.url
    os.environ["ANKANG_DATABASE_URL"] = url
    (Path(_folder.name) / "static").mkdir(exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ankang.site.settings"
    load_settings.cache_clear()


_start_database()
if not _settled:
    os.environ[SHARED] = str(Path(_folder.name) / "shared")
    Path(os.environ[SHARED]).mkdir()
django.setup()
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a hundred sign-ins in a run
# No test asserts a time: a busy machine is no fault.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Each worker of a parallel run has a database of its own; who only hands out the tests needs none.

    Files of a run lie in a folder of its own too: another run would close a shared one to PostgreSQL's account.
    """
    if not hasattr(config, "workerinput") and getattr(config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]  # a worker would read the settings before this file
        _leave_database()
    if config.option.basetemp is None:
        config.option.basetemp = str(Path(_folder.name) / "pytest")


LONG = tuple(f"tests/{one}" for one in ("browser/", "gate/test_faults.py", "bench/", "laws/", "api/", "cli/", "demo/", "exchange/"))
DOORS = ("test_crowd", "test_first_day", "test_offline_scanner", "test_ride", "test_rule_day")
"""The browser's files at a door; the others are of pages."""


class ByHouse(LoadScopeScheduling):
    """A file stays with one worker, for what it set up; so do the browser's files, which share two houses. (xdist's own groups
    are not read with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if not path.startswith("tests/browser/"):
            return path
        return "doors" if Path(path).stem in DOORS else "pages"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How the tests are handed out."""
    return ByHouse(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that the workers end together. Faults want the leader's place still free."""
    places = {folder: place for place, folder in enumerate(LONG)}

    def place(item: pytest.Item) -> int:
        return next((places[start] for start in LONG if item.nodeid.startswith(start)), len(LONG))

    items.sort(key=place)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL and remove its folder."""
    _leave_database()
    _folder.cleanup()


def _leave_database() -> None:
    global _use
    if _use is not None:
        _use.leave()
        _use = None


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None, django_db_blocker: Any) -> bool:
    """A worker's test database is a copy of the template's, which only needs looking over."""
    from django.db import connection

    if not _settled or "ANKANG_TEST_DATABASE_URL" in os.environ:
        return False
    with django_db_blocker.unblock(), connection.creation.connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{connection.creation._get_test_db_name()}" TEMPLATE "{connection.settings_dict["NAME"]}"')
    return True


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
