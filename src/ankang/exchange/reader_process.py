"""The process that reads a large file ahead of its run. It begins without Django, so nothing of the room is imported here."""

from multiprocessing.connection import Connection


def send_chunks(pipe: Connection, database: str, batch: int, after: int, size: int) -> None:
    """Read the rows of ``batch`` behind the first ``after`` and send them in chunks; at the end None, or the FileFault.

    ``database``: the name of the database of the one that listens; it ends when nobody listens any more.
    """
    import gc

    import django
    from django.db import connection

    django.setup()
    gc.disable()  # rows hold no cycles
    connection.settings_dict["NAME"] = database
    from .faults import FileFault
    from .services.ahead import chunks_here

    try:
        try:
            for chunk in chunks_here(batch, after, size):
                pipe.send(chunk)
        except FileFault as fault:
            pipe.send(fault)
        else:
            pipe.send(None)
    except (BrokenPipeError, ConnectionResetError):
        return
