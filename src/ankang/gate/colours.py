"""Colour by person number: one memory-mapped byte a person, shared by every gate process of the machine.

``colours.bin`` is a page of header and then one byte a person. ``details.<generation>.bin`` holds 8 bytes a person
(since, until: unsigned 32-bit unix seconds, 0 = none); it is read with ``pread`` and never mapped.

One process, the leader, writes. It writes details, then bytes, then the sequence number, so that a crash in between only
makes it apply the same changes again. After a reboot pages may have reached the disk in any order; ``synced`` is the last
sequence number known to be on disk with everything before it, and the feed is replayed from there.

Every block of ``colours.bin`` is reserved before it is mapped: on a full disk the file does not grow, which is an OSError;
a mapped hole that cannot be filled would kill the process (SIGBUS).
"""

import mmap
import os
import struct
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

MAGIC: Final = b"AKCOLOR1"
HEADER: Final = 4096
STEP: Final = 1 << 20
"""The file grows by this many persons at a time."""
PERSONS: Final = 1 << 30

_SEQ, _SYNCED, _FRESH, _COUNT, _GENERATION, _BOOT, _DATABASE = 8, 16, 24, 32, 40, 48, 64
_U64, _F64, _DETAIL = struct.Struct("<Q"), struct.Struct("<d"), struct.Struct("<II")

Change = tuple[int, int, int, int]
"""person, colour, since, until (unix seconds, 0 = none)."""


def boot_id() -> bytes:
    """16 bytes that differ after each start of the machine."""
    try:
        return bytes.fromhex(Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", ""))
    except (OSError, ValueError):
        return bytes(16)


def details_path(colours: Path, generation: int) -> Path:
    """The details that belong to a colour file."""
    return colours.with_name(f"details.{generation}.bin")


class Colours:
    """A reader's view. Grey and never fresh until there is a file; call :meth:`refresh` once a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._map: mmap.mmap | bytes = b""
        self._seen = (0, 0)
        self._details = -1
        self.refresh()

    def colour(self, person: int) -> int:
        """The colour's number; grey (0) for a person nobody has heard of."""
        try:
            return self._map[HEADER + person] & 3
        except IndexError:
            return 0

    def knows(self, person: int) -> bool:
        """Whether the person ever had a colour; a grey that nobody gave has no beginning."""
        return self.colour(person) != 0 or self.details(person) != (0, 0)

    def details(self, person: int) -> tuple[int, int]:
        """Since and until of the colour, unix seconds; 0 = none."""
        data = os.pread(self._details, 8, person * 8) if self._details >= 0 else b""
        return _DETAIL.unpack(data) if len(data) == 8 else (0, 0)

    @property
    def fresh_at(self) -> float:
        """The moment at which the file was last known to hold every change; 0 when there is none."""
        return float(_F64.unpack_from(self._map, _FRESH)[0]) if self._map else 0.0

    @property
    def seq(self) -> int:
        """The last change applied."""
        return int(_U64.unpack_from(self._map, _SEQ)[0]) if self._map else 0

    @property
    def count(self) -> int:
        """How many persons have a colour."""
        return int(_U64.unpack_from(self._map, _COUNT)[0]) if self._map else 0

    def refresh(self) -> None:
        """Map the file anew when it was replaced or has grown; let go of it when it was withdrawn."""
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            self.close()
            return
        if (status.st_ino, status.st_size) != self._seen:
            self._open((status.st_ino, status.st_size))

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self._map, mmap.mmap):
            self._map.close()
        self._map = b""
        self._seen = (0, 0)
        if self._details >= 0:
            os.close(self._details)
            self._details = -1

    def _open(self, seen: tuple[int, int]) -> None:
        fd = os.open(self._path, os.O_RDONLY)
        try:
            view = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        finally:
            os.close(fd)
        self.close()
        self._map, self._seen = view, seen
        generation = int(_U64.unpack_from(view, _GENERATION)[0])
        try:
            self._details = os.open(details_path(self._path, generation), os.O_RDONLY)
        except FileNotFoundError:
            self._details = -1


class ColourWriter:
    """The leader's hand on the file. Make one with :meth:`create` or :meth:`resume`; close it when done."""

    def __init__(self, path: Path, flags: int, generation: int, size: int) -> None:
        self.path = path
        with ExitStack() as undo:
            self._fd = os.open(path, flags, 0o600)
            undo.callback(os.close, self._fd)
            os.posix_fallocate(self._fd, 0, size)
            self._details = os.open(details_path(path, generation), flags, 0o600)
            undo.callback(os.close, self._details)
            self._map = mmap.mmap(self._fd, 0)
            undo.pop_all()

    @classmethod
    def create(cls, path: Path, database: bytes, generation: int) -> "ColourWriter":
        """Begin an empty file at ``path`` (grey for all, sequence 0, never fresh) for the database so named (16 bytes). Raises OSError."""
        writer = cls(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, generation, HEADER + STEP)
        writer._map[_BOOT : _BOOT + 16] = boot_id()
        writer._map[_DATABASE : _DATABASE + 16] = database
        writer._put(_GENERATION, generation)
        writer._map[0:8] = MAGIC
        return writer

    @classmethod
    def resume(cls, path: Path, database: bytes) -> "ColourWriter | None":
        """Go on with the file at ``path``; None when there is none or it belongs to another database."""
        try:
            with path.open("rb") as file:
                head = file.read(HEADER)
        except FileNotFoundError:
            return None
        known = len(head) == HEADER and head[:8] == MAGIC and head[_DATABASE : _DATABASE + 16] == database
        generation = int(_U64.unpack_from(head, _GENERATION)[0]) if known else 0
        if not known or not details_path(path, generation).exists():
            return None
        writer = cls(path, os.O_RDWR, generation, path.stat().st_size)
        writer._after_reboot()
        return writer

    @property
    def seq(self) -> int:
        """The last change applied."""
        return int(_U64.unpack_from(self._map, _SEQ)[0])

    @property
    def generation(self) -> int:
        """The number that names the details file."""
        return int(_U64.unpack_from(self._map, _GENERATION)[0])

    def put(self, changes: Iterable[Change]) -> int:
        """Write colours and details, in order, and return how many; the sequence number is not touched."""
        view, size, details, pack = self._map, len(self._map), self._details, _DETAIL.pack
        done = 0
        for person, colour, since, until in changes:
            at = HEADER + person
            if at >= size:
                view, size = self._grow(person)
            os.pwrite(details, pack(since, until), person * 8)
            view[at] = colour
            done += 1
        return done

    def fill(self, rows: Sequence[Change]) -> None:
        """Write rows in ascending order of person into a new file: one write for a dense stretch of persons."""
        first, last = rows[0][0], rows[-1][0]
        if last - first >= 8 * len(rows):
            self.put(rows)
            return
        if HEADER + last >= len(self._map):
            self._grow(last)
        colours, details = bytearray(last - first + 1), bytearray(8 * (last - first + 1))
        for person, colour, since, until in rows:
            colours[person - first] = colour
            _DETAIL.pack_into(details, 8 * (person - first), since, until)
        os.pwrite(self._details, details, 8 * first)
        self._map[HEADER + first : HEADER + last + 1] = bytes(colours)

    def advance(self, seq: int, newcomers: int = 0) -> None:
        """Say that everything up to ``seq`` is in; call it after :meth:`put`."""
        self._put(_COUNT, int(_U64.unpack_from(self._map, _COUNT)[0]) + newcomers)
        self._put(_SEQ, seq)

    def stamp(self, moment: float) -> None:
        """Say that at ``moment`` (unix seconds) no change was missing."""
        _F64.pack_into(self._map, _FRESH, moment)

    def flush(self) -> int:
        """Bring everything to the disk; blocks, so call it in a thread. Returns the sequence number for :meth:`synced`."""
        seq = self.seq
        os.fsync(self._details)
        os.fsync(self._fd)
        return seq

    def synced(self, seq: int) -> None:
        """Note that everything up to ``seq`` is on the disk."""
        self._put(_SYNCED, seq)

    def publish(self, path: Path) -> None:
        """Move a finished file to where readers look."""
        self.synced(self.flush())
        os.replace(self.path, path)
        self.path = path
        for old in path.parent.glob("details.*.bin"):
            if old != details_path(path, self.generation):
                old.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Remove a file that will not be finished: on a full disk nothing half made may stay."""
        self.path.unlink(missing_ok=True)
        details_path(self.path, self.generation).unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._map.close()
        os.close(self._fd)
        os.close(self._details)

    def _put(self, at: int, value: int) -> None:
        _U64.pack_into(self._map, at, value)

    def _after_reboot(self) -> None:
        if self._map[_BOOT : _BOOT + 16] != boot_id():
            self.stamp(0.0)
            self._put(_SEQ, int(_U64.unpack_from(self._map, _SYNCED)[0]))
            self._map[_BOOT : _BOOT + 16] = boot_id()

    def _grow(self, person: int) -> tuple[mmap.mmap, int]:
        if not 0 <= person < PERSONS:
            raise ValueError(f"person number {person} is outside 30 bits")
        held, wanted = len(self._map), HEADER + (person // STEP + 1) * STEP
        os.posix_fallocate(self._fd, held, wanted - held)
        grown = mmap.mmap(self._fd, wanted)
        self._map.close()
        self._map = grown
        return grown, wanted
