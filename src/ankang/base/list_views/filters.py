"""Saved filters: keep, remove."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..permissions import staff_only
from ..saved_filters import drop_filter, save_filter


@staff_only
@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list one looks at; back to it."""
    said = request.POST
    query, shared = said.get("query", ""), said.get("shared") == "yes"
    kept = save_filter(request.user, said.get("name", ""), said.get("path", ""), query, shared, timezone.now())
    messages.success(request, _("The filter “%s” is kept. You find it above this list and on your first page.") % kept.name)
    return redirect(f"{kept.path}?{kept.query}")


@staff_only
@require_POST
def forget_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Remove one's own filter; back to the list."""
    gone = drop_filter(request.user, number)
    messages.success(request, _("The filter “%s” is removed.") % gone.name)
    return redirect(gone.path)
