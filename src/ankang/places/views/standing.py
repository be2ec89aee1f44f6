"""Opening hours, closing for a time and moving of one checkpoint; coverage by region."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.permissions import requires

from ..forms import MOST_CHOICES, NONE_MEANT
from ..import_plan import LONGEST_NAME
from ..models import Checkpoint, Organisation
from ..services import fetch_checkpoint, meant_by, organisations_of
from ..services.coverage import coverage
from ..services.standing import close_for_a_time, open_again, set_hours
from ..services.tree_moves import move_checkpoint_to

_FORMS = require_http_methods(["GET", "HEAD", "POST"])


@requires("checkpoints.edit")
@_FORMS
def standing(request: HttpRequest, number: int) -> HttpResponse:
    """One checkpoint: its hours, a closure, its organisation. Each form does one thing; a refusal keeps what was typed."""
    door = fetch_checkpoint(number, request.user, "checkpoints.edit")
    refused = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                said = _do(door, request)
        except NotFound:
            raise
        except Problem as refusal:
            refused = NONE_MEANT if "organisation" in refusal.details.get("fields", ()) else refusal.message(_lang())
        else:
            messages.success(request, said)
            return redirect("place_standing", number)
    door = fetch_checkpoint(number, request.user, "checkpoints.edit")
    context = {
        "title": door.name,
        "place": door,
        "typed": request.POST,
        "refused": refused,
        "homes": homes if len(homes := _homes(request.user).order_by("path")[: MOST_CHOICES + 1]) <= MOST_CHOICES else [],
        "events": door.events.order_by("-at")[:50],
    }
    return TemplateResponse(
        request, "places/standing.html", {**admin.site.each_context(request), **context}, status=422 if refused else 200
    )


@requires("checkpoints.view")
@require_safe
def place_coverage(request: HttpRequest) -> HttpResponse:
    """Checkpoints planned, built and in use, by region of the tree; each number leads to its list."""
    rows = coverage(request.user)
    lists = reverse("admin:places_checkpoint_changelist")
    context = {
        "title": _("Coverage"),
        "tops": [one for one in rows if one.depth == 0],
        "top": rows[0] if rows else None,
        "english": not _lang().startswith("zh"),
        "lists": lists,
        "located": rows[0].located if rows else 0,
    }
    return TemplateResponse(request, "places/coverage.html", {**admin.site.each_context(request), **context})


def _do(door: Checkpoint, request: HttpRequest) -> str:
    form, now, by = request.POST, timezone.now(), request.user
    act = form.get("act")
    if act == "hours":
        set_hours(door.pk, form.get("hours", ""), by, now)
        return _("Opening hours are kept; posters printed from now on show them.")
    if act == "close":
        close_for_a_time(door.pk, _moment(form.get("since", "")), _moment(form.get("until", "")), form.get("reason", ""), by, now)
        return _("Closed. Whoever is inside can leave.")
    if act == "open":
        open_again(door.pk, by, now)
        return _("Open again.")
    if act == "move":
        home = meant_by(form.get("organisation", "")[:LONGEST_NAME], _homes(by))
        if home is None:
            raise BadInput(details={"fields": {"organisation": "unknown"}})
        move_checkpoint_to(door.pk, home.pk, form.get("reason", ""), by, now)
        return _("Moved. Its posters stay good.")
    raise NotFound()


def _homes(by: Any) -> QuerySet[Organisation]:
    return organisations_of(by, "checkpoints.edit")


def _moment(typed: str) -> Any:
    """A moment as a browser's field gives it; None when nothing was typed."""
    if not typed.strip():
        return None
    try:
        found = parse_datetime(typed.strip())
    except ValueError:
        found = None
    if found is None:
        raise BadInput(details={"fields": {"moment": "not_readable"}})
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _lang() -> str:
    return get_language() or "zh-hans"
