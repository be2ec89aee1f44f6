"""Use cases of groups. Gates hold the open ones under the revision "groups"; every change takes the next number of it.

Staff of the organisation make a group and put people in by document, with a purpose that those people read on their own page;
or people join by themselves with the group's code. Every member sees the group and may leave it. The leader, or staff, open it
for check-in; doors tick who is there (gate/handlers/group.py). Who came: attendance.py.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.models import Revision
from ankang.base.reading.faults import Refusal
from ankang.base.reading.small import read_table
from ankang.base.services import bump_revision, record_read, send_message
from ankang.core.epochs import epoch_of, epoch_start, minute_of
from ankang.core.gate_names import gate_names_key, seal_name
from ankang.core.group_codes import group_code
from ankang.core.masking import mask_name
from ankang.core.place_codes import place_mac_key
from ankang.people.models import Person
from ankang.people.rules import same_name
from ankang.people.services import find_person
from ankang.places.models import Organisation
from ankang.places.services import organisations_of
from ankang.trust.keyring import keyring

from .models import Group, GroupMember
from .rules import CODE_LENGTH, CODE_LETTERS, COLUMNS, MEMBERS_PER_GROUP, tidy_code

PERMISSION = "groups.edit"
REVISION = "groups"
MOST_HOURS = 12


class GroupNameTaken(Problem):
    status = 409
    zh, en = "这个单位已有同名的团体。", "There is already a group of this name in this organisation."


class GroupFull(Problem):
    """Two hundred members."""

    status = 409
    zh, en = "团体最多 200 人，请分成几个。", "A group has 200 members at most. Make several."


class JoinCodeUnknown(Problem):
    status = 404
    zh, en = "没有这个团体码，请向负责人核对。", "There is no group with this code. Ask its leader."


@dataclass(frozen=True)
class Added:
    """What became of a list: how many are members now, and the rows that were refused."""

    joined: int
    refused: list[Refusal]
    header: list[str]


def groups_of(by: Any) -> QuerySet[Group]:
    """The live groups of the organisations in which ``by`` (a user) holds the permission."""
    rows = Group.objects.filter(organisation__in=organisations_of(by, PERMISSION), ended_at=None)
    return rows.select_related("organisation").order_by("organisation__name", "name")


def fetch_group(pk: int, by: Any) -> Group:
    """The group, if ``by`` may; raises NotFound."""
    found = groups_of(by).filter(pk=pk).first()
    if found is None:
        raise NotFound(details={"group": pk})
    return found


def make_group(organisation: int, name: str, purpose: str, by: Any, now: datetime) -> Group:
    """A new group without members. Raises NotFound, BadInput (empty name or purpose), GroupNameTaken."""
    home = organisations_of(by, PERMISSION).filter(pk=organisation).first()
    if home is None:
        raise NotFound(details={"organisation": organisation})
    faults = {field: "required" for field, value in (("name", name), ("purpose", purpose)) if not value.strip()}
    if faults:
        raise BadInput(details={"fields": faults})
    try:
        with transaction.atomic():
            return Group.objects.create(
                organisation=home,
                name=name.strip()[:80],
                purpose=purpose.strip()[:200],
                join_code="".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
                created_at=now,
                created_by=getattr(by, "pk", None),
                revision=_next_revision(),
            )
    except IntegrityError:
        raise GroupNameTaken(details={"name": name}) from None


def add_members(group: Group, body: bytes, filename: str, by: Any, now: datetime) -> Added:
    """Put the people of a list in; each one's look-up is on record with the group's purpose, and they are told.

    Raises FileFault (base.reading) when the file as a whole cannot be read.
    """
    reading = read_table(body, filename, COLUMNS, MEMBERS_PER_GROUP)
    refused, joined = list(reading.refused), set[int]()
    _lock(group)
    for row in reading.good:
        kind, _colon, document = str(row.values["document"]).partition(":")
        person = find_person(kind, document)
        if person is None or not same_name(person.name, row.values["name"]):
            refused.append(Refusal(row.number, "not_on_file", "", row.cells))
            continue
        record_read(by, person.pk, PERMISSION, f"{group.name}: {group.purpose}", ("groups",), now)
        try:
            _join(group, person, "file" if len(reading.good) > 1 else "document", by, now)
            joined.add(person.pk)
        except GroupFull:
            refused.append(Refusal(row.number, "group_full", "", row.cells))
    _changed(group)
    return Added(len(joined), sorted(refused), reading.header)


def join_group(code: str, person: int, now: datetime) -> Group:
    """A person joins by the group's code, which is the agreement to its purpose. Raises JoinCodeUnknown, GroupFull."""
    group = find_by_code(code)
    _lock(group)
    _join(group, Person.objects.get(pk=person), "code", None, now)
    _changed(group)
    return group


def find_by_code(code: str) -> Group:
    """The live group with this join code; raises JoinCodeUnknown."""
    group = Group.objects.filter(join_code=tidy_code(code), ended_at=None).select_related("organisation").first()
    if group is None:
        raise JoinCodeUnknown()
    return group


def leave_group(group: int, person: int, now: datetime, why: str = "member") -> bool:
    """A person leaves, or is taken out by the organiser; doors know within a second. False when they were not in it."""
    rows = GroupMember.objects.filter(group=group, person=person, left_at=None)
    left = rows.update(left_at=now, left_why=why)
    Group.objects.filter(pk=group, leader=person).update(leader=None)
    if left:
        _changed(Group.objects.get(pk=group))
    return bool(left)


def end_group(group: Group, now: datetime) -> None:
    """Nobody checks it in any more; its members have left it."""
    _lock(group)
    GroupMember.objects.filter(group=group, left_at=None).update(left_at=now, left_why="group_ended")
    Group.objects.filter(pk=group.pk).update(ended_at=now, open_until=None, revision=_next_revision())


def choose_leader(group: Group, member: int) -> None:
    """The member (by row number) whose phone shows the group at doors; codes of the one before count no more. Raises NotFound."""
    row = GroupMember.objects.filter(group=group, pk=member, left_at=None).first()
    if row is None:
        raise NotFound(details={"member": member})
    Group.objects.filter(pk=group.pk).update(leader=row.person, revision=_next_revision())


def open_group(group: Group, hours: int, now: datetime) -> datetime:
    """Let doors check it in for so many hours (at most 12, and until 04:00); 0 closes it. Returns until when."""
    tonight = datetime.fromtimestamp(epoch_start(epoch_of(now.timestamp()) + 1), UTC)
    until = min(now + timedelta(hours=min(max(hours, 0), MOST_HOURS)), tonight)
    Group.objects.filter(pk=group.pk, ended_at=None).update(
        open_until=until if hours > 0 else None, revision=_next_revision()
    )
    return until


def groups_with(person: int) -> list[Group]:
    """The live groups that a person is in, by name."""
    rows = Group.objects.filter(members__person=person, members__left_at=None, ended_at=None)
    return list(rows.select_related("organisation").order_by("name"))


def led_group(pk: int, person: int) -> Group:
    """The group, if the person leads it; raises NotFound."""
    group = Group.objects.filter(pk=pk, leader=person, ended_at=None).select_related("organisation").first()
    if group is None:
        raise NotFound(details={"group": pk})
    return group


def code_of(group: Group, now: datetime) -> str:
    """What the leader's phone shows at a door, good for ten minutes."""
    return group_code(place_mac_key(keyring().newest("place").secret), group.pk, group.leader or 0, minute_of(now.timestamp()))


def homes(by: Any) -> QuerySet[Organisation]:
    """The organisations in which ``by`` may make groups."""
    return organisations_of(by, PERMISSION).order_by("name")


def _join(group: Group, person: Person, how: str, by: Any, now: datetime) -> None:
    """The person is in the group, now or already. Raises GroupFull. The caller holds the group's lock."""
    live = GroupMember.objects.filter(group=group, left_at=None)
    if live.filter(person=person.pk).exists():
        return
    if live.count() >= MEMBERS_PER_GROUP:
        raise GroupFull()
    GroupMember.objects.create(
        group=group,
        person=person.pk,
        how=how,
        joined_at=now,
        added_by=getattr(by, "pk", None),
        name_sealed=seal_name(gate_names_key(keyring().newest("card").secret), person.pk, mask_name(person.name)),
    )
    if by is not None and person.phone:
        send_message(person.phone, _told(group), "group_joined", now)


def _lock(group: Group) -> None:
    Group.objects.select_for_update().get(pk=group.pk)


def _changed(group: Group) -> None:
    Group.objects.filter(pk=group.pk).update(revision=_next_revision())


def _next_revision() -> int:
    """The next number of the gates' table. Its row stays locked until the commit, so numbers become visible in order."""
    bump_revision(REVISION)
    return Revision.objects.get(name=REVISION).revision


def _told(group: Group) -> str:
    return _(
        "[Ankang code] %(home)s put you into the group “%(name)s” (%(purpose)s). You can leave it at any time: About me, Groups."
    ) % {"home": group.organisation.name, "name": group.name, "purpose": group.purpose}
