"""The security administrator's pages: who works here, with which duties, and what was changed."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.approvals import approval_context
from ankang.base.models import Approval, Region
from ankang.base.organisations import organisation_tree
from ankang.base.permissions import may, requires, sensitive

from ..services import (
    add_duty,
    ask_reset,
    deactivate,
    duty_of,
    end_sessions_of,
    factors_of,
    fetch_staff,
    regions_to_give,
    remove_duty,
    search_staff,
    sessions_of,
    staff_for,
    trail_for,
)
from ..words import EVENTS, FACTORS, KEYS, role_words, roles_in_words


@requires("staff.view")
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """The list: ``q`` searches names, ``role``, ``region`` and ``state`` filter; the filters stay in the address."""
    page = Paginator(search_staff(request.user, request.GET), 50).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        **_frame(request, _("Staff")),
        "page": page,
        "rows": [{"user": user, "duties": _duties(user)} for user in page],
        "roles": roles_in_words(),
        "regions": Region.objects.filter(duty__user__in=staff_for(request.user)).distinct().order_by("code")[:200],
        "wanted": request.GET,
        "kept": kept.urlencode(),
    }
    return TemplateResponse(request, "staff/list.html", context)


@requires("staff.view")
@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff."""
    whom = fetch_staff(pk, request.user)
    asked = Approval.objects.filter(subject="factor_reset", reference=str(pk)).order_by("-asked_at").first()
    context = {
        **_frame(request, whom.get_full_name() or whom.username),
        "whom": whom,
        "duties": _duties(whom),
        "factors": factors_of(whom),
        "sessions": sessions_of(whom),
        "events": [_event(row) for row in trail_for(request.user).filter(whom=pk)[:20]],
        "roles": roles_in_words(),
        "regions": regions_to_give(request.user)[:500],
        "may_change": whom.pk != request.user.pk and may(request.user, "staff.edit"),
        **approval_context(asked, request.user),
    }
    return TemplateResponse(request, "staff/member.html", context)


@requires("staff.edit")
@require_POST
@sensitive
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a duty."""
    said = duty_of({name: request.POST.get(name, "")[:100] for name in ("role", "region", "organisation", "employer")})
    role, region = said.pop("role"), said.pop("region")
    add_duty(pk, role, region, request.user, timezone.now(), reason=_reason(request), **said)
    messages.success(request, _("The duty is given. It is in force with the person's next click."))
    return redirect("staff_member", pk)


@requires("staff.edit")
@require_POST
@sensitive
def take(request: HttpRequest, pk: int, duty: int) -> HttpResponse:
    """Take a duty away."""
    remove_duty(duty, request.user, timezone.now(), reason=_reason(request))
    messages.success(request, _("The duty is taken away. It ended with this click."))
    return redirect("staff_member", pk)


@requires("staff.edit")
@require_POST
@sensitive
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves: everything ends now."""
    deactivate(pk, request.user, timezone.now(), reason=_reason(request))
    messages.success(request, _("The person has no access any more. Sessions, factors, links and duties have ended."))
    return redirect("staff_member", pk)


@requires("staff.edit")
@require_POST
@sensitive
def reset_factors(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second administrator to reset the factors."""
    ask_reset(pk, request.user, timezone.now(), reason=_reason(request))
    messages.success(request, _("Asked. Another security administrator must agree."))
    return redirect("staff_member", pk)


@requires("staff.edit")
@require_POST
@sensitive
def sign_out_everywhere(request: HttpRequest, pk: int) -> HttpResponse:
    """End all sessions of somebody."""
    ended = end_sessions_of(pk, request.user, timezone.now())
    messages.success(request, _("Sessions ended: %d.") % ended)
    return redirect("staff_member", pk)


@requires("staff.view")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """What was changed about staff, newest first."""
    words = request.GET.get("q", "")[:100]
    page = Paginator(trail_for(request.user, words), 50).get_page(request.GET.get("page"))
    context = {
        **_frame(request, _("Changes of staff")),
        "page": page,
        "rows": [_event(row) for row in page],
        "words": words,
    }
    return TemplateResponse(request, "staff/trail.html", context)


def _frame(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, "may_edit": may(request.user, "staff.edit")}


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:500]


def _duties(user: Any) -> list[dict[str, Any]]:
    rows = list(user.duties.all())
    numbers = {number for row in rows for number in (row.organisation, row.employer) if number is not None}
    names = organisation_tree().names(numbers)
    return [
        {
            "pk": row.pk,
            "role": role_words(row.role),
            "region": row.region,
            "organisation": names.get(row.organisation, ""),
            "employer": names.get(row.employer, ""),
        }
        for row in rows
    ]


def _event(row: Any) -> dict[str, Any]:
    return {"row": row, "what": EVENTS.get(row.what, row.what), "before": _said(row.before), "after": _said(row.after)}


def _said(value: Any) -> str:
    """What the trail keeps, as one line in the reader's words."""
    if isinstance(value, dict):
        shown = {KEYS.get(key, key): role_words(part) if key == "role" else part for key, part in value.items()}
        return " · ".join(f"{key} {_said(part)}" for key, part in shown.items() if part not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(_said(part) for part in value)
    return "" if value is None else str(FACTORS.get(str(value), value))
