"""The database: it answers, is new enough, has its tables, has its partitions ahead."""

import re
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import psycopg

from ankang.config.postgres import (
    DatabaseFault,
    connection_params,
    database_url,
    running,
    without_password,
)
from ankang.config.settings import Settings
from ankang.core.epochs import day_of, epoch_of
from ankang.site.doctor.findings import Finding, State, note, well, wrong
from ankang.site.doctor.keys import FEWEST_DAYS_AHEAD, days_in_a_row, stored_keys
from ankang.site.doctor.protection import protection
from ankang.site.supervisor import groundwork

OLDEST = 150000
"""PostgreSQL 15, as ``server_version_num`` writes it."""
CLOCK_TOLERANCE = 5.0
"""Seconds that our clock and the database's may differ."""


def examine_database(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Start the embedded database for the visit if nobody uses it; look at everything inside."""
    if not settings.database_url and not (settings.data / "postgres" / "PG_VERSION").exists():
        yield note("no_database", "There is no database yet; the first start makes one.")
        return
    try:
        with running(settings), psycopg.connect(**_params(settings)) as connection:  # type: ignore[arg-type]
            yield from _look_inside(settings, connection, now)
    except DatabaseFault as fault:
        yield wrong("database", str(fault), "The log is in the folder postgres/log of the data folder.")
    except psycopg.OperationalError as error:
        yield _unreachable(settings, error)


def _look_inside(settings: Settings, connection: psycopg.Connection[Any], now: datetime) -> Iterator[Finding]:
    yield _version(connection)
    yield _clock(connection)
    tables = _tables(settings, connection, now)
    yield tables
    if tables.code == "not_migrated":
        return
    yield from stored_keys(settings, connection, now)
    yield _partitions(connection, now)
    if tables.state is State.WELL:
        yield _names(connection)
    yield from protection(settings, connection)


def _version(connection: psycopg.Connection[Any]) -> Finding:
    found = connection.info.server_version
    words = f"PostgreSQL {found // 10000}.{found % 10000}"
    if found < OLDEST:
        return wrong("database_version", f"{words} is too old.", "Use PostgreSQL 15 or newer.")
    return well("database", f"{words} answers.")


def _clock(connection: psycopg.Connection[Any]) -> Finding:
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    assert row is not None
    apart = abs(time.time() - row[0])
    if apart > CLOCK_TOLERANCE:
        remedy = "Set both clocks (timedatectl set-ntp true); codes are checked to the minute."
        return wrong("database_clock", f"Our clock and the database's differ by {apart:.0f} s.", remedy)
    return well("database_clock", "Our clock and the database's agree.")


def _tables(settings: Settings, connection: psycopg.Connection[Any], now: datetime) -> Finding:
    row = connection.execute("SELECT to_regclass('trust_key') IS NOT NULL").fetchone()
    if not row or not row[0]:
        return wrong("not_migrated", "The database has no tables yet.", "Run `ankang migrate`, or `ankang up`.")
    digest = groundwork.done(connection).get("tables", "").split()
    if not digest or digest[0] != groundwork.tables_digest():
        return wrong("migrations", "The tables are of another version than the program.", "Run `ankang migrate`.")
    return well("migrations", "The tables are of this version.")


def _partitions(connection: psycopg.Connection[Any], now: datetime) -> Finding:
    today = day_of(epoch_of(now.timestamp()))
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        "WHERE inhparent = to_regclass('passage_visit')"
    ).fetchall()
    days = {_day(name) for (name,) in rows}
    ahead = days_in_a_row(days, today)
    if ahead < FEWEST_DAYS_AHEAD:
        says = f"Room for visits ends in {ahead} days." if ahead else "Today's visits have no partition."
        return wrong("partitions", says, "Is the worker running? `ankang migrate` makes more.")
    return well("partitions", f"There is room for the visits of {ahead} days, today included.")


def _names(connection: psycopg.Connection[Any]) -> Finding:
    """Rows from before there was an index over name and birth date are filled in by the worker."""
    row = connection.execute("SELECT count(*) FROM people_person WHERE name_born_blind IS NULL").fetchone()
    if row and row[0]:
        says = f"{row[0]:,} people cannot be found by name and birth date yet."
        return note("name_index", says, "The worker indexes 50,000 a minute at most; is it running?")
    return well("name_index", "Everybody with a known birth date can be found by name and birth date.")


def _day(partition: str) -> date | None:
    found = re.fullmatch(r"passage_visit_(\d{4})(\d{2})(\d{2})", partition)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _params(settings: Settings) -> dict[str, str]:
    return {"connect_timeout": "5", "application_name": "ankang doctor"} | connection_params(database_url(settings))


def _unreachable(settings: Settings, error: Exception) -> Finding:
    where = without_password(settings.database_url) if settings.database_url else "in the data folder"
    lines = [line.strip() for line in str(error).strip().splitlines()]
    reason = [line for line in lines if not line.endswith("?")][-1].rstrip(".")
    remedy = "Is it running, and are name and password right? Check ANKANG_DATABASE_URL."
    if not settings.database_url:
        remedy = "Run `ankang up`, and look into the folder postgres/log of the data folder."
    return wrong("database", f"The database {where} does not answer: {reason}.", remedy)
