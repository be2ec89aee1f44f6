"""The tree of organisations as the rooms below see it (``base.organisations``)."""

from collections.abc import Iterable
from functools import reduce

from django.db.models import Q

from .models import Organisation


class OrganisationTree:
    """Names, subtrees and regions of organisations, straight from the table."""

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        """The names of those of ``ids`` that exist."""
        return dict(Organisation.objects.filter(pk__in=list(ids)).values_list("pk", "name"))

    def below(self, ids: Iterable[int]) -> set[int]:
        """The organisations of the subtrees that start at ``ids``, these included."""
        wanted = [Q(path__contains=f"/{one}/") for one in ids]
        if not wanted:
            return set()
        return set(Organisation.objects.filter(reduce(Q.__or__, wanted)).values_list("pk", flat=True))

    def region_of(self, organisation: int) -> str | None:
        """The code of the organisation's region; None when there is none of that number."""
        return Organisation.objects.filter(pk=organisation).values_list("region", flat=True).first()

    def named(self, words: str, regions: Iterable[str], most: int) -> list[tuple[int, str]]:
        """Number and name of organisations in ``regions`` whose name contains ``words``, ``most`` at most."""
        rows = Organisation.objects.filter(name__icontains=words, region__in=list(regions))
        return list(rows.order_by("path").values_list("pk", "name")[:most])
