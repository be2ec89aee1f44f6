"""The office's side: one person's own section, on record; the queue of corrections; and each request (B1, I8)."""

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import BadInput, NotAllowed, NotFound, Problem
from ankang.base.models import Approval
from ankang.base.permissions import staff_only
from ankang.base.reading.faults import ROW_FAULTS, sentence
from ankang.people.services import masked, masked_people
from ankang.people.views.console import console_page, words_of
from ankang.people.words import READ_PURPOSES

from ..kinds import SectionKind, in_words
from ..models import Correction
from ..rules import OPEN_STATES
from ..services import answering
from ..services.looking import find_for_section, look
from ..services.reach import queue_for, sections_for
from ..words import STATES, fault_words
from .mine import shown_item

PAGE = 50
_METHODS = ["GET", "HEAD", "POST"]


@staff_only
@require_http_methods(_METHODS)
def find(request: HttpRequest) -> HttpResponse:
    """Whose section, and why; then what this office sent. The purpose comes first, the look is on record."""
    kinds = _sections(request)
    kind = next((kind for kind in kinds if kind.slug == request.POST.get("section")), kinds[0])
    context: dict[str, Any] = {
        "kinds": [(one.slug, one.word(_lang())) for one in kinds],
        "chosen": kind.slug,
        "purposes": list(READ_PURPOSES.items()),
        "who": request.POST.get("who", "")[:100] if request.method == "POST" else "",
    }
    if request.method == "POST":
        context |= _looked(request, kind)
    return console_page(request, "archive/console_find.html", _("Personal archives"), **context)


@staff_only
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The corrections that lie with my office, oldest first; or those that were answered."""
    _sections(request)
    answered = request.GET.get("show") == "decided"
    rows = queue_for(request.user)
    waiting = rows.filter(state__in=OPEN_STATES)
    shown = rows.exclude(state__in=OPEN_STATES).order_by("-decided_at") if answered else waiting.order_by("asked_at")
    page = Paginator(shown.select_related("region"), PAGE).get_page(request.GET.get("page"))
    return console_page(
        request,
        "archive/console_queue.html",
        _("Corrections of archives"),
        page=page,
        rows=[_row(row) for row in page],
        decided=answered,
        waiting=waiting.count(),
    )


@staff_only
@require_http_methods(_METHODS)
def correction(request: HttpRequest, number: int) -> HttpResponse:
    """One request with the item; accept, enter the right values, or decline with a reason."""
    _sections(request)
    faults, problem = {}, ""
    if request.method == "POST":
        try:
            with transaction.atomic():  # a refusal in the middle leaves nothing behind
                _answer(request, number)
        except NotFound:
            raise
        except BadInput as fault:
            faults = {field: _words(field, code) for field, code in fault.details["fields"].items()}
            problem = " ".join(faults.values())
        except Problem as refusal:
            problem = words_of(refusal)
        else:
            return redirect("archive_corrections")
    row, item = answering.open_correction(request.user, number, timezone.now())
    kind = answering.kind_of(row)
    asked = Approval.objects.filter(subject=answering.SUBJECT, reference=str(row.pk)).order_by("-pk").first()
    proposed = in_words(kind, answering.proposed_values(row)[1], _lang()) if row.proposed else []
    return console_page(
        request,
        "archive/console_correction.html",
        _("Corrections of archives"),
        problem_words=problem,
        **_row(row),
        item=shown_item(kind, item, {}),
        proposed=proposed,
        fields=_fields(request, kind),
        **approval_context(asked, request.user),
    )


@staff_only
@require_safe
def document(request: HttpRequest, number: int) -> HttpResponse:
    """What the person sent along, never cached."""
    _sections(request)
    content, media_type = answering.document_of(request.user, number)
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = "inline" if media_type.startswith("image/") else "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sections(request: HttpRequest) -> list[SectionKind]:
    """The sections of the reader's duties. Raises NotAllowed without any."""
    kinds = sections_for(request.user)
    if not kinds:
        raise NotAllowed()
    return kinds


def _looked(request: HttpRequest, kind: SectionKind) -> dict[str, Any]:
    purpose, note = request.POST.get("purpose", ""), request.POST.get("note", "")[:100].strip()
    if purpose not in READ_PURPOSES:
        return {"problem_words": _("Choose a purpose.")}
    person = find_for_section(request.user, kind, request.POST.get("who", "")[:100])
    if person is None:
        return {"problem_words": _("Nobody, or several people, with this document or phone live in your region.")}
    try:
        items = look(request.user, kind, person, f"{purpose}: {note}" if note else purpose, timezone.now())
    except Problem as refusal:
        return {"problem_words": words_of(refusal)}
    return {
        "person": masked(person),
        "title_shown": kind.word(_lang()),
        "items": [shown_item(kind, item, {}) for item in items],
        "looked": True,
    }


def _answer(request: HttpRequest, number: int) -> None:
    wanted, now = request.POST.get("do"), timezone.now()
    if wanted == "accept":
        answering.accept_correction(request.user, number, now)
    elif wanted == "propose":
        typed = {name: value[:400] for name, value in request.POST.items() if isinstance(value, str)}
        answering.propose_correction(request.user, number, typed, now)
    else:
        answering.decline_correction(request.user, number, request.POST.get("reason", "")[:2000], now)


def _row(row: Correction) -> dict[str, Any]:
    kind = answering.kind_of(row)
    return {"row": row, "section": kind.word(_lang()), "state": STATES[row.state], "who": masked_people([row.person]).get(row.person)}


def _fields(request: HttpRequest, kind: SectionKind) -> list[dict[str, Any]]:
    return [
        {"column": column, "title": column.word(_lang()), "value": request.POST.get(column.attribute, "")[:400]}
        for column in kind.columns
    ]


def _words(field: str, code: str) -> str:
    return sentence(code, _lang()) if code in ROW_FAULTS and field != "reason" else fault_words(field, code)


def _lang() -> str:
    return get_language() or "zh-hans"
