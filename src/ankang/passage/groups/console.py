"""Groups in the console: make one, put people in, open it for check-in, see who is missing."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ankang.base.errors import NotFound, Problem
from ankang.base.permissions import requires
from ankang.base.reading.faults import FileFault, sentence
from ankang.places.services import qr_svg

from . import services
from .attendance import attendance
from .forms import GroupForm, ListForm
from .models import Group
from .rules import LIST_BYTES, LIST_FAULTS, MEMBERS_PER_GROUP, left_to_mend, pasted

_METHODS = ["GET", "HEAD", "POST"]


@requires("groups.edit")
@require_http_methods(_METHODS)
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of my organisations, and a new one."""
    form = GroupForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.make_group(
                data["organisation"].pk, data["name"], data["purpose"], request.user, timezone.now()
            )
            return redirect("group", made.pk)
        except Problem as problem:
            form.add_error("name", problem.message(_lang()))
    now = timezone.now()
    rows = [
        {"group": group, "members": group.members.filter(left_at=None).count(), "open": _is_open(group, now)}
        for group in services.groups_of(request.user)[:500]
    ]
    return _page(request, "passage/groups.html", 422 if form.errors else 200, title=_("Groups"), form=form, rows=rows)


@requires("groups.edit")
@require_http_methods(_METHODS)
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One group: who is in, who came today."""
    found, now = services.fetch_group(pk, request.user), timezone.now()
    added, problem = None, ""
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        try:
            if wanted == "add":
                added = _add(request, found)
            else:
                _act(request, found, wanted)
                return redirect("groups") if wanted == "end" else redirect("group", pk)
        except FileFault as fault:
            problem = sentence(fault.code, _lang())
        except NotFound:
            raise
        except Problem as fault:
            problem = fault.message(_lang())
    found.refresh_from_db()
    return _page(request, "passage/group.html", 422 if problem else 200, **_shown(found, now), added=added, problem=problem)


def _add(request: HttpRequest, found: Group) -> dict[str, Any] | None:
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        raise FileFault("too_many_at_once")
    file = form.cleaned_data["file"]
    if file is not None and file.size > LIST_BYTES:
        raise FileFault("too_many_at_once")
    body = file.read() if file is not None else pasted(form.cleaned_data["lines"])
    name = file.name if file is not None else "members.csv"
    done = services.add_members(found, body, name, request.user, timezone.now())
    rows = [
        {"row": row.row, "why": row.why(_lang(), LIST_FAULTS), "cells": " ".join(row.cells)[:80]} for row in done.refused
    ]
    return {"joined": done.joined, "refused": rows, "left": left_to_mend(done.header, [row.cells for row in done.refused])}


def _act(request: HttpRequest, found: Group, wanted: str) -> None:
    now, number = timezone.now(), request.POST.get("member", "")
    member = int(number[:18]) if number.isdecimal() else 0
    if wanted in ("open", "close"):
        hours = request.POST.get("hours", "")
        services.open_group(found, int(hours) if wanted == "open" and hours in ("1", "4", "12") else 0, now)
    elif wanted == "end":
        services.end_group(found, now)
    elif wanted == "leader":
        services.choose_leader(found, member)
    elif wanted == "out":
        row = found.members.filter(pk=member, left_at=None).first()
        if row is None:
            raise NotFound()
        services.leave_group(found.pk, row.person, now, "organiser")


def _shown(found: Group, now: Any) -> dict[str, Any]:
    rows = attendance(found, now)
    address = f"{settings.ANKANG_PUBLIC_URL}{reverse('join_group')}?code={found.join_code}"
    return {
        "title": found.name,
        "group": found,
        "rows": rows,
        "came": sum(row.at is not None for row in rows),
        "open": _is_open(found, now),
        "qr": qr_svg(address, _("join code")),
        "most": MEMBERS_PER_GROUP,
    }


def _is_open(found: Group, now: Any) -> bool:
    return found.open_until is not None and found.open_until > now


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | context, status=status)


def _lang() -> str:
    return get_language() or "zh-hans"
