"""A file of fixed size that lives in memory while gates use it, and on the disk when none does.

The window is written thousands of times a second. On a disk's file system each page of a mapped file that becomes dirty
again waits for the journal, for a second when the disk is busy; in ``/dev/shm`` nothing waits. The last user of the
machine brings the contents to the disk, the first one takes them back.
"""

import fcntl
import hashlib
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - files there are opened by owner and without following links


def memory_path(kept: Path) -> Path:
    """Where the file that is kept at ``kept`` lives while it is used."""
    digest = hashlib.sha256(os.fsencode(kept.resolve())).hexdigest()[:16]
    return MEMORY / f"ankang-{os.geteuid()}-{digest}"


class SharedFile:
    """The file of ``size`` bytes beginning with ``magic``, open for mapping as ``fd``.

    A file with other first bytes or another size is not taken over; a new one is all zeros after ``magic``.
    """

    def __init__(self, kept: Path, magic: bytes, size: int) -> None:
        self._kept, self._magic, self._size = kept, magic, size
        self._users = os.open(kept.with_name(f"{kept.name}.users"), os.O_RDWR | os.O_CREAT, 0o600)
        making = self._one_at_a_time()
        try:
            self._home = self._find_home()
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.fd = os.open(self._home, os.O_RDWR | os.O_NOFOLLOW)
        finally:
            os.close(making)

    def close(self) -> None:
        """Let go; the last user of the machine brings the contents to the disk."""
        os.close(self.fd)
        making = self._one_at_a_time()
        try:
            if self._home != self._kept and self._is_alone():
                draft = self._kept.with_name(f"{self._kept.name}.new")
                with suppress(FileNotFoundError):  # somebody tidied up
                    shutil.copyfile(self._home, draft)
                    draft.replace(self._kept)
                    self._home.unlink()
        finally:
            os.close(making)
            os.close(self._users)

    def _one_at_a_time(self) -> int:
        making = os.open(self._kept.with_name(f"{self._kept.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(making, fcntl.LOCK_EX)
        return making

    def _is_alone(self) -> bool:
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _find_home(self) -> Path:
        memory = memory_path(self._kept)
        if self._fits(memory):
            return memory
        if not self._is_alone():
            return self._kept
        if has_room(self._size):
            with suppress(OSError):
                self._make(memory)
                return memory
        if not self._fits(self._kept):
            self._make(self._kept)
        return self._kept

    def _fits(self, path: Path) -> bool:
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_size != self._size:
                return False
            with path.open("rb") as file:
                return file.read(len(self._magic)) == self._magic
        except OSError:
            return False

    def _make(self, path: Path) -> None:
        draft = path.with_name(f"{path.name}.new")
        draft.unlink(missing_ok=True)
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(fd, 0, self._size)  # memory that is not there kills a process only when it is touched
            os.pwrite(fd, self._magic, 0)
            if path != self._kept and self._fits(self._kept):
                with self._kept.open("rb") as source:
                    os.sendfile(fd, source.fileno(), 0, self._size)
        except BaseException:
            draft.unlink()
            raise
        finally:
            os.close(fd)
        draft.replace(path)


def has_room(size: int) -> bool:
    """Whether ``/dev/shm`` can take ``size`` bytes and still be half empty for others (in containers it is small)."""
    try:
        room = os.statvfs(MEMORY)
    except OSError:
        return False
    return os.access(MEMORY, os.W_OK) and room.f_bavail * room.f_frsize >= 2 * size
