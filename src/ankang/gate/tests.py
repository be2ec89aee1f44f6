"""When each person's latest negative test was sampled: four bytes a person in one file, read with ``pread``, never mapped.

Only doors whose policy asks for a test look here, so it costs no memory and the other doors no time. The leader writes it from
``health_negativetest``. A row names the transaction that wrote it; the leader takes what is newer than the oldest transaction
that was open when it last looked, so that no row is missed, whatever the order of commits, and health locks nothing for it.
"""

import os
import struct
from pathlib import Path
from typing import Final

from ankang.gate.colours import PERSONS, boot_id
from ankang.gate.link import Connection

MAGIC: Final = b"AKTESTS1"
HEADER: Final = 4096
KEPT_DAYS: Final = 15
_ROW: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<8s16s16sQ")
_COPY_ROW: Final = struct.Struct(">hiqiq")
_COPY_HEAD: Final = 19
_COPIED: Final = "select person, coalesce(date_part('epoch', sampled_at), 0)::bigint from health_negativetest where changed >= "

_OPEN = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Tests:
    """A reader's view; call :meth:`refresh` once a second."""

    __test__ = False  # not a test case of pytest

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd, self._seen = -1, (0, 0)
        self.refresh()

    def is_younger(self, person: int, hours: int, now: float) -> bool:
        """Whether a negative test is known that was sampled at most so many hours before ``now``."""
        if self._fd < 0:
            return False
        data = os.pread(self._fd, 4, HEADER + 4 * person)
        return len(data) == 4 and now - _ROW.unpack(data)[0] <= hours * 3600

    def refresh(self) -> None:
        """Open the file anew when it was replaced."""
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            self.close()
            return
        if (status.st_dev, status.st_ino) != self._seen:
            self.close()
            self._fd, self._seen = os.open(self._path, os.O_RDONLY), (status.st_dev, status.st_ino)

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._seen = -1, (0, 0)


class TestWriter:
    """The leader's hand on the file."""

    __test__ = False

    def __init__(self, path: Path) -> None:
        self._path, self._fd, self._position, self._database = path, -1, 0, b""

    async def catch_up(self, connection: Connection, database: bytes) -> None:
        """Write what was recorded since the last look; everything, after a start of the machine or on another database."""
        if self._fd < 0 or self._database != database:
            self._open(database)
        position = int(await connection.fetchval(_OPEN))
        reader = _Rows(self._fd)
        query = f"{_COPIED}{self._position:d} and sampled_at is not null and sampled_at > now() - interval '{KEPT_DAYS} days'"
        if self._position:
            query = f"{_COPIED}{self._position:d}"
        await connection.copy_from_query(query, output=reader.take, format="binary", timeout=3600.0)
        if position != self._position:
            self._position = position
            self._mark()

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self, database: bytes) -> None:
        self.close()
        self._database = database
        if not self._resume():
            draft = self._path.with_suffix(".new")
            self._fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            os.ftruncate(self._fd, HEADER)
            self._position = 0
            self._mark()
            os.replace(draft, self._path)

    def _resume(self) -> bool:
        try:
            self._fd = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return False
        head = os.pread(self._fd, _HEAD.size, 0)
        known = _HEAD.unpack(head) if len(head) == _HEAD.size else (b"", b"", b"", 0)
        if known[:3] != (MAGIC, self._database, boot_id()):
            self.close()
            return False
        self._position = known[3]
        return True

    def _mark(self) -> None:
        os.pwrite(self._fd, _HEAD.pack(MAGIC, self._database, boot_id(), self._position), 0)


class _Rows:
    """Puts the rows of a binary COPY into the file, as they come."""

    def __init__(self, fd: int) -> None:
        self._fd, self._rest, self._begun = fd, b"", False

    async def take(self, data: bytes) -> None:
        """Take the next bytes of the COPY stream."""
        data = self._rest + data
        if not self._begun:
            if len(data) < _COPY_HEAD:
                self._rest = data
                return
            data, self._begun = data[_COPY_HEAD:], True
        whole = len(data) // _COPY_ROW.size * _COPY_ROW.size
        self._rest = data[whole:]
        for row in _COPY_ROW.iter_unpack(data[:whole]):
            if 0 <= row[2] < PERSONS:
                os.pwrite(self._fd, _ROW.pack(row[4]), HEADER + 4 * row[2])
