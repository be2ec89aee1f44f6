"""The operating-system account that the embedded PostgreSQL runs under.

PostgreSQL refuses to run as root. Started by root, it gets an account of its own; otherwise it runs as the
caller. The owner of an existing cluster is always the account, so a folder survives a change of habits.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ankang.config.postgres.faults import DatabaseFault

OWN_ACCOUNT = "ankang-postgres"


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int
    name: str

    @property
    def is_caller(self) -> bool:
        """Whether we are that user already."""
        return self.uid == os.geteuid()


def account_for(cluster: Path) -> Account:
    """The account for ``cluster``: its owner; for a new one the caller, or for root an account made for it.

    Raises DatabaseFault when the cluster is another user's, or when no account can be made.
    """
    caller = os.geteuid()
    if (cluster / "PG_VERSION").exists() or (cluster.is_dir() and not os.access(cluster, os.R_OK)):
        owner = cluster.stat()
        if caller not in (0, owner.st_uid):
            raise DatabaseFault(
                f"{cluster} belongs to {_name(owner.st_uid)}; run as that user, or set ANKANG_DATA."
            )
        return Account(owner.st_uid, owner.st_gid, _name(owner.st_uid))
    if caller == 0:
        return _own_account()
    return Account(caller, os.getegid(), _name(caller))


def open_the_way(path: Path, account: Account) -> None:
    """Let ``account`` walk through the folders above ``path`` (``o+x`` where it is missing, never more).

    Raises DatabaseFault when a folder may not be changed.
    """
    for folder in path.parents:
        found = folder.stat()
        if _may_enter(found, account):
            continue
        try:
            folder.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise DatabaseFault(
                f"The user {account.name} may not enter {folder}; set ANKANG_DATA elsewhere."
            ) from error


def open_for_reading(folder: Path) -> None:
    """Let every user of the machine read and run what is in ``folder``; a strict umask had closed it."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        extra = stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode & extra != extra:
            path.chmod(mode | extra)


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _own_account() -> Account:
    try:
        entry = pwd.getpwnam(OWN_ACCOUNT)
    except KeyError:
        _add_account()
        entry = pwd.getpwnam(OWN_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _add_account() -> None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        raise DatabaseFault(
            f"PostgreSQL may not run as root: add a user named {OWN_ACCOUNT}, or run as another user."
        )
    command = [
        useradd,
        "--system",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        "--user-group",
        OWN_ACCOUNT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 9):  # 9: somebody was faster
        raise DatabaseFault(f"The user {OWN_ACCOUNT} could not be made: {done.stderr.strip()}")
