"""The console's page of ride code authorities: read a certificate, look at what it says, ask, end."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ankang.base.approvals import approval_context
from ankang.base.errors import Problem
from ankang.base.models import Approval
from ankang.base.permissions import requires

from . import services
from .errors import CertificateRefused
from .models import ForeignAuthority
from .rules import certificate_in
from .wording import refusal_word

TYPED_MOST, FILE_MOST = 600, 1_000
"""Characters of a pasted certificate, bytes of a file: 117 bytes are 234 hex digits."""


@requires("rides.authorities")
@require_http_methods(["GET", "HEAD", "POST"])
def authorities(request: HttpRequest) -> HttpResponse:
    """Everybody else whose ride codes are taken as authentic; a new one is shown first, and asked for then."""
    more: dict[str, Any] = {"typed": request.POST.dict()}
    if request.method == "POST":
        now, act = timezone.now(), request.POST.get("do", "")
        try:
            if act == "end":
                services.end_authority(_number(request), request.POST.get("reason", ""), request.user, now)
                return redirect("ride_authorities")
            raw = _given(request)
            more["seen"] = services.preview_authority(raw, request.user, now)
            more["hex"] = raw.hex()
            if act == "ask":
                services.import_authority(raw, request.POST.get("name", ""), request.POST.get("reason", ""), request.user, now)
                return redirect("ride_authorities")
        except Problem as problem:
            more |= {"problem": problem.message(_lang()), "status": problem.status}
            if isinstance(problem, CertificateRefused):
                more["why"] = refusal_word(problem.details["certificate"])
            more["fields"] = problem.details.get("fields", {})
    return _page(request, more)


def _page(request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
    rows = Paginator(services.imported_authorities(request.user), 20).get_page(request.GET.get("page"))
    context = {
        "title": ForeignAuthority._meta.verbose_name_plural,
        "rows": [{"row": row, **approval_context(_asked(row), request.user)} for row in rows],
        "page": rows,
        "now": timezone.now(),
        **more,
    }
    context = admin.site.each_context(request) | context
    return TemplateResponse(request, "rides/authorities.html", context, status=more.get("status", 200))


def _asked(row: ForeignAuthority) -> Approval | None:
    return Approval.objects.filter(pk=row.approval).first()


def _given(request: HttpRequest) -> bytes:
    """The certificate in the file, or in the text; raises CertificateRefused."""
    file = request.FILES.get("file")
    if file is not None and file.size and file.size > FILE_MOST:
        raise CertificateRefused(details={"certificate": "oversized"})
    body = file.read(FILE_MOST) if file is not None else request.POST.get("certificate", "")[:TYPED_MOST].encode()
    return certificate_in(body)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("authority", "")
    return int(text[:18]) if text.isdecimal() else 0


def _lang() -> str:
    return get_language() or "zh-hans"
