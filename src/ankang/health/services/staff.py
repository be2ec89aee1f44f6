"""What staff may look at: narrowed to the regions of their duties, persons masked."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.people.models import Person

Row = TypeVar("Row", bound=Model)


def rows_in_reach(rows: "QuerySet[Row]", user: Any, permission: str) -> "QuerySet[Row]":
    """Those ``rows`` (with a person number) whose person lives where ``user`` holds ``permission``."""
    towns = region_codes_below(regions_where(user, permission))
    return rows.filter(person__in=Person.objects.filter(town__in=towns).order_by().values("pk"))
