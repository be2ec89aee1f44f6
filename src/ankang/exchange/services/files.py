"""The file of a batch as its pieces in the database: sealed one by one, read anywhere, never in clear on a disk."""

import io
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import BinaryIO

from ankang.trust.keyring import keyring

from ..models import Batch, Chunk

_KEPT = 4


def sealed_piece(batch: int, n: int, body: bytes) -> bytes:
    """Piece ``n`` of ``batch`` as it is stored; it opens nowhere else."""
    return keyring().seal("exchange", body, f"chunk.body:{batch}:{n}")


def opened_piece(chunk: Chunk) -> bytes:
    """The content of a stored piece."""
    return keyring().unseal("exchange", bytes(chunk.body), f"chunk.body:{chunk.batch_id}:{chunk.n}")


def pieces_of(batch: Batch) -> Iterator[bytes]:
    """The file's pieces in their order, one at a time in memory."""
    for n in Chunk.objects.filter(batch=batch).order_by("n").values_list("n", flat=True):
        yield opened_piece(Chunk.objects.get(batch=batch, n=n))


def open_file(batch: Batch) -> BinaryIO:
    """The file of ``batch`` for reading and seeking."""
    return io.BufferedReader(_Pieces(batch), 256 * 1024)


class _Pieces(io.RawIOBase):
    """Reads over the pieces; the last few that were opened stay in memory."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self._batch = batch
        rows = list(Chunk.objects.filter(batch=batch).order_by("n").values_list("n", "size"))
        self._numbers = [n for n, _ in rows]
        self._ends = list(accumulate(size for _, size in rows))
        self._at = 0
        self._open: dict[int, bytes] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ends[-1] if self._ends else 0}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        which = bisect_right(self._ends, self._at)
        if which == len(self._ends):
            return 0
        piece = self._piece(which)
        start = self._at - (self._ends[which] - len(piece))
        part = piece[start : start + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _piece(self, which: int) -> bytes:
        if which not in self._open:
            while len(self._open) >= _KEPT:
                del self._open[next(iter(self._open))]
            self._open[which] = opened_piece(Chunk.objects.get(batch=self._batch, n=self._numbers[which]))
        return self._open[which]
