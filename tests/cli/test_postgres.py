"""The embedded PostgreSQL: one server whoever uses it, gone when nobody does."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from ankang.config import postgres
from ankang.config.postgres.address import password_file, socket_folder
from ankang.config.settings import Settings
from ankang.config.sockets import LONGEST_SOCKET_PATH

from .conftest import processes_of, until


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A data folder whose path is too long for a socket."""
    deep = tmp_path_factory.mktemp("deep") / ("a" * 60) / ("b" * 60)
    yield Settings(data=deep, database_url=None)
    socket_folder(deep).rmdir()


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_it_is_ours(settings: Settings) -> None:
    with postgres.running(settings) as url, psycopg.connect(url) as connection:
        names = ["listen_addresses", "max_connections", "shared_buffers", "synchronous_commit", "wal_level"]
        found = [connection.execute(f"SHOW {name}").fetchone() for name in names]
        owner = connection.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert found == [("",), ("60",), ("128MB",), ("on",), ("replica",)]
        assert owner.fetchone() == ("ankang", False)
    assert until(lambda: processes_of(settings.data) == [])
    assert password_file(settings.data).stat().st_mode & 0o777 == 0o600


def test_a_deep_folder_gets_a_short_socket(settings: Settings) -> None:
    assert len(str(settings.data)) > LONGEST_SOCKET_PATH
    assert len(str(socket_folder(settings.data) / ".s.PGSQL.5432")) < LONGEST_SOCKET_PATH


def test_the_second_user_shares_the_server_and_the_last_one_stops_it(settings: Settings) -> None:
    first, second = postgres.start(settings), postgres.start(settings)
    assert first.pid == second.pid
    first.leave()
    assert answers(second.url)
    second.leave()
    assert until(lambda: processes_of(settings.data) == [])


def test_a_wrong_password_is_refused(settings: Settings) -> None:
    with postgres.running(settings) as url:
        password = postgres.connection_params(url)["password"]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "guess"))


def test_it_comes_back_after_a_kill(settings: Settings) -> None:
    use = postgres.start(settings)
    before = use.pid
    assert before is not None
    os.kill(before, 9)
    assert until(lambda: use.pid is None)
    use.revive()
    assert answers(use.url)
    assert use.pid != before
    use.leave()


def test_a_stale_pid_file_whose_number_lives_on_is_no_obstacle(settings: Settings) -> None:
    stale = settings.data / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n{stale.parent}\n\n0 0\nready\n")
    with postgres.running(settings) as url:
        assert answers(url)


def test_a_lost_password_is_replaced(settings: Settings) -> None:
    password_file(settings.data).unlink()
    with postgres.running(settings) as url:
        assert answers(url)


def test_it_stops_when_its_only_user_is_killed(settings: Settings) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom ankang.config import postgres\n"
        "from ankang.config.settings import Settings\n"
        "use = postgres.start(Settings(data=Path(sys.argv[1]), database_url=None))\n"
        "print(use.pid, flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(settings.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        assert int(user.stdout.readline()) > 0
        user.kill()
    assert until(lambda: processes_of(settings.data) == [])


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("postgresql:///city", {"dbname": "city"}),
        (
            "postgres://me:p%40ss@db:6432/city?sslmode=require",
            {
                "host": "db",
                "port": "6432",
                "user": "me",
                "password": "p@ss",
                "dbname": "city",
                "sslmode": "require",
            },
        ),
        ("postgresql://me@/city?host=%2Frun%2Fpg", {"user": "me", "dbname": "city", "host": "/run/pg"}),
    ],
)
def test_addresses_are_understood(url: str, params: dict[str, str]) -> None:
    assert postgres.connection_params(url) == params


@pytest.mark.parametrize("url", ["mysql://db/city", "city", "postgresql://db:port/city"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(postgres.DatabaseFault):
        postgres.connection_params(url)


def test_django_gets_the_same_address() -> None:
    assert postgres.django_database("postgresql://me:pw@db:6432/city?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "city",
        "USER": "me",
        "PASSWORD": "pw",
        "HOST": "db",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }
