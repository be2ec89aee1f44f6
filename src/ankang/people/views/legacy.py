"""Old registration codes in the console: hand a list in, look at it, take it, undo it; and whose code is this."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.permissions import regions_where, requires
from ankang.base.reading import as_csv, template_table

from ..forms_family import LegacyForm
from ..models import LegacyCode
from ..services import legacy
from ..words import LEGACY_STATES, LEGACY_SYSTEMS
from .console import console_page, words_of
from .desk import sentences

CSV = "text/csv; charset=utf-8"


@requires("people.import")
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """The lists that were handed in, and the form for another one."""
    form, problem = LegacyForm(request.POST or None, request.FILES or None), ""
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        region = regions_where(request.user, "people.import")[0]  # type: ignore[arg-type]
        try:
            made = legacy.check_list(
                request.user, form.cleaned_data["system"], region, file.name, file.read(), timezone.now()
            )
            return redirect("legacy_list", made.pk)
        except BadInput as fault:
            said = fault.details.get("file")
            problem = legacy.fault_sentence(said, get_language() or "zh-hans") if said else " ".join(sentences(fault))
    rows = [_row(row) for row in legacy.imports_in_reach(request.user)[:50]]
    title = _("Earlier registration codes")
    return console_page(request, "people/legacy_lists.html", title, form=form, problem_words=problem, rows=rows)


@requires("people.import")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One list: what would become of its rows; take it, throw it away, or undo it."""
    row = legacy.imports_in_reach(request.user).filter(pk=number).first()
    if row is None:
        raise NotFound()
    problem, wanted, now = "", request.POST.get("do", ""), timezone.now()
    if request.method == "POST":
        try:
            if wanted == "take":
                legacy.take_list(request.user, number, now)
            elif wanted == "undo":
                legacy.undo_list(request.user, number, now)
            elif wanted == "drop":
                legacy.drop_list(request.user, number)
            return redirect("legacy_list", number)
        except Problem as refusal:
            problem = words_of(refusal)
    lang = get_language() or "zh-hans"
    faults = [{**fault, "words": legacy.fault_sentence(fault["code"], lang)} for fault in row.findings["faults"]]
    live = LegacyCode.objects.filter(source=row)
    counts = {"held": live.count(), "waiting": live.filter(person=None).count()}
    title = _("Earlier registration codes")
    return console_page(request, "people/legacy_list.html", title, problem_words=problem, faults=faults, **_row(row), **counts)


@requires("people.import")
@require_safe
def refused(request: HttpRequest, number: int) -> HttpResponse:
    """The refused rows as they came, with why, to mend and hand in again."""
    table = legacy.refused_rows(request.user, number, get_language() or "zh-hans")
    return _csv(table, f"legacy-{number}-refused.csv")


@requires("people.import")
@require_safe
def form_file(request: HttpRequest) -> HttpResponse:
    """An empty list with its header and an example."""
    return _csv(template_table(legacy.COLUMNS, get_language() or "zh-hans"), "legacy-codes.csv")


def _csv(table: Any, name: str) -> HttpResponse:
    response = StreamingHttpResponse(as_csv(table), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[return-value]


def _row(row: Any) -> dict[str, Any]:
    return {"row": row, "system": LEGACY_SYSTEMS[row.system], "state": LEGACY_STATES[row.state]}
