"""My tokens for the API: one duty, some of its permissions, an end; shown once."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.errors import BadInput
from ankang.base.limits import is_number
from ankang.base.permissions import sensitive, staff_only

from ..services import grantable, issue_token, revoke_token, tokens_of
from ..words import role_words


@staff_only
@require_safe
def my_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens I made, and the form for one more."""
    return _page(request)


@staff_only
@require_POST
@sensitive
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token for one of my duties with all that a token of it may carry; it is shown on this page only."""
    duty, days = request.POST.get("duty", ""), request.POST.get("days", "90")
    found = request.user.duties.filter(pk=int(duty)).first() if is_number(duty) else None  # type: ignore[union-attr]
    if found is None or not is_number(days):
        return _page(request, 422, fault=_("Choose a duty and a number of days."))
    label = request.POST.get("label", "").replace("\0", "")[:100]
    try:
        made = issue_token(label, found.pk, grantable(found), request.user, timezone.now(), int(days))
    except BadInput:
        return _page(request, 422, fault=_("Say what the token is for, and for 1 to 365 days. Twenty tokens at most."))
    return _page(request, made=made)


@staff_only
@require_POST
def end_token(request: HttpRequest, number: int) -> HttpResponse:
    """End a token of mine."""
    revoke_token(number, request.user, timezone.now())
    messages.success(request, _("The token opens nothing any more."))
    return redirect("staff_tokens")


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    duties = [
        {"row": row, "role": role_words(row.role)}
        for row in request.user.duties.select_related("region")  # type: ignore[union-attr]
        if grantable(row)
    ]
    context = {"title": _("My tokens for the API"), "tokens": tokens_of(request.user)[:200], "duties": duties, "now": timezone.now()}
    return TemplateResponse(request, "staff/tokens.html", {**admin.site.each_context(request), **context, **more}, status=status)
