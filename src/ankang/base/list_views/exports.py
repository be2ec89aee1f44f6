"""Exports: ask, look, fetch; and whose file a mark belongs to."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..approvals import approval_context
from ..errors import BadInput
from ..export_files import FORMS
from ..exports import (
    MOST_MASKED,
    SUBJECTS,
    ask_export,
    export_in_sight,
    export_with_mark,
    exports_of,
    fetch_export,
    masked_file,
    may_ask_in_clear,
    subject_for,
)
from ..limits import is_number
from ..models import Approval, Export
from ..permissions import may, sensitive, staff_only
from ..saved_filters import clean_query
from .pages import language, page


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A file of the list ``?list=`` with its filters: masked at once, or unmasked after another person's yes."""
    said = request.POST if request.method == "POST" else request.GET
    subject = subject_for(request.user, said.get("list", ""))
    query = request.POST.get("query", "") if request.method == "POST" else _filters(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        form, lang, now = request.POST.get("form", ""), language(), timezone.now()
        try:
            if request.POST.get("kind") == "clear":
                made = ask_export(request.user, subject, query, form, request.POST.get("purpose", ""), lang, now)
                messages.success(request, _("Your request waits for somebody's decision."))
                return redirect(reverse("export", args=[made.pk]))
            part = request.POST.get("part", "")
            made, body = masked_file(request.user, subject, query, form, lang, now, int(part) if is_number(part) else None)
            return _file(made, body)
        except BadInput as problem:
            faults = problem.details["fields"]
    count = subject.rows(request.user, clean_query(query)).count()
    return page(
        request,
        "export_ask.html",
        _("Export"),
        422 if faults else 200,
        subject=subject,
        query=clean_query(query),
        count=count,
        parts=range(1, -(-count // MOST_MASKED) + 1) if count > MOST_MASKED else (),
        most=MOST_MASKED,
        clear=may_ask_in_clear(request.user, subject),
        masks=subject.clear is not None,
        forms=list(FORMS),
        faults=faults,
        said=request.POST,
        back=reverse(subject.page),
    )


@staff_only
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports; for auditors everybody's, and the look-up of a mark."""
    rows = Paginator(exports_of(request.user), 50).get_page(request.GET.get("page"))
    auditor = may(request.user, "reads.view")
    mark = request.GET.get("mark", "").strip()[:60] if auditor else ""
    return page(
        request,
        "exports.html",
        _("Exports"),
        page=rows,
        rows=[_told(row) for row in rows],
        auditor=auditor,
        mark=mark,
        traced=export_with_mark(mark) if mark else None,
    )


@staff_only
@require_safe
def export(request: HttpRequest, number: int) -> HttpResponse:
    """One export: what it holds, who decided, and, for who asked, the button that fetches it."""
    row = export_in_sight(request.user, number)
    asked = Approval.objects.filter(pk=row.approval).first() if row.approval else None
    live = row.state == "ready" and row.expires_at is not None and row.expires_at > timezone.now()
    context = {**_told(row), "fetchable": live and row.by == request.user.pk}
    return page(request, "export.html", _("Export"), **context, **approval_context(asked, request.user))


@staff_only
@require_POST
@sensitive
def fetch(request: HttpRequest, number: int) -> HttpResponse:
    """The file, once."""
    return _file(*fetch_export(request.user, number, timezone.now()))


def _file(row: Export, body: bytes) -> HttpResponse:
    answer = HttpResponse(body, content_type=FORMS[row.form])
    answer.headers["Content-Disposition"] = f'attachment; filename="ankang-{row.subject}-{row.pk}.{row.form}"'
    return answer


def _told(row: Export) -> dict[str, Any]:
    subject = SUBJECTS.get(row.subject)
    return {"row": row, "subject": subject.title if subject else row.subject, "filters": parse_qsl(row.query)}


def _filters(request: HttpRequest) -> str:
    said = request.GET.copy()
    said.pop("list", None)
    return said.urlencode()
