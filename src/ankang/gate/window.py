"""What was seen in the last minutes, shared by every gate process of the machine: one mapped file, two tables.

*Replay*: (checkpoint, code index, minute, direction) of every admitted showing. A second admission with another nonce is
refused; who was not admitted may be checked again at once, and is told the same again. An entry is overwritten only when
its code has expired anyway; in a bucket full of living entries there is no place for another code, and the gate sheds
load rather than let a copied code pass.

*Nonce*: visit id → the visit as it was decided. The oldest go first; for a nonce that was forgotten the visit's primary
key in the database gives the same answer.

Both are arrays of buckets; a bucket is a ring, so the next place to write is always the oldest entry's. A batch of
visits is settled at once, under a file lock that the kernel frees when a process dies (docs/decisions/0008).
Readers need no lock: an entry's key is taken away before the entry changes and given back afterwards.
"""

import mmap
import struct
from collections.abc import Sequence
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path
from typing import Final, NamedTuple

from ankang.core.colours import Colour
from ankang.core.verdicts import Reason, Verdict
from ankang.gate.shared_memory import SharedFile
from ankang.gate.visits import RECORD_SIZE, Visit, unpack_record, write_record

REPLAY_BUCKETS: Final = 1 << 17
REPLAY_SLOTS: Final = 32
NONCE_BUCKETS: Final = 1 << 13
NONCE_SLOTS: Final = 16
LIVES: Final = 2
"""Minutes after its own minute for which a replay entry is kept: a code passes until the end of the next minute."""

_HEAD: Final = 4096
_METAS: Final = REPLAY_SLOTS * 8
_CURSOR_AT: Final = REPLAY_SLOTS * 12
_REPLAY_SIZE: Final = _CURSOR_AT + 8
_ENTRIES: Final = NONCE_SLOTS * 8
_NONCE_CURSOR_AT: Final = NONCE_SLOTS * (8 + RECORD_SIZE)
_NONCE_SIZE: Final = _NONCE_CURSOR_AT // 8 * 8 + 16
_NONCES: Final = _HEAD + REPLAY_BUCKETS * _REPLAY_SIZE
_SIZE: Final = _NONCES + NONCE_BUCKETS * _NONCE_SIZE

_KEY_PACK = struct.Struct("<q").pack
_META_FROM, _META_INTO = struct.Struct("<I").unpack_from, struct.Struct("<I").pack_into
_NO_KEY: Final = bytes(8)
_GOOD, _USED, _CROWDED = range(3)  # how it went with the code on which others come along
_MINUTES: Final = 1 << 10  # an entry's minute is kept modulo 1,024, beside 22 bits of the visit's id
_MARKS: Final = (1 << 22) - 1


def _magic() -> bytes:
    # Python's hash of a tuple of integers has no seed, but another build may compute it otherwise: start anew then.
    return b"AKWINDOW" + struct.pack("<qqq", 3, _SIZE, hash((1, 2, 3)))


def _find(view: mmap.mmap, key: bytes, start: int, end: int) -> int:
    """Where a key stands among the keys of a bucket, -1 when nowhere."""
    at = view.find(key, start, end)
    while at >= 0 and (at - start) & 7:
        at = view.find(key, at + 1, end)
    return at


class WindowFull(Exception):
    """No place for another code at present."""


class Settled(NamedTuple):
    """What a batch turned out to be: visits that were ``known`` before (as decided then), and ids that found no place."""

    known: dict[bytes, Visit]
    crowded: set[bytes]


class Window:
    """The window of the machine's gates, kept at ``path`` when none runs."""

    def __init__(self, path: Path) -> None:
        self._file = SharedFile(path, _magic(), _SIZE)
        self._fd = self._file.fd
        self._map = mmap.mmap(self._fd, _SIZE)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        self._file.close()

    def try_lock(self) -> bool:
        """Take the lock when it is free; then :meth:`settle` and :meth:`unlock` without waiting in between."""
        with suppress(BlockingIOError):
            flock(self._fd, LOCK_EX | LOCK_NB)
            return True
        return False

    def unlock(self) -> None:
        """Give the lock back."""
        flock(self._fd, LOCK_UN)

    def settle(self, visits: Sequence[Visit], now_minute: int) -> Settled:
        """Note the visits of a batch. An admission on a code by which another visit was admitted here becomes a refusal, and
        so do those who come along on such a code, whatever became of its holder.
        """
        settled = Settled({}, set())
        recall, first_use, remember = self.recall, self.first_use, self.remember
        used_by_another = self.used_by_another
        leader = _GOOD
        for visit in visits:
            known = recall(visit.visit)
            if known is not None:
                settled.known[visit.visit] = known
                if not visit.company:
                    copied = known.reason == Reason.ALREADY_USED or used_by_another(visit)
                    leader = _USED if copied else _GOOD
                continue
            if visit.company and leader != _GOOD:
                if leader == _CROWDED:
                    settled.crowded.add(visit.visit)
                    continue
                visit.verdict, visit.reason, visit.colour = Verdict.DENY, Reason.ALREADY_USED, Colour.GREY
            elif visit.verdict != Verdict.ADMIT:
                if not visit.company:
                    leader = _USED if used_by_another(visit) else _GOOD
            elif visit.index >= 0:
                used = _GOOD
                try:
                    if not first_use(visit, now_minute):
                        visit.verdict, visit.reason, visit.colour = Verdict.DENY, Reason.ALREADY_USED, Colour.GREY
                        used = _USED
                except WindowFull:
                    settled.crowded.add(visit.visit)
                    used = _CROWDED
                leader = leader if visit.company else used
                if used == _CROWDED:
                    continue
            remember(visit)
        return settled

    def first_use(self, visit: Visit, now_minute: int) -> bool:
        """Note that a code is used; False when another visit used it here before. Needs the lock.

        Raises :class:`WindowFull`.
        """
        number = hash((visit.checkpoint, visit.index, visit.minute << 2 | visit.direction)) or 1
        start = _HEAD + (number & (REPLAY_BUCKETS - 1)) * _REPLAY_SIZE
        view, metas, key = self._map, start + _METAS, _KEY_PACK(number)
        mark = int.from_bytes(visit.visit[:4], "little") & _MARKS or 1
        at = _find(view, key, start, metas)
        if at >= 0:
            return bool(_META_FROM(view, metas + (at - start) // 2)[0] & _MARKS == mark)
        slot = view[start + _CURSOR_AT]
        oldest = _META_FROM(view, metas + slot * 4)[0]
        if oldest and not LIVES <= (now_minute - (oldest >> 22)) % _MINUTES < _MINUTES - 8:
            raise WindowFull
        _META_INTO(view, metas + slot * 4, visit.minute % _MINUTES << 22 | mark)
        at = start + slot * 8
        view[at : at + 8] = key
        view[start + _CURSOR_AT] = (slot + 1) % REPLAY_SLOTS
        return True

    def used_by_another(self, visit: Visit) -> bool:
        """Whether this showing admitted another visit here. Notes nothing; needs the lock."""
        if visit.index < 0:
            return False
        number = hash((visit.checkpoint, visit.index, visit.minute << 2 | visit.direction)) or 1
        start = _HEAD + (number & (REPLAY_BUCKETS - 1)) * _REPLAY_SIZE
        metas = start + _METAS
        at = _find(self._map, _KEY_PACK(number), start, metas)
        mark = int.from_bytes(visit.visit[:4], "little") & _MARKS or 1
        return at >= 0 and bool(_META_FROM(self._map, metas + (at - start) // 2)[0] & _MARKS != mark)

    def recall(self, visit: bytes) -> Visit | None:
        """The visit with this id as it was decided, None when it is not (or no longer) known. Needs no lock."""
        view, key = self._map, visit[:8]
        start = _NONCES + (int.from_bytes(visit[12:], "little") & (NONCE_BUCKETS - 1)) * _NONCE_SIZE
        at = view.find(key, start, start + _ENTRIES)
        if at < 0 or (at - start) & 7:
            return None
        entry = start + _ENTRIES + (at - start) // 8 * RECORD_SIZE
        data = view[entry : entry + RECORD_SIZE]
        if data[:16] != visit or view[at : at + 8] != key:
            return None
        return unpack_record(data)

    def remember(self, visit: Visit) -> None:
        """Keep the decision for a retry. Needs the lock."""
        view, name = self._map, visit.visit
        start = _NONCES + (int.from_bytes(name[12:], "little") & (NONCE_BUCKETS - 1)) * _NONCE_SIZE
        slot = view[start + _NONCE_CURSOR_AT]
        key_at = start + slot * 8
        view[key_at : key_at + 8] = _NO_KEY
        write_record(view, start + _ENTRIES + slot * RECORD_SIZE, visit)
        view[key_at : key_at + 8] = name[:8]
        view[start + _NONCE_CURSOR_AT] = (slot + 1) % NONCE_SLOTS
