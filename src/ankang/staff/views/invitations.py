"""Invitations and providers, entered by the security administrator."""

import base64
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ankang.base.errors import Problem
from ankang.base.limits import is_number
from ankang.base.permissions import may, requires, sensitive
from ankang.trust.keyring import keyring

from ..errors import SheetUnreadable
from ..models import OidcProvider
from ..services import (
    duty_of,
    invitations_for,
    invite,
    invite_rows,
    providers_for,
    read_rows,
    regions_to_give,
    revoke_invitation,
    save_provider,
)
from ..words import FAULTS, role_words, roles_in_words

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
_SHEET, _MOST = "staff.sheet", 256 * 1024
_FIELDS = ("name", "email", "phone", "role", "region", "organisation", "employer")


@requires("staff.view")
@require_http_methods(["GET", "HEAD"])
def invitations(request: HttpRequest) -> HttpResponse:
    """The invitations, with the form for one more and for a sheet."""
    return _page(request, {})


@requires("staff.edit")
@require_POST
@sensitive
def invite_one(request: HttpRequest) -> HttpResponse:
    """Invite one person; the link goes out by message, and is shown once."""
    said = {name: request.POST.get(name, "")[:254] for name in _FIELDS}
    try:
        made = invite(
            said["name"],
            [duty_of(said)],
            request.user,
            timezone.now(),
            email=said["email"],
            phone=said["phone"],
            public_url=settings.ANKANG_PUBLIC_URL,
        )
    except Problem as problem:
        return _page(request, {"said": said, "faults": faults_in_words(problem)}, problem.status)
    return _page(request, {"link": made.address(settings.ANKANG_PUBLIC_URL), "invited": said["name"]})


@requires("staff.edit")
@require_POST
@sensitive
def preview_sheet(request: HttpRequest) -> HttpResponse:
    """Read a sheet and show what each row would do; nothing is sent yet."""
    sent = request.FILES.get("sheet")
    if sent is None or sent.size is None or sent.size > _MOST:
        raise SheetUnreadable()
    data = sent.read()
    rows = [
        {"row": row, "role": role_words(row.values["role"]), "faults": faults_in_words(row.fault) if row.fault else []}
        for row in read_rows(data, request.user)
    ]
    sealed = base64.b64encode(keyring().seal("base", data, _SHEET)).decode()
    faulty = sum(bool(row["faults"]) for row in rows)
    context = {"rows": rows, "faulty": faulty, "sheet": sealed, "title": _("Invitations from a sheet")}
    return TemplateResponse(request, "staff/sheet.html", {**admin.site.each_context(request), **context})


@requires("staff.edit")
@require_POST
@sensitive
def send_sheet(request: HttpRequest) -> HttpResponse:
    """Invite everybody of the sheet that was shown."""
    try:
        data = keyring().unseal("base", base64.b64decode(request.POST.get("sheet", "")), _SHEET)
    except Exception as error:  # a seal that does not open says so in several ways
        raise SheetUnreadable() from error
    made = invite_rows(data, request.user, timezone.now(), settings.ANKANG_PUBLIC_URL)
    messages.success(request, _("People invited: %d.") % len(made))
    return redirect("staff_invitations")


@requires("staff.edit")
@require_POST
@sensitive
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a link."""
    revoke_invitation(pk, request.user, timezone.now())
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("staff_invitations")


@requires("staff.view")
@require_http_methods(["GET", "HEAD"])
def providers(request: HttpRequest) -> HttpResponse:
    """The agencies' own sign-in providers."""
    return _providers(request, {})


@requires("staff.edit")
@require_POST
@sensitive
def save(request: HttpRequest) -> HttpResponse:
    """Enter or change a provider."""
    said = {name: request.POST.get(name, "")[:500] for name in ("pk", "slug", "name", "region", "issuer", "client_id")}
    number = said.pop("pk")
    try:
        save_provider(
            request.user,
            timezone.now(),
            pk=int(number) if is_number(number) else None,
            secret=request.POST.get("secret", "")[:500],
            organisation=duty_of({"organisation": request.POST.get("organisation", "")[:20]})["organisation"],
            second_factor="second_factor" in request.POST,
            active="active" in request.POST,
            **said,
        )
    except Problem as problem:
        return _providers(request, {"said": said, "faults": faults_in_words(problem)}, problem.status)
    messages.success(request, _("The provider is saved."))
    return redirect("staff_providers")


def faults_in_words(problem: Problem) -> list[str]:
    """What is wrong, as sentences."""
    fields = problem.details.get("fields", {})
    found = [str(FAULTS.get((field, fault), f"{field}: {fault}")) for field, fault in fields.items()]
    return found or [problem.message(get_language() or "zh")]


def _page(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    page = Paginator(invitations_for(request.user, "staff.view").select_related("region"), 50)
    shown = page.get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": _("Invitations"),
        "may_edit": may(request.user, "staff.edit"),
        "page": shown,
        "rows": [{"row": row, "state": _state(row, now), "roles": [role_words(duty["role"]) for duty in row.duties]} for row in shown],
        "roles": roles_in_words(),
        "regions": regions_to_give(request.user)[:500],
        **more,
    }
    return TemplateResponse(request, "staff/invitations.html", context, status=status)


def _state(row: Any, now: Any) -> str:
    if row.used_at:
        return _("used")
    if row.revoked_at:
        return _("withdrawn")
    return _("expired") if row.expires_at <= now else _("not used yet")


def _providers(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    rows = providers_for(request.user).select_related("region")
    number = request.GET.get("change", "")
    chosen = rows.filter(pk=int(number)).first() if is_number(number) else None
    context = {
        **admin.site.each_context(request),
        "title": _("Sign-in providers of agencies"),
        "may_edit": may(request.user, "staff.edit"),
        "rows": rows,
        "chosen": chosen,
        "values": _values(chosen) | more.get("said", {}),
        "regions": regions_to_give(request.user)[:500],
        "callback": f"{settings.ANKANG_PUBLIC_URL}/staff/agency/…/answer",
        **more,
    }
    return TemplateResponse(request, "staff/providers.html", context, status=status)


def _values(row: OidcProvider | None) -> dict[str, Any]:
    """What the form of a provider shows."""
    if row is None:
        return {"active": True}
    shown = {name: getattr(row, name) for name in ("slug", "name", "issuer", "client_id", "second_factor", "active")}
    return {**shown, "region": row.region_id, "organisation": "" if row.organisation is None else row.organisation}
