"""One record of evidence: everything it says, from whom, and how it is taken back by somebody who says why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.permissions import may, requires, sensitive
from ankang.core.evidence import a_record
from ankang.people.services import masked_people

from ..errors import EvidenceNotFound
from ..forms import RetractForm
from ..marks import colour_mark
from ..models import Evidence
from ..services.colours import ColourView
from ..services.evidence import SOURCE_FIELDS
from ..services.retractions import Preview, preview_retraction, record_in_reach, retract_record, retraction_of
from ..words import attributes_in_words, record_in_words


@requires("evidence.view")
@require_safe
def evidence(request: HttpRequest, person: int, record: UUID) -> HttpResponse:
    """The record's page."""
    return _record_page(request, record_in_reach(request.user, "evidence.view", person, record), RetractForm())


@requires("evidence.retract")
@require_POST
@sensitive
def retract(request: HttpRequest, person: int, record: UUID) -> HttpResponse:
    """Retract the record; the person is evaluated at once."""
    row = record_in_reach(request.user, "evidence.retract", person, record)
    form = RetractForm(request.POST)
    if not form.is_valid():
        return _record_page(request, row, form, status=422)
    retract_record(request.user, person, record, form.cleaned_data["reason"], timezone.now())
    messages.success(request, _("Retracted. The person's colour was computed anew."))
    return redirect("evidence_record", person, record)


def _record_page(request: HttpRequest, row: Evidence, form: RetractForm, status: int = 200) -> HttpResponse:
    lang, now = get_language() or "zh-hans", timezone.now()
    record = a_record(str(row.id), row.kind, int(row.occurred_at.timestamp()), row.attributes)
    retraction = retraction_of(row.person, row.id)
    may_retract = retraction is None and _may_retract(request, row)
    context = {
        **admin.site.each_context(request),
        "title": record_in_words(record, lang),
        "row": row,
        "person": masked_people({row.person}).get(row.person),
        "attributes": attributes_in_words(record.attributes, lang),
        "source": _source(row, may(request.user, "feeds.view")),
        "retraction": retraction,
        "may_retract": may_retract,
        "preview": _preview(preview_retraction(row.person, row.id, now), lang, now) if may_retract else None,
        "form": form,
        "may_see_history": may(request.user, "colours.view"),
    }
    return TemplateResponse(request, "health/evidence_page.html", context, status=status)


def _may_retract(request: HttpRequest, row: Evidence) -> bool:
    if not may(request.user, "evidence.retract"):
        return False
    try:
        record_in_reach(request.user, "evidence.retract", row.person, row.id)
    except EvidenceNotFound:
        return False
    return True


def _source(row: Evidence, linked: bool) -> list[dict[str, Any]]:
    """Organisation, feed, batch and row, the batch with the address of its page where there is one."""
    titles = {"organisation": _("organisation"), "feed": _("feed"), "batch": _("batch"), "row": _("row")}
    return [
        {
            "title": titles[name],
            "value": row.source[name],
            "link": _batch_link(row.source[name]) if linked and name == "batch" else "",
        }
        for name in SOURCE_FIELDS
        if name in row.source
    ]


def _batch_link(batch: str) -> str:
    try:
        return reverse("exchange:batch", args=[batch])
    except NoReverseMatch:
        return ""


def _preview(preview: Preview, lang: str, now: datetime) -> dict[str, Any]:
    return {
        "changes": preview.changes,
        "now": _side(preview.now, lang),
        "without": _side(preview.without, lang),
    }


def _side(view: ColourView, lang: str) -> dict[str, Any]:
    return {"mark": colour_mark(view.colour), "reasons": list(dict.fromkeys(r.text(lang) for r in view.reasons))}
