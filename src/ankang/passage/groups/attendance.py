"""Who of a group came today, read back from the visits of the day: when, who led them in, which device at which door read it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ankang.core.masking import mask_name
from ankang.core.verdicts import VisitKind
from ankang.people.models import Person
from ankang.places.models import Checkpoint, Device
from ankang.trust.keyring import day_key

from ..models import Visit
from ..rules import day_of_moment, trace_of
from .models import Group, GroupMember


@dataclass(frozen=True)
class Attendance:
    """A member today: when and in which direction the last check-in was, None when there was none.

    ``led_by``: the masked name of whoever showed the group's code then, "" when no code was read and the staff chose the group from
    the list of their own house; ``device`` at ``door`` took it.
    """

    member: GroupMember
    name: str
    at: datetime | None = None
    direction: int = 0
    led_by: str = ""
    door: str = ""
    device: str = ""


def attendance(group: Group, now: datetime) -> list[Attendance]:
    """Each member, in the order of joining, and the last check-in since 04:00. No verdict and no colour: that is the member's own.

    Whoever led them in may have left the group since, and is named all the same; who led another group in is not.
    """
    rows = list(GroupMember.objects.filter(group=group).order_by("pk"))
    people = {row.person for row in rows}
    names = {pk: mask_name(name) for pk, name in Person.objects.filter(pk__in=people).values_list("pk", "name")}
    day = day_of_moment(now.timestamp())
    key = day_key(day)
    traces = {trace_of(person, key): person for person in people}
    seen = Visit.objects.filter(trace__in=list(traces), day=day, kind=VisitKind.GROUP).order_by("at")
    last = {traces[visit.trace]: visit for visit in seen}
    leaders = {trace: names.get(person, "") for trace, person in traces.items()}
    told = _Told(leaders, _names(Checkpoint, {v.checkpoint_id for v in last.values()}), _names(Device, {v.device for v in last.values()}))
    members = [row for row in rows if row.left_at is None]
    return [told(row, names.get(row.person, ""), last.get(row.person)) for row in members]


@dataclass(frozen=True)
class _Told:
    leaders: dict[UUID, str]
    doors: dict[int, str]
    devices: dict[int, str]

    def __call__(self, row: GroupMember, name: str, visit: Visit | None) -> Attendance:
        if visit is None:
            return Attendance(row, name)
        leader = self.leaders.get(visit.led_by, _("the leader of another group")) if visit.led_by else ""
        door, device = self.doors.get(visit.checkpoint_id, ""), self.devices.get(visit.device or 0, "")
        return Attendance(row, name, visit.at, visit.direction, leader, door, device)


def _names(model: type[Checkpoint | Device], wanted: set[int | None]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=wanted - {None}).values_list("pk", "name"))
