"""What the product itself brings along: the phone pages, and what the gates could not yet write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ankang.config.settings import Settings
from ankang.site.doctor.findings import Finding, note, well, wrong
from ankang.site.phone_pages import FOLDER


def phone_pages() -> Finding:
    """`make run` builds them from web/."""
    if not (FOLDER / "routes.json").exists():
        return wrong("phone_pages", "The phone pages are not built: /code and /scanner are empty.", "Run `make build`.")
    return well("phone_pages", "The phone pages are built.")


def spool(settings: Settings) -> Finding:
    """Visits that wait on this machine's disk for the database."""
    path = settings.gate_folder / "spool.sqlite3"
    try:
        waiting = _waiting(path) if path.exists() else 0
    except sqlite3.Error as error:
        remedy = "Keep the file: it may hold visits. Free the disk, restart, and look again."
        return wrong("spool", f"The spool {path} cannot be read: {error}.", remedy)
    if waiting:
        remedy = "They go there by themselves once it answers."
        return note("spool", f"{waiting:,} visits wait for the database.", remedy)
    return well("spool", "No visit waits for the database.")


def _waiting(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM visit").fetchone()
    return int(count)
