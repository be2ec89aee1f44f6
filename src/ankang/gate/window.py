"""What was seen in the last minutes, shared by every gate process of the machine: one memory-mapped file, two tables.

*Replay*: (checkpoint, code index, minute, direction) of every authentic code. A second use with another nonce is refused.
It must be exact, so a bucket is locked while it is looked at: ``fcntl`` locks on single bytes, which the kernel frees
when a process dies. An entry is overwritten only when its code has expired anyway; a bucket full of living entries raises
:class:`WindowFull`, and the gate sheds load rather than let a copied code pass.

*Nonce*: visit id → the visit as it was decided. It has no locks: an entry carries a checksum, a torn one counts as absent,
and then the visit's primary key in the database settles the matter (see docs/decisions). Oldest entries go first.

Both are arrays of buckets; a bucket is a ring, so the next place to write is always the oldest entry's.
"""

import mmap
import os
import struct
from fcntl import LOCK_EX, LOCK_UN, flock
from fcntl import lockf as _lock
from pathlib import Path
from typing import Final
from zlib import crc32

from ankang.gate.visits import RECORD_SIZE, Visit, pack_record, unpack_record

REPLAY_BUCKETS: Final = 1 << 17
REPLAY_SLOTS: Final = 32
NONCE_BUCKETS: Final = 1 << 15
NONCE_SLOTS: Final = 16
LIVES: Final = 2
"""Minutes after its own minute for which a replay entry is kept: a code passes until the end of the next minute."""

_HEAD: Final = 4096
_REPLAY_SIZE: Final = REPLAY_SLOTS * 16 + 16
_NONCE_ENTRY: Final = RECORD_SIZE + 4
_NONCE_SIZE: Final = NONCE_SLOTS * (8 + _NONCE_ENTRY) + 8
_NONCES: Final = _HEAD + REPLAY_BUCKETS * _REPLAY_SIZE
_SIZE: Final = _NONCES + NONCE_BUCKETS * _NONCE_SIZE

_KEY, _META, _CURSOR, _CHECK = (
    struct.Struct("<q"),
    struct.Struct("<II"),
    struct.Struct("<I"),
    struct.Struct("<I"),
)


def _magic() -> bytes:
    # Python's hash of a tuple of integers has no seed, but another build may compute it otherwise: then start anew.
    return b"AKWINDOW" + struct.pack("<qqq", 1, _SIZE, hash((1, 2, 3)))


class WindowFull(Exception):
    """No place for another code at present."""


class Window:
    """The window file at ``path``; made when absent or of another layout."""

    def __init__(self, path: Path) -> None:
        self._fd = _open(path)
        self._map = mmap.mmap(self._fd, _SIZE)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._fd)

    def first_use(
        self, checkpoint: int, index: int, minute: int, direction: int, visit: bytes, now_minute: int
    ) -> bool:
        """Note that a code is used; False when it was used here before by another visit.

        ``minute`` is the code's absolute minute, ``visit`` the visit id. Raises :class:`WindowFull`.
        """
        key = hash((checkpoint, index, minute << 2 | direction)) or 1
        bucket = key & (REPLAY_BUCKETS - 1)
        start = _HEAD + bucket * _REPLAY_SIZE
        _lock(self._fd, LOCK_EX, 1, bucket)
        try:
            return self._claim(start, _KEY.pack(key), minute, int.from_bytes(visit[:4], "little"), now_minute)
        finally:
            _lock(self._fd, LOCK_UN, 1, bucket)

    def _claim(self, start: int, key: bytes, minute: int, mark: int, now_minute: int) -> bool:
        view, metas = self._map, start + REPLAY_SLOTS * 8
        at = view.find(key, start, metas)
        while at >= 0 and (at - start) & 7:
            at = view.find(key, at + 1, metas)
        if at >= 0:
            used_minute, used_mark = _META.unpack_from(view, metas + at - start)
            if used_minute == minute & 0xFFFFFFFF:
                return bool(used_mark == mark)
        cursor = _CURSOR.unpack_from(view, metas + REPLAY_SLOTS * 8)[0] % REPLAY_SLOTS
        if _META.unpack_from(view, metas + cursor * 8)[0] + LIVES > now_minute:
            raise WindowFull
        _META.pack_into(view, metas + cursor * 8, minute, mark)
        view[start + cursor * 8 : start + cursor * 8 + 8] = key
        _CURSOR.pack_into(view, metas + REPLAY_SLOTS * 8, (cursor + 1) % REPLAY_SLOTS)
        return True

    def recall(self, visit: bytes) -> Visit | None:
        """The visit with this id as it was decided, None when it is not (or no longer) known."""
        view = self._map
        start = _NONCES + (int.from_bytes(visit[12:], "little") & (NONCE_BUCKETS - 1)) * _NONCE_SIZE
        at = view.find(visit[:8], start, start + NONCE_SLOTS * 8)
        if at < 0 or (at - start) & 7:
            return None
        entry = start + NONCE_SLOTS * 8 + (at - start) // 8 * _NONCE_ENTRY
        data = view[entry : entry + RECORD_SIZE]
        if data[:16] != visit or _CHECK.unpack_from(view, entry + RECORD_SIZE)[0] != crc32(data):
            return None
        return unpack_record(data)

    def remember(self, v: Visit) -> None:
        """Keep the decision for a retry."""
        view = self._map
        start = _NONCES + (int.from_bytes(v.visit[12:], "little") & (NONCE_BUCKETS - 1)) * _NONCE_SIZE
        end = start + _NONCE_SIZE - 8
        cursor = _CURSOR.unpack_from(view, end)[0] % NONCE_SLOTS
        _CURSOR.pack_into(view, end, (cursor + 1) % NONCE_SLOTS)
        entry = start + NONCE_SLOTS * 8 + cursor * _NONCE_ENTRY
        data = pack_record(v)
        view[entry : entry + _NONCE_ENTRY] = data + _CHECK.pack(crc32(data))
        view[start + cursor * 8 : start + cursor * 8 + 8] = v.visit[:8]


def _open(path: Path) -> int:
    """Open the file, or make it under a lock; a file of another layout is replaced, not changed under its users' feet."""
    guard = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(guard, LOCK_EX)
        if not _fits(path):
            _make(path)
        return os.open(path, os.O_RDWR)
    finally:
        os.close(guard)


def _fits(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_magic())) == _magic() and path.stat().st_size == _SIZE
    except FileNotFoundError:
        return False


def _make(path: Path) -> None:
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.truncate(_SIZE)
        file.write(_magic())
    os.replace(draft, path)
