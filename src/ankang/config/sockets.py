"""Where Unix sockets lie.

A socket's path may have at most 107 bytes on Linux. A data folder deep in somebody's home can be longer than
that, so each socket has a second, short home in the machine's temporary folder that only its owner may enter.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 107
"""Bytes that fit in ``sockaddr_un.sun_path`` besides the closing zero (unix(7))."""


class SocketFolderTaken(Exception):
    """Somebody else owns the short folder that our sockets need."""


def fits(socket: Path) -> bool:
    """Whether the kernel takes this path for a Unix socket."""
    return len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH


def short_folder(data: Path, purpose: str) -> Path:
    """The short home of one purpose's sockets; the same for the same data folder, not made yet."""
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"ankang-{digest}-{purpose}"


def make_private(folder: Path, uid: int, gid: int) -> None:
    """Make ``folder`` with mode 0700 for ``uid``; raises SocketFolderTaken when it is another's or a link."""
    try:
        folder.mkdir(mode=0o700)
        if uid != os.geteuid():
            os.chown(folder, uid, gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise SocketFolderTaken(f"{folder} belongs to somebody else; remove it or set TMPDIR") from None
        folder.chmod(0o700)


def control_socket(data: Path) -> Path:
    """The socket between the front and the control plane: ``data/run/control.sock``, or its short form."""
    wanted = data / "run" / "control.sock"
    return wanted if fits(wanted) else short_folder(data, "control") / wanted.name


def prepare_control_socket(data: Path) -> Path:
    """Make the folder of :func:`control_socket`, and return the socket's path."""
    socket = control_socket(data)
    if socket.parent == data / "run":
        socket.parent.mkdir(parents=True, exist_ok=True)
    else:
        make_private(socket.parent, os.geteuid(), os.getegid())
    return socket
