"""Filters that staff keep: a list's address with its filters, under a name, for oneself or for the office."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .approvals import organisations_of_user
from .errors import BadInput, NotFound, Problem
from .models import SavedFilter

MOST = 50
NAME_LENGTH, QUERY_LENGTH = 40, 1000
NOT_KEPT = ("q", "p", "page", "all", "_facets", "lang", "e")
"""Parameters that are no filter. ``q`` is what somebody typed to find a row: it may name a person, so it is not kept."""

Counter = Callable[[HttpRequest, str, str], int | None]
_counter: Counter = lambda request, path, query: None


class TooManySavedFilters(Problem):
    status = 409
    zh, en = "最多保存 50 个筛选，请先删除不用的。", "You can keep 50 filters. Remove one that you no longer use."


def clean_query(query: str) -> str:
    """The filters of an address, without what is no filter."""
    return urlencode([(name, value) for name, value in parse_qsl(query.lstrip("?")) if name not in NOT_KEPT])


def save_filter(by: Any, name: str, path: str, query: str, shared: bool, now: datetime) -> SavedFilter:
    """Keep the filters; the same name on the same list is replaced. Raises BadInput (``fields``), TooManySavedFilters."""
    name, query, faults = name.strip(), clean_query(query), {}
    if not 1 <= len(name) <= NAME_LENGTH:
        faults["name"] = "length"
    if not path.startswith("/console/") or "//" in path or "\0" in path or len(path) > 200:
        faults["path"] = "unknown"
    if not query or len(query) > QUERY_LENGTH or "%00" in query:
        faults["query"] = "no_filter"
    if faults:
        raise BadInput(details={"fields": faults})
    if SavedFilter.objects.filter(owner=by.pk).count() >= MOST:
        raise TooManySavedFilters()
    offices = organisations_of_user(by)
    values = {
        "query": query,
        "office": offices[0] if shared and offices else None,
        "owner_name": by.get_full_name() or by.username,
        "created_at": now,
    }
    try:
        with transaction.atomic():
            kept, _ = SavedFilter.objects.update_or_create(owner=by.pk, path=path, name=name, defaults=values)
    except IntegrityError:  # the same name from two windows
        kept = SavedFilter.objects.get(owner=by.pk, path=path, name=name)
    return kept


def drop_filter(by: Any, number: int) -> SavedFilter:
    """Remove one's own filter. Raises NotFound."""
    found = SavedFilter.objects.filter(owner=by.pk, pk=number).first()
    if found is None:
        raise NotFound()
    found.delete()
    return found


def filters_of(by: Any, path: str | None = None) -> "QuerySet[SavedFilter]":
    """One's own filters and those of one's office, of one list or of all."""
    rows = SavedFilter.objects.filter(Q(owner=by.pk) | Q(office__in=organisations_of_user(by)))
    return (rows if path is None else rows.filter(path=path)).order_by("name", "pk")


def plug_in(counter: Counter) -> None:
    """Called once by the room that knows the console's lists: how many rows an address shows to this reader."""
    global _counter
    _counter = counter


def count_of(request: HttpRequest, kept: SavedFilter) -> int | None:
    """How many rows the reader sees there now; None when the list is not open to them, or cannot be counted."""
    return _counter(request, kept.path, kept.query)
