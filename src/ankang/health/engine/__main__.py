"""A surveying process: reads its order from standard input, writes batches to standard output, ends."""

import gc
import sys
from typing import Any

import msgspec
import psycopg

from .orders import read_order, receive, send
from .reading import survey_here

_SETTINGS = "-c TimeZone=UTC -c work_mem=256MB -c max_parallel_workers_per_gather=0 -c jit=off"


def main() -> None:
    """One order, then the end. An empty message says that the survey is complete."""
    message = receive(sys.stdin.buffer)
    if message is None:
        return
    order, basis, extra = read_order(message)
    gc.disable()  # everything is freed as it falls out of use; looking for circles costs a fifth of the time
    database: dict[str, Any] = {"options": _SETTINGS, **order.database}
    with psycopg.connect(**database, application_name="ankang survey") as connection:
        for batch in survey_here(connection, basis, order.wanted, extra):
            send(sys.stdout.buffer, msgspec.msgpack.encode(batch))
    send(sys.stdout.buffer, b"")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stderr.close()  # whoever asked is gone
