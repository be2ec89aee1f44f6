"""Several surveying processes, their batches in one order."""

import heapq
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from queue import Queue

import msgspec

from ankang.core.evidence import Evidence

from .findings import Basis
from .orders import an_order, receive, send
from .reading import Batch, Wanted

AHEAD = 8  # batches a process may be ahead of whoever writes them


class SurveyBroken(Exception):
    """A surveying process ended before its work was done; the text is its last words."""


class Surveyor:
    """One process with one share; iterating gives its batches."""

    def __init__(self, order: bytes) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ankang.health.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
        )
        self._queue: Queue[bytes | None] = Queue(AHEAD)
        self._given_up = False
        threading.Thread(target=self._talk, args=[order], daemon=True).start()

    def __iter__(self) -> Iterator[Batch]:
        while message := self._queue.get():
            yield msgspec.msgpack.decode(message, type=Batch)
        if message is None:
            raise SurveyBroken(self._last_words())

    def close(self) -> None:
        """End the process, whatever it does."""
        self._given_up = True
        self._process.kill()
        while not self._queue.empty():
            self._queue.get()
        self._process.wait()
        self._words.close()

    def _talk(self, order: bytes) -> None:
        """Say the order, then hand on what comes back; it runs beside the reader, so that a full pipe stops nobody."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._process.stdin as told, self._process.stdout as heard:
            message: bytes | None = b"."
            try:
                send(told, order)
            except BrokenPipeError:
                message = None
            while message and not self._given_up:
                message = receive(heard)
                self._queue.put(message)

    def _last_words(self) -> str:
        self._process.wait()
        self._words.seek(0)
        return self._words.read().decode(errors="replace").strip()[-2000:]


def survey_in_processes(
    database: dict[str, str], basis: Basis, wanted: Wanted, extra: dict[int, list[Evidence]], processes: int
) -> Iterator[Batch]:
    """Survey with so many processes, each with a connection of its own; only what was committed is seen.

    Raises :class:`SurveyBroken`.
    """
    with ExitStack() as crew:
        surveyors = []
        for share in range(processes):
            mine = msgspec.structs.replace(wanted, shares=processes, share=share)
            surveyors.append(Surveyor(an_order(database, basis, mine, extra)))
            crew.callback(surveyors[-1].close)
        yield from _with_whole_total([iter(surveyor) for surveyor in surveyors])


def _with_whole_total(flows: list[Iterator[Batch]]) -> Iterator[Batch]:
    """The batches by person number; each says how many people all the processes look at."""
    firsts = [(batch, flow) for flow in flows if (batch := next(flow, None)) is not None]
    total = sum(batch.total for batch, _ in firsts)
    ordered = heapq.merge(*(_again(first, flow) for first, flow in firsts), key=lambda batch: batch.upto)
    for batch in ordered:
        yield msgspec.structs.replace(batch, total=total)


def _again(first: Batch, rest: Iterator[Batch]) -> Iterator[Batch]:
    yield first
    yield from rest
