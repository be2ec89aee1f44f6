"""Keeps GmSSL from flooding the log.

GmSSL prints lines with C stdio for each signature that does not verify, so anyone could fill the log with
bad codes. File descriptor 2 belongs to the whole process and is not redirected. Instead, for the time of
one verification, the *C library's* ``stderr`` variable alone points to a stream on /dev/null, under a
lock. Python's ``sys.stderr``, the descriptor itself and everything that writes to it directly (Python,
Rust) are untouched; only what another thread prints with C stdio within that half millisecond is lost.
GmSSL holds the interpreter lock while it works, so nothing waits longer than it would anyway.

Needs glibc. With another C library the lines stay visible and nothing else changes.
"""

import ctypes
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Streams:
    """The C library's ``stderr`` variable, what it holds, and the stream that swallows."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        library.fopen.restype = ctypes.c_void_p
        self.variable = ctypes.c_void_p.in_dll(library, "stderr")
        self.real = self.variable.value
        self.null = library.fopen(b"/dev/null", b"we")


_streams = _Streams() if platform.libc_ver()[0] == "glibc" else None
_lock = threading.Lock()


@contextmanager
def quiet_c_library() -> Iterator[None]:
    """While it is open, the C library's ``stderr`` goes nowhere. One thread at a time."""
    if _streams is None or not _streams.null:
        yield
        return
    with _lock:
        _streams.variable.value = _streams.null
        try:
            yield
        finally:
            _streams.variable.value = _streams.real


def _start_afresh() -> None:
    """A forked child may have been born while another thread held the lock."""
    global _lock
    _lock = threading.Lock()
    if _streams is not None:
        _streams.variable.value = _streams.real


os.register_at_fork(after_in_child=_start_afresh)
