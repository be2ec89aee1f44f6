"""What the product itself brings along: the phone pages, and what the gates could not yet write."""

import sqlite3
from collections.abc import Iterator

from ankang.config.settings import Settings
from ankang.site.doctor.findings import Finding, note, well, wrong
from ankang.site.phone_pages import FOLDER


def phone_pages() -> Finding:
    """`make run` builds them from web/."""
    if not (FOLDER / "routes.json").exists():
        return wrong(
            "phone_pages", "The phone pages are not built: /code and /scanner are empty.", "Run `make build`."
        )
    return well("phone_pages", "The phone pages are built.")


def spools(settings: Settings) -> Iterator[Finding]:
    """Visits that wait on this machine's disk for the database."""
    waiting = 0
    for path in sorted(settings.gate_folder.glob("spool*.sqlite*")):
        if path.suffix.endswith(("-wal", "-shm")):
            continue
        try:
            waiting += _rows(path)
        except sqlite3.Error as error:
            remedy = "Keep the file; it may hold visits. Ask for help before you remove it."
            yield wrong("spool", f"The spool {path} cannot be read: {error}.", remedy)
    if waiting:
        yield note(
            "spool",
            f"{waiting:,} visits wait for the database.",
            "They go there by themselves once it answers.",
        )
    else:
        yield well("spool", "No visit waits for the database.")


def _rows(path: object) -> int:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
    try:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return sum(int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables)
    finally:
        connection.close()
