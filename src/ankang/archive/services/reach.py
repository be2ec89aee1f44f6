"""Whose section an officer sees: the section of the duty, in its regions, and of an office the items that this office sent."""

from typing import Any

from django.db.models import Q, QuerySet

from ankang.base.organisations import organisation_tree
from ankang.base.permissions import ROLES, may, regions_where
from ankang.base.services import region_codes_below
from ankang.people.models import Person

from ..kinds import SectionKind, section_kinds
from ..models import Correction, Item


def sections_for(user: Any) -> list[SectionKind]:
    """The sections for which the user has a duty."""
    return [kind for kind in section_kinds().values() if may(user, kind.permission)]


def people_for(user: Any, kind: SectionKind) -> "QuerySet[Person]":
    """The persons of the regions where the user answers for this section."""
    reach = region_codes_below(regions_where(user, kind.permission))
    return Person.objects.filter(town__in=reach).select_related("town")


def own_items(user: Any, kind: SectionKind, people: list[int]) -> "QuerySet[Item]":
    """What the user's own office sent of these people, in this section."""
    return Item.objects.filter(_ours(user, kind), person__in=people)


def queue_for(user: Any) -> "QuerySet[Correction]":
    """The corrections that lie with the user's own office; nobody sees another's."""
    wanted = Q(pk__in=[])
    for kind in sections_for(user):
        wanted |= _ours(user, kind)
    return Correction.objects.filter(wanted)


def office_for(user: Any, permission: str) -> int | None:
    """The organisation for which the user acts with this permission."""
    numbers = [duty.office for duty in user.duties.all() if permission in ROLES.get(duty.role, frozenset()) and duty.office]
    return min(numbers, default=None)


def _ours(user: Any, kind: SectionKind) -> Q:
    """Rows of the section in the user's regions that the user's office, one below it, or no named office sent."""
    regions = region_codes_below(regions_where(user, kind.permission))
    duties = [duty for duty in user.duties.all() if kind.permission in ROLES.get(duty.role, frozenset())]
    own = {duty.office for duty in duties if duty.office is not None}
    offices = own | organisation_tree().below(own)
    return Q(section=kind.slug, region__in=regions) & (Q(office=None) | Q(office__in=offices))
