"""A batch: its page, the part of it that refreshes, and what one may do about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import Problem
from ankang.base.permissions import requires
from ankang.health.services.dry_runs import SOURCES, latest_dry_run

from ..forms import SubmitForm
from ..models import Batch
from ..services import (
    approval_of,
    batch_of,
    cancel_batch,
    feed_kind,
    rematch_batch,
    resume_batch,
    stop_batch,
    submit_batch,
)
from .feeds import page_of
from .refusals import refusals_of
from .sheet import is_live, sheet_of

SUBJECT = "feed_batch"


@requires("feeds.view")
@require_safe
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """The page."""
    return show_batch(request, batch_of(request.user, number))


def show_batch(request: HttpRequest, found: Batch, form: SubmitForm | None = None, status: int = 200) -> HttpResponse:
    """The page of a batch the reader may see; with the faults of a submission that was not taken."""
    lang, now = get_language() or "zh-hans", timezone.now()
    context = {
        "title": f"{feed_kind(found.feed).word(lang)} · {found.pk}",
        "sheet": sheet_of(found, request.user, now, lang),
        "batch": found,
        "submit": form or SubmitForm(),
        "waiting": found.pool.count(),
        **refusals_of(request, found, lang),
        **approval_context(approval_of(found), request.user),
        **_dry_run_of(found),
    }
    return page_of(request, "exchange/batch.html", context, status)


def _dry_run_of(found: Batch) -> dict[str, Any]:
    """The last dry run of this batch, where one can be made: before its rows count."""
    wanted = found.worsening and found.state in (
        "validated",
        "pending_approval",
        "approved",
        "scheduled",
        "limit_exceeded",
    )
    if not wanted or SUBJECT not in SOURCES:
        return {"dry_run_wanted": False}
    try:
        source = SOURCES[SUBJECT](found.reference)
    except Problem:
        return {"dry_run_wanted": False}
    return {
        "dry_run_wanted": True,
        "dry_run": latest_dry_run(SUBJECT, found.reference, source.digest),
        "dry_run_subject": SUBJECT,
        "dry_run_reference": found.reference,
    }


@requires("feeds.view")
@require_safe
def batch_live(request: HttpRequest, number: int) -> HttpResponse:
    """The part that refreshes; when nothing is going on any more, the whole page comes anew."""
    found = batch_of(request.user, number)
    sheet = sheet_of(found, request.user, timezone.now(), get_language() or "zh-hans")
    response = render(request, "exchange/batch_sheet.html", {"sheet": sheet, "batch": found})
    if not is_live(found):
        response.headers["HX-Refresh"] = "true"
    return response


@requires("feeds.send")
@require_POST
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Hand the batch in: to whoever approves it, or straight to work when it can turn nobody's colour worse."""
    found = batch_of(request.user, number, "feeds.send")
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return show_batch(request, found, form, 422)
    wanted = {"note": form.cleaned_data["note"], "run_at": form.cleaned_data["run_at"]}
    done = submit_batch(number, request.user, timezone.now(), **wanted)
    if done.state == "pending_approval":
        messages.success(request, _("Handed in. Somebody else decides now."))
    return redirect("exchange:batch", number)


def _act(service: Callable[..., Any], said: Any) -> Callable[..., HttpResponse]:
    """A view that calls ``service`` for the batch and says what came of it."""

    @requires("feeds.send")
    @require_POST
    def acted(request: HttpRequest, number: int) -> HttpResponse:
        batch_of(request.user, number, "feeds.send")
        try:
            with transaction.atomic():
                outcome = service(number, request.user, timezone.now())
        except Problem as problem:
            if problem.status != 409:
                raise
            messages.info(request, problem.message(get_language() or "zh-hans"))
        else:
            messages.success(request, said(outcome))
        return redirect("exchange:batch", number)

    return acted


def _rematched(found: int) -> str:
    return _("Rows that found their person: %(rows)d.") % {"rows": found}


stop = _act(stop_batch, lambda _batch: _("It stops after the rows that are being recorded."))
resume = _act(resume_batch, lambda _batch: _("It goes on where it was stopped."))
cancel = _act(cancel_batch, lambda _batch: _("The batch is cancelled."))
rematch = _act(rematch_batch, _rematched)
