"""The small tables a gate holds: checkpoints, devices, revoked credentials, sealed keys; loaded as one value.

The value is replaced as a whole, so a request never sees half of a change. It is also kept on disk, keys still sealed, so
that a gate can start while the database is away.
"""

import os
from pathlib import Path
from typing import Protocol

import msgspec


class CheckpointRow(msgspec.Struct, array_like=True, frozen=True):
    """A checkpoint; ``path`` is its organisation's path (``/1/5/``)."""

    id: int
    organisation: int
    path: str
    name: str
    type: int
    state: str
    generation: int
    latitude: float | None
    longitude: float | None
    hours: str = ""
    closed_from: float = 0.0
    closed_until: float = 0.0
    """Closed for a time: unix seconds; from 0 = not, until 0 = until further notice."""


class PolicyRow(msgspec.Struct, array_like=True, frozen=True):
    """A released policy set as it was signed; it counts from ``effective_at`` (unix seconds)."""

    effective_at: float
    text: str


class DeviceRow(msgspec.Struct, array_like=True, frozen=True):
    """A scanner; ``checkpoint`` 0 when it serves its whole organisation, ``lane`` "" when the door has one only."""

    id: int
    organisation: int
    path: str
    checkpoint: int
    name: str
    generation: int
    revoked: bool
    lane: str = ""


class KeyRow(msgspec.Struct, array_like=True, frozen=True):
    """A stored key; ``secret`` is sealed by the root key; moments in unix seconds, ``until`` 0 = open."""

    kid: int
    purpose: str
    secret: bytes
    public: bytes
    since: float
    until: float


class DayKeyRow(msgspec.Struct, array_like=True, frozen=True):
    """The sealed key of one day's pseudonyms; ``day`` is the ISO date."""

    day: str
    secret: bytes


class Tables(msgspec.Struct, frozen=True):
    """Everything small, as of ``revisions`` (name → revision of base_revision)."""

    revisions: dict[str, int]
    checkpoints: list[CheckpointRow]
    devices: list[DeviceRow]
    revoked: list[int]
    voidings: list[tuple[int, int]]
    keys: list[KeyRow]
    day_keys: list[DayKeyRow]
    index_spaces: list[tuple[int, int]]
    policies: list[PolicyRow] = []


EMPTY = Tables({}, [], [], [], [], [], [], [])

_CHECKPOINTS = """
    select c.id, c.organisation_id, o.path, c.name, c.type, c.state, c.generation,
           c.latitude::float8, c.longitude::float8, c.hours,
           coalesce(extract(epoch from c.closed_from), 0)::float8, coalesce(extract(epoch from c.closed_until), 0)::float8
    from places_checkpoint c join places_organisation o on o.id = c.organisation_id"""
_DEVICES = """
    select d.id, d.organisation_id, o.path, coalesce(d.checkpoint_id, 0), d.name, d.generation, d.revoked_at is not null,
           d.lane
    from places_device d join places_organisation o on o.id = d.organisation_id where d.enrolled_at is not null"""
_REVOKED = (
    "select id from people_credential where revoked_at is not null and (expires_at is null or expires_at > now())"
)
_VOIDINGS = (
    "select person_id, floor(extract(epoch from at))::bigint from people_voiding "
    "where at > now() - interval '3 days' order by at"
)
_KEYS = """
    select kid, purpose, secret, coalesce(public, ''::bytea), extract(epoch from not_before)::float8,
           coalesce(extract(epoch from not_after), 0)::float8
    from trust_key where purpose in ('card', 'code_sign', 'credential', 'epoch', 'place')"""
_DAY_KEYS = """
    select day::text, secret from trust_day_key
    where destroyed_at is null and secret is not null and day >= current_date - 10"""
_INDEX_SPACES = "select epoch, size from trust_index_space order by epoch"
_POLICIES = """
    select extract(epoch from effective_at)::float8, text from places_policyrelease
    where state in ('approved', 'published', 'superseded') and effective_at >= coalesce((
        select max(effective_at) from places_policyrelease
        where state in ('approved', 'published', 'superseded') and effective_at <= now() - interval '1 day'), '-infinity')
    order by effective_at"""
REVISIONS = """
    select name, revision from base_revision
    union all select 'trust.keys', coalesce(sum(kid), 0) + 1000000 * count(not_after) from trust_key
    union all select 'trust.days', count(*) + 1000000 * count(destroyed_at) from trust_day_key"""
"""Keys tell by themselves that they changed: a rotated one, a new day's, a destroyed one is noticed within a second."""


class Connection(Protocol):
    """What loading needs of a database connection."""

    async def fetch(self, query: str) -> list[tuple[object, ...]]: ...


async def load_tables(connection: Connection) -> Tables:
    """Read all the small tables; revisions first, so that a change in between is read again later."""
    revisions = await connection.fetch(REVISIONS)
    return msgspec.convert(
        {
            "revisions": {str(name): revision for name, revision in revisions},
            "checkpoints": [tuple(row) for row in await connection.fetch(_CHECKPOINTS)],
            "devices": [tuple(row) for row in await connection.fetch(_DEVICES)],
            "revoked": [row[0] for row in await connection.fetch(_REVOKED)],
            "voidings": [tuple(row) for row in await connection.fetch(_VOIDINGS)],
            "keys": [tuple(row) for row in await connection.fetch(_KEYS)],
            "day_keys": [tuple(row) for row in await connection.fetch(_DAY_KEYS)],
            "index_spaces": [tuple(row) for row in await connection.fetch(_INDEX_SPACES)],
            "policies": [tuple(row) for row in await connection.fetch(_POLICIES)],
        },
        Tables,
    )


def save_snapshot(tables: Tables, path: Path) -> None:
    """Keep the tables on disk; the file is complete or not there."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.msgpack.encode(tables))
    os.replace(draft, path)


def read_snapshot(path: Path) -> Tables:
    """The tables as last saved; :data:`EMPTY` when there is no file or it is of another version."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Tables)
    except (FileNotFoundError, msgspec.DecodeError):
        return EMPTY
