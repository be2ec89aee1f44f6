"""Pages for what Django itself refuses (unknown address, broken form token, our own fault), and the approvals inbox."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .approvals import SUBJECTS, approvals_for, confirm_alarm, decide, waiting_for, withdraw_approval
from .errors import BadInput, BadRequest, FormExpired, InternalError, NotAllowed, NotFound
from .middleware import problem_of, render_problem
from .models import Approval
from .permissions import sensitive, staff_only


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for a form that cannot be read, 413 for one that is too large. It must not read the body again."""
    return render_problem(request, problem_of(exception) or BadRequest())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for addresses that no room knows."""
    return render_problem(request, NotFound())


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 for who may not."""
    return render_problem(request, NotAllowed())


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old."""
    return render_problem(request, FormExpired())


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """500 with words; the cause is in the log."""
    return render_problem(request, InternalError())


@staff_only
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for my decision, then what I asked for and what was decided where I may decide."""
    pages = Paginator(approvals_for(request.user), 50)
    context = {
        **admin.site.each_context(request),
        "title": _("Approvals"),
        "waiting": [_row(asked) for asked in waiting_for(request.user)],
        "page": pages.get_page(request.GET.get("page")),
    }
    context["rows"] = [_row(asked) for asked in context["page"]]
    context["own_pending"] = any(row.state == "pending" and row.asked_by == request.user.pk for row in context["page"])
    return TemplateResponse(request, "base/approvals.html", context)


@staff_only
@require_POST
@sensitive
def decide_approval(request: HttpRequest, approval: int) -> HttpResponse:
    """Yes or no to what the reader saw (``digest``); back to the page of what was decided."""
    yes = request.POST.get("decision") == "yes"
    if yes:
        confirm_alarm(approval, request.POST.get("people", ""))
    reason = request.POST.get("reason", "")[:2000]
    asked = decide(approval, request.user, yes, _digest(request), timezone.now(), reason)
    messages.success(request, _("Your decision is on record."))
    return redirect(SUBJECTS[asked.subject].address(asked.reference))


@staff_only
@require_POST
def withdraw(request: HttpRequest, approval: int) -> HttpResponse:
    """Take my own request back."""
    asked = withdraw_approval(approval, request.user, timezone.now())
    messages.success(request, _("Your request is withdrawn."))
    return redirect(SUBJECTS[asked.subject].address(asked.reference))


def _digest(request: HttpRequest) -> bytes:
    try:
        return bytes.fromhex(request.POST.get("digest", ""))
    except ValueError:
        raise BadInput(details={"fields": {"digest": "hex"}}) from None


def _row(asked: Approval) -> dict[str, Any]:
    subject, chinese = SUBJECTS[asked.subject], (get_language() or "zh").startswith("zh")
    return {
        "asked": asked,
        "title": subject.title,
        "summary": asked.summary["zh" if chinese else "en"],
        "address": subject.address(asked.reference),
    }
