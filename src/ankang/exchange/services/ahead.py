"""Rows read ahead of the run: a large file is read, checked and blinded by a process of its own, beside the database's work."""

import multiprocessing
from collections.abc import Iterator
from itertools import islice

import structlog
from django.db import connection
from django.utils import timezone

from ..faults import FileFault, RowFault
from ..models import Batch
from ..reader_process import send_chunks
from ..reading import Table, open_table
from .files import open_file
from .kinds import feed_kind
from .marking import ReadRow, marked

log = structlog.get_logger()
LARGE = 20_000
"""From so many rows on a process of its own is worth its start."""


def chunks_ahead(batch: Batch, size: int) -> Iterator[list[ReadRow]]:
    """The rows behind the batch's cursor in chunks of ``size``. Raises FileFault."""
    if batch.rows - batch.cursor < LARGE:
        return chunks_here(batch.pk, batch.cursor, size)
    return _from_process(batch, size)


def chunks_here(batch: int, after: int, size: int) -> Iterator[list[ReadRow]]:
    """The same, read by this process."""
    found = Batch.objects.get(pk=batch)
    table = open_table(open_file(found), found.format, feed_kind(found.feed), int(timezone.now().timestamp()))
    rows = _read(table, after)
    while chunk := list(islice(rows, size)):
        yield chunk


def _read(table: Table, after: int) -> Iterator[ReadRow]:
    kind = table.reader.kind
    for number, cells, fault in table.rows(after):
        try:
            if fault:
                raise RowFault(fault)
            yield ReadRow(number, cells, marked(kind, table.reader.read(cells)) if any(cells) else None)
        except RowFault as refusal:
            yield ReadRow(number, cells, refusal)


def _from_process(batch: Batch, size: int) -> Iterator[list[ReadRow]]:
    """Chunks through a pipe; if that process dies, this one reads on."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    name, after = str(connection.settings_dict["NAME"]), batch.cursor
    worker = spawn.Process(target=send_chunks, args=(theirs, name, batch.pk, after, size), daemon=True)
    worker.start()
    theirs.close()
    try:
        while (chunk := ours.recv()) is not None:
            if isinstance(chunk, FileFault):
                raise chunk
            yield chunk
            after += len(chunk)
    except EOFError:
        log.warning("the reader is gone", batch=batch.pk, exit=worker.exitcode)
        yield from chunks_here(batch.pk, after, size)
    finally:
        ours.close()
        worker.terminate()
        worker.join()
