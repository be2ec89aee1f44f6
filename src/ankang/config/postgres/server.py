"""Start and stop the embedded PostgreSQL; many processes may use it, there is never more than one server."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ankang.config.postgres import keeper
from ankang.config.postgres.account import Account, account_for, open_the_way
from ankang.config.postgres.address import SOCKET_NAME, cluster_folder, database_url, socket_folder
from ankang.config.postgres.cluster import (
    allow_programs,
    configure,
    make_cluster,
    program,
    renew_lost_password,
    run_as,
)
from ankang.config.postgres.faults import DatabaseFault
from ankang.config.settings import Settings
from ankang.config.sockets import SocketFolderTaken, make_private

PATIENCE = 60.0
"""Seconds we wait for a server that is starting, recovering or leaving."""


class PostgresUse:
    """One process's use of the embedded server, which runs as long as it is used; made by :func:`start`."""

    def __init__(self, settings: Settings, account: Account, users: int) -> None:
        self._settings, self._account, self._users = settings, account, users

    @property
    def url(self) -> str:
        """The database's address."""
        return database_url(self._settings)

    @property
    def pid(self) -> int | None:
        """The process of the server, None when it is down."""
        return server_pid(cluster_folder(self._settings.data))

    def revive(self) -> None:
        """Start the server again if it died; raises DatabaseFault."""
        with _one_at_a_time(self._settings):
            if self.pid is None:
                _start_server(self._settings, self._account)

    def leave(self) -> None:
        """Use it no longer; the last user stops the server and waits for that. A second call does nothing."""
        if self._users < 0:
            return
        cluster = cluster_folder(self._settings.data)
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # others use it, or the keeper was faster and stops it: then wait for that
            fcntl.flock(self._users, fcntl.LOCK_SH)
        else:
            if server_pid(cluster) is not None:
                keeper.stop_server(str(cluster), str(program("pg_ctl")), self._account.uid, self._account.gid)
        os.close(self._users)
        self._users = -1


def start(settings: Settings) -> PostgresUse:
    """Make the cluster if there is none, start the server unless it runs, and use it until ``leave``.

    Raises DatabaseFault, in words for the operator.
    """
    data = settings.data
    cluster = cluster_folder(data)
    try:
        settings.run_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseFault(f"The data folder {data} cannot be written: {error.strerror}.") from error
    users = os.open(_lock(settings, "users"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper stops the server
    try:
        with _one_at_a_time(settings):
            account = account_for(cluster)
            if not (cluster / "PG_VERSION").exists():
                allow_programs(account)
                open_the_way(cluster, account)
                make_cluster(settings, account)
            if server_pid(cluster) is None:
                _start_server(settings, account)
            _post_keeper(settings, account)
    except BaseException:
        os.close(users)
        raise
    return PostgresUse(settings, account, users)


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[str]:
    """The database's address; inside the block the embedded server runs, if it is the one in use."""
    if settings.database_url:
        yield settings.database_url
        return
    use = start(settings)
    try:
        yield use.url
    finally:
        use.leave()


def server_pid(cluster: Path) -> int | None:
    """The process that serves ``cluster``; None when there is none or ``postmaster.pid`` is a dead one's."""
    lines = _pid_lines(cluster)
    if not lines or not lines[0].lstrip("-").isdigit():
        return None
    pid = int(lines[0])
    return pid if _lives_in(pid, cluster) else None


def is_ready(cluster: Path) -> bool:
    """Whether the server of ``cluster`` runs and takes connections."""
    lines = _pid_lines(cluster)
    return server_pid(cluster) is not None and len(lines) >= 8 and lines[7].strip() == "ready"


def _pid_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _lives_in(pid: int, cluster: Path) -> bool:
    """Whether ``pid`` is a living PostgreSQL process of ``cluster``: each works in its data folder."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        return name == "postgres" and os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except OSError:  # gone, or a zombie, or somebody else's
        return False


def _processes_in(cluster: Path) -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _lives_in(int(name), cluster)]


def _start_server(settings: Settings, account: Account) -> None:
    cluster, sockets = cluster_folder(settings.data), socket_folder(settings.data)
    _clear_the_dead(cluster, sockets)
    allow_programs(account)
    open_the_way(cluster, account)
    renew_lost_password(settings, account)
    configure(settings, account)
    if sockets != cluster:
        try:
            make_private(sockets, account.uid, account.gid)
        except SocketFolderTaken as error:
            raise DatabaseFault(str(error)) from error
    command: list[str | Path] = [
        program("pg_ctl"),
        "-D",
        cluster,
        "-w",
        "-t",
        str(int(PATIENCE)),
        "-l",
        cluster / "start.log",
        "start",
    ]
    (cluster / "start.log").unlink(missing_ok=True)
    run_as(account, cluster, command, output=settings.run_folder / "postgres.start")
    _wait_until_ready(cluster, sockets)


def _clear_the_dead(cluster: Path, sockets: Path) -> None:
    """Wait for the children of a killed server to go, and remove the lock files it left.

    PostgreSQL removes them itself unless the number in them is alive; in a container it soon is another's,
    or a zombie's.
    """
    end = time.monotonic() + PATIENCE
    while left := _processes_in(cluster):
        if time.monotonic() > end:
            names = ", ".join(map(str, left))
            raise DatabaseFault(f"Processes of an earlier PostgreSQL do not end: {names}; end them first.")
        time.sleep(0.05)
    for left_over in (cluster / "postmaster.pid", sockets / SOCKET_NAME, sockets / f"{SOCKET_NAME}.lock"):
        left_over.unlink(missing_ok=True)


def _wait_until_ready(cluster: Path, sockets: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not (is_ready(cluster) and (sockets / SOCKET_NAME).exists()):
        if server_pid(cluster) is None or time.monotonic() > end:
            raise DatabaseFault(f"PostgreSQL did not start: {_last_words(cluster)}")
        time.sleep(0.02)


def _last_words(cluster: Path) -> str:
    """The last complaint in the server's logs."""
    logs = [
        cluster / "start.log",
        *sorted((cluster / "log").glob("*.log"), key=lambda log: log.stat().st_mtime, reverse=True)[:1],
    ]
    lines = [
        line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-40:]
    ]
    complaints = [line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (complaints or lines or ["it left no message"])[-1].strip()


def _post_keeper(settings: Settings, account: Account) -> None:
    """Have a keeper wait for the last user to go; one that is there already stays alone."""
    script = [
        sys.executable,
        "-I",
        "-S",
        keeper.__file__,
        _lock(settings, "keeper"),
        _lock(settings, "users"),
    ]
    place = [str(cluster_folder(settings.data)), str(program("pg_ctl")), str(account.uid), str(account.gid)]
    subprocess.Popen(
        [*script, *place],
        cwd="/",
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _lock(settings: Settings, name: str) -> str:
    return str(settings.run_folder / f"postgres.{name}")


@contextlib.contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    lock = os.open(_lock(settings, "starting"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
