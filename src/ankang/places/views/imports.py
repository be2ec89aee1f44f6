"""Lists of places in the console: the form to fill in, upload, preview, confirm, refused rows, undo."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.errors import NotFound
from ankang.base.limits import MAX_BODY, is_number
from ankang.base.permissions import requires
from ankang.base.reading import as_csv, as_xlsx, sentence, template_table

from ..errors import ImportRefused
from ..import_columns import COLUMNS, FAULTS, WARNINGS
from ..jobs import enqueue_import
from ..models import PlaceImport, PlaceImportRow
from ..services import imports as lists
from ..services.import_running import confirm_import, run_import, undo_import

_FORMS = require_http_methods(["GET", "HEAD", "POST"])
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LIVE = ("waiting", "checking", "confirmed", "running")


@requires("checkpoints.edit")
@_FORMS
def place_imports(request: HttpRequest) -> HttpResponse:
    """The lists handed in; POST takes another one."""
    refused = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        mends = request.POST.get("mends", "")
        try:
            body = file.read(MAX_BODY) if file else b""
            name = file.name if file and file.name else ""
            batch = lists.take_import(body, name, request.user, timezone.now(), int(mends) if is_number(mends) else None)
        except ImportRefused:
            refused = _("Choose a file first.")
        else:
            look_at(batch, request.user, body.count(b"\n"))
            return redirect("place_import", batch.pk)
    context = {
        "title": _("Lists of places"),
        "batches": Paginator(lists.imports_of(request.user), 30).get_page(request.GET.get("page")),
        "columns": [(column.word(_lang()), column.required, column.example) for column in COLUMNS],
        "megabytes": MAX_BODY // 1024 // 1024,
        "refused": refused,
    }
    return _page(request, "places/imports.html", context, 422 if refused else 200)


@requires("checkpoints.edit")
@require_safe
def import_form(request: HttpRequest, form: str) -> HttpResponse:
    """The empty form, with one example row."""
    table = template_table(COLUMNS, _lang())
    return _file(table, "places-form", form)


@requires("checkpoints.edit")
@require_safe
def place_import(request: HttpRequest, number: int) -> HttpResponse:
    """One list: what each row will do or did."""
    batch = lists.fetch_import(number, request.user)
    show = request.GET.get("show", "fault" if batch.counts.get("fault") else "all")
    rows = PlaceImportRow.objects.filter(batch=batch).order_by("line")
    chosen = rows if show == "all" else rows.filter(outcome=show)
    pages = Paginator(chosen, 50, orphans=5).get_page(request.GET.get("page"))
    words = dict(PlaceImportRow.OUTCOMES)
    context = {
        "title": batch.name,
        "batch": batch,
        "live": batch.state in _LIVE,
        "tabs": [("all", _("all"), batch.total), *((one, words[one], count) for one, count in sorted(batch.counts.items()) if one in words)],
        "show": show,
        "rows": [_row(row) for row in pages],
        "page": pages,
        "header": batch.header,
        "fault": sentence(batch.fault, _lang(), FAULTS) if batch.fault else "",
        "ignored": batch.counts.get("ignored", []),
        "fault_columns": batch.counts.get("columns", []),
        "good": sum(batch.counts.get(one, 0) for one in ("new", "change")),
        "bad": batch.counts.get("fault", 0),
        "made": rows.filter(outcome="done", checkpoint__isnull=False).count() if batch.state == "finished" else 0,
    }
    return _page(request, "places/import.html", context)


@requires("checkpoints.edit")
@require_POST
def import_act(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Confirm, throw away or undo."""
    now = timezone.now()
    if act == "confirm":
        batch = confirm_import(number, request.user, now)
        if batch.total <= lists.AT_ONCE:
            batch = run_import(number, request.user, now)
            messages.success(request, _("Carried out."))
        else:
            enqueue_import(number)
    elif act == "cancel":
        lists.cancel_import(number, request.user, now)
        messages.success(request, _("Thrown away. Nothing was changed."))
        return redirect("place_imports")
    elif act == "undo":
        with transaction.atomic():
            undo_import(number, request.user, now)
        messages.success(request, _("Undone."))
    else:
        raise NotFound()
    return redirect("place_import", number)


@requires("checkpoints.edit")
@require_safe
def import_refused(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """The rows with faults, why in the first column, ready to be mended and sent again."""
    batch = lists.fetch_import(number, request.user)
    return _file(lists.refused_rows(batch, _lang()), f"places-{number}-refused", form)


def look_at(batch: PlaceImport, by: Any, lines: int) -> None:
    """Check a list now, or let the worker do it when it is long."""
    if lines <= lists.AT_ONCE:
        with transaction.atomic():
            lists.check_import(batch.pk, by, timezone.now())
    else:
        enqueue_import(batch.pk)


def _row(row: PlaceImportRow) -> dict[str, Any]:
    zh = _lang().startswith("zh")
    return {
        "line": row.line,
        "cells": row.cells,
        "outcome": row.get_outcome_display(),
        "faults": lists.fault_words(row.faults, _lang()),
        "warnings": [WARNINGS[one][0 if zh else 1] for one in row.warnings if one in WARNINGS],
    }


def _file(rows: Any, name: str, form: str) -> HttpResponse:
    answer: Any
    if form == "xlsx":
        answer = HttpResponse(as_xlsx(rows), content_type=_SHEET)
    elif form == "csv":
        answer = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    else:
        raise NotFound()
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer  # type: ignore[no-any-return]


def _lang() -> str:
    return get_language() or "zh-hans"


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context}, status=status)
