"""A dry run's own page, the part of it that refreshes, its counts as CSV, and asking, stopping, resuming."""

import csv
from collections.abc import Callable, Iterator
from functools import wraps
from io import StringIO

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.approvals import SUBJECTS
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.permissions import may, staff_only

from ..models import DryRun
from ..services.dry_runs import RIGHTS, SOURCES, ask_dry_run, resume_dry_run, stop_dry_run
from .dry_run_sheet import LIVE, moves_of, regions_of, rules_of

View = Callable[..., HttpResponse]
LOOK, STEER = 0, 1


def _of_dry_run(right: int) -> Callable[[View], View]:
    """Give the view its dry run, if the reader holds the right that its subject asks for."""

    def mark(view: View) -> View:
        @wraps(view)
        def narrowed(request: HttpRequest, number: int) -> HttpResponse:
            run = DryRun.objects.filter(pk=number).first()
            if run is None or run.subject not in RIGHTS:
                raise NotFound()
            _check(request, run.subject, right)
            return view(request, run)

        return staff_only(narrowed)

    return mark


def _check(request: HttpRequest, subject: str, right: int) -> None:
    permission = RIGHTS[subject][right]
    if not may(request.user, permission):
        raise NotAllowed(details={"permission": permission})


@_of_dry_run(LOOK)
@require_safe
def dry_run(request: HttpRequest, run: DryRun) -> HttpResponse:
    """The page."""
    subject = SUBJECTS.get(run.subject)
    context = {
        **admin.site.each_context(request),
        "title": _("Dry run"),
        "dry_run": run,
        "back": subject.address(run.reference) if subject else None,
        "back_title": subject.title if subject else "",
    }
    return TemplateResponse(request, "health/dry_run_page.html", context)


@_of_dry_run(LOOK)
@require_safe
def dry_run_fragment(request: HttpRequest, run: DryRun) -> HttpResponse:
    """The part that refreshes while the dry run is under way; once it has ended the whole page is to come anew, since
    what stands around it (may it be submitted?) depends on it.
    """
    response = render(request, "health/dry_run_sheet.html", {"dry_run": run})
    if run.state not in LIVE:
        response.headers["HX-Refresh"] = "true"
    return response


@_of_dry_run(LOOK)
@require_safe
def dry_run_counts(request: HttpRequest, run: DryRun) -> HttpResponse:
    """All counts as one CSV table, readable by spreadsheets (UTF-8 with mark)."""
    text = StringIO()
    csv.writer(text).writerows([[_inert(cell) for cell in row] for row in _rows(run)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="ankang-dry-run-{run.pk}.csv"'
    return response


@staff_only
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a dry run of what is behind ``subject`` and ``reference`` now."""
    subject, reference = request.POST.get("subject", ""), request.POST.get("reference", "")
    if subject not in SOURCES or subject not in RIGHTS:
        raise NotFound()
    _check(request, subject, STEER)
    now, source = timezone.now(), SOURCES[subject](reference)
    moment = max(source.moment or now, now)
    run = ask_dry_run(subject, reference, source.digest, source.text, moment, request.user, now)
    return _answer(request, run)


@_of_dry_run(STEER)
@require_POST
def stop(request: HttpRequest, run: DryRun) -> HttpResponse:
    """Stop after the chunk that is being counted."""
    return _answer(request, stop_dry_run(run.pk))


@_of_dry_run(STEER)
@require_POST
def resume(request: HttpRequest, run: DryRun) -> HttpResponse:
    """Go on."""
    return _answer(request, resume_dry_run(run.pk))


def _answer(request: HttpRequest, run: DryRun) -> HttpResponse:
    """The refreshed part for the page's script, the dry run's own page for a browser without."""
    if getattr(request, "htmx", False):
        return render(request, "health/dry_run_sheet.html", {"dry_run": run})
    return redirect("dry_run", run.pk)


def _rows(run: DryRun) -> Iterator[tuple[object, ...]]:
    lang = get_language() or "zh-hans"
    result, moves = run.result, moves_of(run.result)
    yield _("part"), _("name"), _("rule"), _("from"), _("would become"), _("number of people")
    for name, key in (
        (_("looked at"), "people"),
        (_("would change"), "changes"),
        (_("to a worse colour"), "worse"),
        (_("to a better colour"), "better"),
        (_("not green before"), "not_green_before"),
        (_("not green after"), "not_green_after"),
    ):
        yield _("total"), name, "", "", "", result.get(key, 0)
    for move in moves:
        yield _("move"), "", "", move.old.word(lang), move.new.word(lang), move.people
    for rule in rules_of(result, lang):
        yield _("rule"), rule.text, rule.rule, "", _("to a worse colour"), rule.to_worse
        yield _("rule"), rule.text, rule.rule, "", _("to a better colour"), rule.to_better
    for region in regions_of(result, moves, lang):
        for move, people in zip(moves, region.counts, strict=True):
            if people:
                yield _("region"), region.name, "", move.old.word(lang), move.new.word(lang), people


def _inert(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell
