"""What must be there before the first visitor: tables, keys and partitions, static files, the demonstration.

Each step leaves its digest in the database, so that a start with nothing to do costs one query:
``site_groundwork(step, digest, done_at)``. A restored database brings its own digests along.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from ankang.config.postgres import connection_params, database_url
from ankang.config.settings import Settings
from ankang.core.epochs import day_of, epoch_of

SOURCE = Path(__file__).parents[2]
LIBRARIES_WITH_TABLES = ("Django", "procrastinate", "django-unfold")
LOCK = 0x616E6B61  # "anka": one groundwork at a time, also from two machines


def wanted(settings: Settings, now: datetime) -> dict[str, str]:
    """The digest each step should have. Keys and partitions are made ahead, so tables are due once a day."""
    today = day_of(epoch_of(now.timestamp())).isoformat()
    steps = {"tables": f"{tables_digest()} {today}", "static": f"{static_digest()} {settings.data}"}
    if settings.demo:
        steps["demo"] = f"{settings.demo_residents} residents"
    return steps


def tables_digest() -> str:
    """A digest of everything that shapes the tables: our migrations and the libraries that bring some."""
    digest = hashlib.sha256()
    for name in LIBRARIES_WITH_TABLES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(SOURCE.glob("*/migrations/*.py")):
        digest.update(path.relative_to(SOURCE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:20]


def static_digest() -> str:
    """A digest of our static files and of the libraries that bring some."""
    digest = hashlib.sha256(f"{version('Django')} {version('django-unfold')}".encode())
    for path in sorted(path for path in SOURCE.glob("*/static/**/*") if path.is_file()):
        digest.update(path.relative_to(SOURCE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:20]


def done(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """The digest each step has."""
    exists = connection.execute("SELECT to_regclass('site_groundwork') IS NOT NULL").fetchone()
    if not exists or not exists[0]:
        return {}
    return dict(connection.execute("SELECT step, digest FROM site_groundwork").fetchall())


def due(settings: Settings, now: datetime) -> list[str]:
    """The steps that have something to do, in order; raises ``psycopg.OperationalError``."""
    with psycopg.connect(**_params(settings)) as connection:  # type: ignore[arg-type]
        found = done(connection)
    due_steps = [step for step, digest in wanted(settings, now).items() if found.get(step) != digest]
    if "static" not in due_steps and not (settings.data / "static").is_dir():
        due_steps.append("static")
    return due_steps


def run(settings: Settings, steps: list[str], progress: Callable[..., None] | None = None) -> None:
    """Do ``steps`` one after the other and note each one's digest. Starts Django in this process."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ankang.site.settings")
    django.setup()
    now = datetime.now(UTC)
    digests = wanted(settings, now)
    work: Mapping[str, Callable[[], None]] = {
        "tables": _tables,
        "static": _static,
        "demo": lambda: _demo(settings, progress),
    }
    with psycopg.connect(**_params(settings), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _make_table(connection)
        for step in steps:
            work[step]()
            connection.execute(
                "INSERT INTO site_groundwork VALUES (%s, %s, now()) ON CONFLICT (step) "
                "DO UPDATE SET digest = excluded.digest, done_at = excluded.done_at",
                [step, digests[step]],
            )


def _params(settings: Settings) -> dict[str, str]:
    return {"connect_timeout": "5"} | connection_params(database_url(settings))


def _make_table(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS site_groundwork "
        "(step text PRIMARY KEY, digest text NOT NULL, done_at timestamptz NOT NULL)"
    )


def _tables() -> None:
    from ankang.site.prepare import migrate

    migrate()


def _static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _demo(settings: Settings, progress: Callable[..., None] | None) -> None:
    from ankang.demo import seed

    seed.ensure(settings, progress)
