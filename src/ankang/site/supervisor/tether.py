"""Runs a program that ends when its parent does, even when the parent is killed with ``kill -9``.

    python -I -S tether.py PARENT_PID PROGRAM ARGUMENTS…

Linux only: the kernel sends the death signal (prctl(2), PR_SET_PDEATHSIG); it survives ``exec``.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tether(parent: int, command: list[str]) -> None:
    """Become ``command``, with SIGTERM on the death of ``parent``."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    tether(int(sys.argv[1]), sys.argv[2:])
