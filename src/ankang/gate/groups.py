"""Groups that are open for check-in: a bus, a class. In the gate's memory, fresh within a second.

Only open groups are held (about 200 bytes a member). Every change of a group or its members gives the group the next
revision of "groups", visible in that order; a group that changed is read anew, with its members.
"""

from typing import Any, Final, NamedTuple

from ankang.gate.faults import NotFound
from ankang.gate.link import Connection

MANY_CHANGES: Final = 2_000

_GROUP = """select g.id, o.path, g.name, coalesce(extract(epoch from g.open_until), 0)::bigint, g.revision, coalesce(g.leader, 0)
            from passage_group g join places_organisation o on o.id = g.organisation_id"""
_OPEN = f"{_GROUP} where g.open_until > now()"
_CHANGES = f"{_GROUP} where g.revision > $1 order by g.revision limit {MANY_CHANGES + 1}"
_MEMBERS = """select group_id, id, person, name_sealed from passage_groupmember
              where group_id = any($1::bigint[]) and left_at is null order by group_id, id"""
_REVISION = "select revision from base_revision where name = 'groups'"


class GroupUnknown(NotFound):
    """No open group of this number that the device may see, as far as the gate has read; it may have been opened a moment ago."""


class Member(NamedTuple):
    """A member: an opaque number for the door, the person, the masked name, sealed (core.gate_names)."""

    id: int
    person: int
    name: bytes


class Group(NamedTuple):
    """A group that is open until a moment (unix seconds); ``path`` is its organisation's, ``leader`` a person or 0."""

    id: int
    path: str
    name: str
    until: int
    members: tuple[Member, ...]
    leader: int = 0


class Groups:
    """The open groups as of :attr:`revision`; -1 before anything was read."""

    def __init__(self) -> None:
        self._groups: dict[int, Group] = {}
        self.revision = -1

    def of(self, number: int, now: float) -> Group | None:
        """The group, if it is open."""
        group = self._groups.get(number)
        return group if group is not None and group.until > now else None

    def near(self, path: str, now: float) -> list[Group]:
        """The open groups of the organisation at ``path``, and of those above and below it."""
        return [group for group in self._groups.values() if group.until > now and is_near(group.path, path)]

    async def look(self, connection: Connection, wanted: int) -> None:
        """Come up to revision ``wanted`` (0 when there never was a group). Interrupted, everything is as it was."""
        if self.revision == wanted:
            return
        changes = [] if self.revision < 0 else await connection.fetch(_CHANGES, self.revision)
        if self.revision < 0 or self.revision > wanted or len(changes) > MANY_CHANGES:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                revision = await connection.fetchval(_REVISION) or 0
                read = await _read(connection, await connection.fetch(_OPEN))
            self._groups = {group.id: group for group in read if group.until}
        else:
            revision, read = max(self.revision, wanted), await _read(connection, changes)
            closed = {group.id for group in read if not group.until}
            self._groups |= {group.id: group for group in read}
            self._groups = {number: group for number, group in self._groups.items() if number not in closed}
        self.revision = revision


async def _read(connection: Connection, rows: list[Any]) -> list[Group]:
    """The groups of these rows with their members; closed ones have none, and ``until`` 0."""
    members: dict[int, list[Member]] = {row[0]: [] for row in rows}
    still_open = [row[0] for row in rows if row[3]]
    for group, *member in await connection.fetch(_MEMBERS, still_open) if still_open else ():
        members[group].append(Member(member[0], member[1], bytes(member[2])))
    return [
        Group(number, path, name, until, tuple(members[number]), leader) for number, path, name, until, _, leader in rows
    ]


def is_near(path: str, other: str) -> bool:
    """Whether one organisation is the other, or above it, or below it."""
    return path.startswith(other) or other.startswith(path)
