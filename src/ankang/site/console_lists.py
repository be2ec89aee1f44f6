"""What the console knows of its lists: which screen an address is, and how many rows it shows to a reader."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from ankang.base.permissions import PERMISSIONS, STAFF, may


def screen_at(path: str) -> Any | None:
    """The console's screen whose list lives at ``path``; None for other pages."""
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return None
    found = [screen for model, screen in admin.site._registry.items() if name == _name_of(model)]
    return found[0] if found else None


def changelist(request: HttpRequest, path: str, query: str) -> Any | None:
    """The list at ``path`` with the filters of ``query``, as this reader sees it; None when it is not theirs, or no list."""
    screen = screen_at(path)
    if screen is None or not screen.has_view_permission(request):
        return None
    asked = HttpRequest()
    asked.method, asked.path, asked.user = "GET", path, request.user
    asked.GET = QueryDict(query)
    try:
        with transaction.atomic():
            return screen.get_changelist_instance(asked)
    except (IncorrectLookupParameters, SuspiciousOperation, PermissionDenied, ValidationError, ValueError):
        return None


def is_open(request: HttpRequest, path: str) -> bool:
    """Whether the page at ``path`` is one of ours that this reader may open."""
    screen = screen_at(path)
    if screen is not None:
        return bool(screen.has_view_permission(request))
    try:
        permission = getattr(resolve(path).func, "permission", "")
    except Resolver404:
        return False
    return permission == STAFF or (permission in PERMISSIONS and may(request.user, permission))


def count_at(request: HttpRequest, path: str, query: str) -> int | None:
    """How many rows that list has."""
    found = changelist(request, path, query)
    return None if found is None else int(found.result_count)


def _name_of(model: Any) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_changelist"
