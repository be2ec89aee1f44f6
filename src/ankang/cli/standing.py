"""What commands need to stand on: the settings, the database, Django."""

import contextlib
import os
from collections.abc import Iterator

from ankang.config.settings import Settings, load_settings


@contextlib.contextmanager
def database() -> Iterator[Settings]:
    """The settings, with the database running inside the block (started for us if nobody uses it yet)."""
    from ankang.config.postgres import running

    settings = load_settings()
    with running(settings):
        yield settings


@contextlib.contextmanager
def code_alone() -> Iterator[None]:
    """Django set up for what asks no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ankang.site.settings")
    import django as library

    library.setup()
    yield


@contextlib.contextmanager
def django() -> Iterator[Settings]:
    """The settings, with the database running and Django set up; the tables must be there."""
    with database() as settings, code_alone():
        yield settings


@contextlib.contextmanager
def prepared() -> Iterator[Settings]:
    """Like :func:`django`, with tables, keys and partitions made first if something is missing."""
    from datetime import UTC, datetime

    from ankang.site.supervisor import groundwork
    from ankang.site.supervisor.house import guard_root_key

    with database() as settings:
        guard_root_key(settings)
    with django() as settings:
        if "tables" in groundwork.due(settings, datetime.now(UTC)):
            groundwork.run(settings, ["tables"])
        yield settings
