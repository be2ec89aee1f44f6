"""Whom a security administrator may see and change: the region's subtree, and within it the organisation's (G3)."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from ankang.base.errors import NotFound
from ankang.base.models import Duty, Region
from ankang.base.organisations import organisation_tree
from ankang.base.permissions import organisations_where, regions_where
from ankang.base.services import region_codes_below

from ..errors import NotOneself, OutsideReach

EDIT, VIEW = "staff.edit", "staff.view"


def in_reach(by: Any, permission: str, region: str, organisation: int | None) -> bool:
    """Whether ``by`` (None is the system itself) holds ``permission`` for this region and organisation."""
    if by is None:
        return True
    if region in region_codes_below(regions_where(by, permission)):
        return True
    return any(
        organisation is not None
        and region in region_codes_below([top])
        and organisation in organisation_tree().below([head])
        for top, head in organisations_where(by, permission)
    )


def check_reach(by: Any, region: str, organisation: int | None) -> None:
    """Raises OutsideReach."""
    if not in_reach(by, EDIT, region, organisation):
        raise OutsideReach(details={"region": region})


def reach_of(by: Any, permission: str, prefix: str = "") -> Q:
    """The same as a filter over rows that have ``region`` and ``organisation`` at ``prefix``."""
    if by is None:
        return Q()
    wanted = Q(**{f"{prefix}region__in": region_codes_below(regions_where(by, permission))})
    for top, head in organisations_where(by, permission):
        wanted |= Q(
            **{
                f"{prefix}region__in": region_codes_below([top]),
                f"{prefix}organisation__in": organisation_tree().below([head]),
            }
        )
    return wanted


def staff_for(by: Any, permission: str = VIEW) -> QuerySet[User]:
    """The members of staff with a duty or a home office in the reach of ``by``."""
    duties = Duty.objects.filter(reach_of(by, permission)).values("user")
    found = User.objects.filter(is_staff=True)
    if by is not None:
        found = found.filter(Q(pk__in=duties) | reach_of(by, permission, "member__"))
    return found.select_related("member").prefetch_related("duties__region").distinct()


def search_staff(by: Any, said: Mapping[str, str]) -> QuerySet[User]:
    """The list under its filters: ``q`` (user name and name), ``role``, ``region``, ``state`` (here, left)."""
    found = staff_for(by).order_by("username")
    for word in said.get("q", "")[:100].split()[:4]:
        found = found.filter(Q(username__icontains=word) | Q(first_name__icontains=word))
    if role := said.get("role"):
        found = found.filter(duties__role=role)
    if region := said.get("region"):
        found = found.filter(Q(duties__region=region) | Q(member__region=region))
    if state := said.get("state"):
        found = found.filter(is_active=state != "left")
    return found


def fetch_staff(user: int, by: Any) -> User:
    """The member of staff, if ``by`` may see them. Raises NotFound, which does not tell whether they are elsewhere."""
    found = staff_for(by).filter(pk=user).first()
    if found is None:
        raise NotFound()
    return found


def fetch_to_change(user: int, by: Any) -> User:
    """The member of staff, locked, if everything they do lies in the reach of ``by``.

    Raises NotFound, OutsideReach (a duty elsewhere), NotOneself.
    """
    found = fetch_staff(user, by)
    if by is not None and found.pk == by.pk:
        raise NotOneself()
    User.objects.select_for_update().get(pk=found.pk)
    for duty in found.duties.all():
        check_reach(by, duty.region_id, duty.organisation)
    return found


def home_of(user: User) -> str | None:
    """The region of a member of staff: the home office, or else that of the first duty."""
    member = getattr(user, "member", None)
    if member is not None:
        return str(member.region_id)
    return user.duties.order_by("pk").values_list("region", flat=True).first()  # type: ignore[attr-defined, no-any-return]


def regions_to_give(by: Any) -> QuerySet[Region]:
    """The regions in which ``by`` may give duties."""
    if by is None:
        return Region.objects.all()
    tops = regions_where(by, EDIT) + [top for top, _ in organisations_where(by, EDIT)]
    return Region.objects.filter(code__in=region_codes_below(tops)).order_by("code")
