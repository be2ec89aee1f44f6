"""Who holds what: one ``ankang up`` a data folder, one program a port."""

import errno
import fcntl
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import psutil

from ankang.config.settings import Settings


class Occupied(Exception):
    """Somebody else is there already; the text is for the operator."""


class DataFolderLock:
    """Held by the one ``ankang up`` of a data folder; the kernel lets go of it however that process ends."""

    def __init__(self, settings: Settings) -> None:
        self._path = lock_file(settings.data)
        self._descriptor = -1

    def take(self, address: str) -> None:
        """Take the lock and say where we are; raises Occupied with the address of the other."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            other = _read(self._path)
            raise Occupied(
                f"Ankang code is running on this data folder already: {other.get('address', 'somewhere')}, "
                f"process {other.get('pid', 'unknown')}. Stop it with Ctrl-C in its window, "
                "or set ANKANG_DATA to another folder."
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "address": address}).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._descriptor >= 0:
            os.truncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def lock_file(data: Path) -> Path:
    """The lock of the running ``ankang up``."""
    return data / "run" / "up.lock"


def running_up(data: Path) -> dict[str, Any] | None:
    """``{"pid", "address"}`` of the ``ankang up`` that holds this data folder now, or None."""
    try:
        descriptor = os.open(lock_file(data), os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _read(lock_file(data))
    finally:
        os.close(descriptor)


def check_port(host: str, port: int) -> None:
    """Raise Occupied when nobody can listen on ``host:port``, naming who does."""
    if port == 0:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise Occupied(_port_sentence(host, port, error)) from error


def wait_for_port(settings: Settings, patience: float = 20.0) -> None:
    """Like :func:`check_port`, but lets the remains of a killed ``ankang up`` of this folder end first."""
    end = time.monotonic() + patience
    unseen = 0
    while True:
        try:
            return check_port(settings.host, settings.port)
        except Occupied:
            listener = _listener(settings.port)
            unseen = unseen + 1 if listener is None else 0
            if unseen > 5 or time.monotonic() > end or _is_others(listener, settings.data):
                raise
        time.sleep(0.1)


def free_port(host: str) -> int:
    """A port that is free at this moment (for ``ANKANG_PORT=0``)."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _listener(port: int) -> psutil.Process | None:
    """The program that listens on ``port``; None when it cannot be seen."""
    try:
        pids = {c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port}
        return psutil.Process(next(pid for pid in pids if pid))
    except (psutil.Error, StopIteration, OSError):
        return None


def _is_others(process: psutil.Process | None, data: Path) -> bool:
    """Whether it is known to be no part of this folder's product; of one that is just ending it is not."""
    try:
        return process is not None and process.environ().get("ANKANG_DATA") != str(data)
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        return True


def _listener_name(port: int) -> str:
    process = _listener(port)
    try:
        return f"{process.name()} (process {process.pid})" if process else "another program"
    except psutil.Error:
        return "another program"


def _port_sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        who = _listener_name(port)
        return f"Port {port} is taken by {who}. Stop it, or choose another with ANKANG_PORT=8001."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Choose one above 1023 with ANKANG_PORT=8000."
    return f"Nobody can listen on {host} port {port}: {error.strerror}. Check ANKANG_HOST and ANKANG_PORT."


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
