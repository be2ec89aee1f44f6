"""The keys: the root key's file, what it opens, and the cryptography itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from ankang.config.keys import RootKey, RootKeyExposed, RootKeyMissing
from ankang.config.settings import Settings
from ankang.core.epochs import day_of, epoch_of
from ankang.core.sm import SealBroken, self_test
from ankang.site.doctor.findings import Finding, note, well, wrong

FEWEST_DAYS_AHEAD = 3
"""With fewer day keys or partitions ahead, a long weekend without the worker stops the doors."""


def cryptography() -> Finding:
    """SM2, SM3 and SM4 give what the standards print."""
    try:
        self_test()
    except Exception as error:  # whatever it is, nothing may be signed
        remedy = "Install again with `make run`; do not use this machine for codes until this passes."
        return wrong("cryptography", f"The self-test of SM2, SM3 and SM4 failed: {error}.", remedy)
    return well("cryptography", "SM2, SM3 and SM4 give the published results.")


def key_files(settings: Settings, nothing_stored: bool) -> Iterator[Finding]:
    """The root key is there, is a key, and is only its owner's; so are the other secrets."""
    path = settings.keys_folder / "root.key"
    try:
        RootKey.from_file(path)
        yield well("root_key", f"The root key is at {path}. Keep a copy in a safe; without it nothing can be read.")
    except RootKeyMissing:
        yield _missing(path, nothing_stored)
    except RootKeyExposed:
        yield wrong("root_key_exposed", f"Others on this machine may read {path}.", f"chmod 600 {path}")
    except (ValueError, OSError) as error:
        yield wrong("root_key_unreadable", f"{path} cannot be used: {error}.", "Bring it back from your backup.")
    for other in sorted(settings.keys_folder.glob("*")):
        if other != path and other.is_file() and other.stat().st_mode & 0o077:
            yield wrong("secret_exposed", f"Others on this machine may read {other}.", f"chmod 600 {other}")


def stored_keys(settings: Settings, connection: psycopg.Connection[Any], now: datetime) -> Iterator[Finding]:
    """The root key opens what the database holds, and the days ahead have their keys."""
    rows = connection.execute("SELECT purpose, kid, secret FROM trust_key ORDER BY 1, 2").fetchall()
    try:
        root = RootKey.from_file(settings.keys_folder / "root.key")
    except (RootKeyMissing, RootKeyExposed, ValueError, OSError):
        return  # said already
    closed = [f"{purpose} {kid}" for purpose, kid, secret in rows if not _opens(root, secret, f"{purpose}:{kid}")]
    if closed:
        remedy = f"Put the root key that belongs to this database into {settings.keys_folder / 'root.key'}."
        yield wrong("wrong_root_key", f"The root key does not open the stored keys: {', '.join(closed)}.", remedy)
    elif rows:
        yield well("stored_keys", f"The root key opens all {len(rows)} stored keys.")
    else:
        yield wrong("no_stored_keys", "The database holds no keys.", "Run `ankang migrate`.")
    yield day_keys(connection, now)


def day_keys(connection: psycopg.Connection[Any], now: datetime) -> Finding:
    """Every day from today has a pseudonym key, some days ahead."""
    today = day_of(epoch_of(now.timestamp()))
    rows = connection.execute("SELECT day FROM trust_day_key WHERE secret IS NOT NULL AND day >= %s", [today])
    ahead = days_in_a_row({day for (day,) in rows}, today)
    if ahead == 0:
        return wrong("day_keys", "Today has no pseudonym key, so no visit can be kept.", "Run `ankang migrate`.")
    if ahead < FEWEST_DAYS_AHEAD:
        return wrong(
            "day_keys",
            f"Pseudonym keys end in {ahead} days.",
            "Is the worker running? `ankang migrate` makes more.",
        )
    return well("day_keys", f"Pseudonym keys are there for {ahead} days, today included.")


def days_in_a_row(days: set[Any], first: Any) -> int:
    """How many days from ``first`` on are in ``days`` without a gap."""
    count = 0
    while first + timedelta(days=count) in days:
        count += 1
    return count


def _missing(path: Path, nothing_stored: bool) -> Finding:
    if nothing_stored:
        return note("root_key", f"There is no root key yet; the first start makes {path}.")
    remedy = "Bring the file back from your backup. A new one would open nothing that is stored."
    return wrong("root_key_missing", f"The root key {path} is missing.", remedy)


def _opens(root: RootKey, sealed: bytes, label: str) -> bool:
    try:
        root.unseal(bytes(sealed), label)
    except (SealBroken, ValueError):
        return False
    return True
