"""Lists of people for sheets and cards, in the console: send, look, do, fetch the PDF files and the refused rows (A5)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.errors import NotFound, Problem
from ankang.base.permissions import requires
from ankang.base.reading import as_csv, as_xlsx, template_table

from .. import carriers_runs as runs
from ..carriers_rows import COLUMNS, ISSUE, MOST_ROWS, OWN_FAULTS, masked_rows
from ..models import CarrierRun
from ..words import READ_PURPOSES

SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS = ("csv", "xlsx")


class ListForm(forms.Form):
    """A list, what it is for, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("what to do"), choices=CarrierRun.KINDS)
    file = forms.FileField(label=gettext_lazy("list (CSV or XLSX)"))
    purpose = forms.ChoiceField(label=gettext_lazy("purpose"), choices=list(READ_PURPOSES.items()))
    note = forms.CharField(label=gettext_lazy("case or order number"), max_length=100, required=False)

    def words(self) -> str:
        """The purpose as it goes on record for each person."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])


@requires(ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def carrier_runs(request: HttpRequest) -> HttpResponse:
    """Send a list; the last lists below."""
    form = ListForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "print")})
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            run = runs.check_list(
                form.cleaned_data["kind"], sent.read(), sent.name, form.words(), request.user, timezone.now()
            )
        except Problem as problem:
            form.add_error("file", problem.message(_lang()))
        else:
            return redirect("carrier_run", run.pk)
    for field in form.fields.values():
        field.widget.attrs["class"] = "field-input"
    shown = {"form": form, "runs": runs.runs_of(request.user), "most": MOST_ROWS}
    return _page(request, "people/carrier_runs.html", 422 if form.errors else 200, **shown)


@requires(ISSUE)
@require_safe
def carrier_run(request: HttpRequest, run: int) -> HttpResponse:
    """A list: what it would do, how far it is, what came of it."""
    return _page(request, "people/carrier_run.html", 200, **_shown(request, run))


@requires(ISSUE)
@require_safe
def carrier_run_live(request: HttpRequest, run: int) -> HttpResponse:
    """The part of the page that refreshes while the list is being worked on."""
    return TemplateResponse(request, "people/carrier_run_live.html", _shown(request, run))


@requires(ISSUE)
@require_POST
def act_on_carrier_run(request: HttpRequest, run: int) -> HttpResponse:
    """Begin, or stop."""
    if request.POST.get("do") == "start":
        runs.start_run(run, request.user)
    else:
        runs.cancel_run(run, request.user, timezone.now())
    return redirect("carrier_run", run)


@requires(ISSUE)
@require_safe
def carrier_run_refused(request: HttpRequest, run: int, form: str) -> HttpResponse:
    """The refused rows, to be mended and sent again."""
    return _download(form, runs.refused_list(run, request.user, _lang()), f"refused-{run}")


@requires(ISSUE)
@require_safe
def carrier_run_file(request: HttpRequest, run: int, part: int) -> HttpResponse:
    """A PDF of printed sheets."""
    return pdf_response(runs.printed_file(run, part, request.user), f"sheets-{run}-{part}")


@requires(ISSUE)
@require_safe
def carrier_list_form(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An empty list to fill in."""
    if kind not in COLUMNS:
        raise NotFound()
    return _download(form, template_table(COLUMNS[kind], _lang()), f"list-{kind}")


def pdf_response(body: bytes, name: str) -> HttpResponse:
    """A PDF that no cache keeps."""
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="ankang-{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _download(form: str, rows: Any, name: str) -> HttpResponse:
    if form not in _FORMS:
        raise NotFound()
    body = as_xlsx(rows) if form == "xlsx" else b"".join(as_csv(rows))
    response = HttpResponse(body, content_type=XLSX if form == "xlsx" else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ankang-{name}.{form}"'
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    run = runs.run_of(pk, request.user)
    refused = runs.refused_rows(run)[1]
    return {
        "run": run,
        "live": run.state in ("waiting", "running"),
        "share": round(100 * run.cursor / run.rows) if run.rows else 0,
        "lines": list(masked_rows(runs.good_rows(run)[:SHOWN])) if run.state == "checked" else [],
        "refused": [(row.row, row.why(_lang(), OWN_FAULTS)) for row in refused[:SHOWN]],
        "files": list(run.files.defer("sealed").order_by("part")),
        "shown_most": SHOWN,
        "until": run.created_at + runs.KEPT,
    }


def _lang() -> str:
    return get_language() or "zh-hans"


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    shown = admin.site.each_context(request) | {"title": _("Sheets and cards by the list")} | context
    return TemplateResponse(request, template, shown, status=status)
