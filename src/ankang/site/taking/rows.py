"""What the lists share: the rows as the console shows them, and moments and names in words."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from ankang.people.models import Person

from ..console_lists import changelist


def as_listed(page: str) -> Any:
    """The rows that the list shows to a user under these filters; none when the list is not theirs."""

    def rows(user: Any, query: str) -> QuerySet[Any]:
        request = HttpRequest()
        request.user = user
        found = changelist(request, reverse(page), query)
        return found.queryset if found is not None else Person.objects.none()

    return rows


def name_of(row: Any, lang: str) -> str:
    """The name of a place or region in the file's language."""
    return str(row.name_en if lang == "en" and row.name_en else row.name)


def moment_of(at: Any) -> str:
    """A moment as it stands in a file; empty when there is none."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
