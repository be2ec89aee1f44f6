"""The queue of requests with pictures: narrowed to the reader's towns, each opened one on record (A6)."""

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.permissions import requires
from ankang.core.identifiers import DocumentKind

from .. import services
from ..forms_family import ReasonForm
from ..models import Request
from ..services import requests
from ..words import GUARDIAN_KINDS, REQUEST_KINDS, REQUEST_STATES
from .console import console_page, words_of
from .desk import sentences

PAGE = 50


@requires("people.review")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; or what was decided."""
    decided = request.GET.get("show") == "decided"
    rows = (requests.decided_requests if decided else requests.waiting_requests)(request.user)
    page = Paginator(rows.select_related("person", "person__town"), PAGE).get_page(request.GET.get("page"))
    shown = [_row(row) for row in page]
    waiting = requests.waiting_requests(request.user).count()
    title = _("Requests to review")
    return console_page(
        request, "people/reviews.html", title, page=page, rows=shown, decided=decided, waiting=waiting
    )


@requires("people.review")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: int) -> HttpResponse:
    """One request with its pictures; approve, or decline with a reason."""
    row = requests.request_in_reach(request.user, number)
    problem = ""
    if request.method == "POST":
        try:
            with transaction.atomic():  # a refusal in the middle leaves nothing behind
                if request.POST.get("do") == "approve":
                    requests.approve_request(request.user, number, timezone.now())
                else:
                    requests.decline_request(request.user, number, request.POST.get("reason", "")[:501], timezone.now())
        except NotFound:
            raise
        except BadInput as fault:
            problem = " ".join(sentences(fault))
        except Problem as refusal:
            problem = words_of(refusal)
        else:
            return redirect("reviews")
    return _page(request, row, problem)


@requires("people.review")
@require_safe
def picture(request: HttpRequest, number: int, picture: int) -> HttpResponse:
    """A picture of a waiting request, never cached."""
    content, media_type = requests.picture_of(request.user, number, picture)
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(request: HttpRequest, row: Request, problem: str) -> HttpResponse:
    content = requests.open_request(request.user, row.pk, timezone.now())
    numbers = list(row.pictures.order_by("number").values_list("number", flat=True)) if row.state == "waiting" else []
    context = {**_row(row), "content": _facts(row, content), "numbers": numbers, "form": ReasonForm()}
    return console_page(request, "people/review.html", _("Requests to review"), problem_words=problem, **context)


def _row(row: Request) -> dict[str, Any]:
    return {
        "row": row,
        "kind": REQUEST_KINDS[row.kind],
        "state": REQUEST_STATES[row.state],
        "who": services.masked(row.person),
    }


def _facts(row: Request, content: dict[str, Any]) -> list[tuple[str, str]]:
    """What was asked for, in clear: the reviewer compares it with the pictures."""
    if not content:
        return []
    if row.kind == "name":
        return [(_("name on file"), row.person.name), (_("new name"), content["name"])]
    lang = get_language() or "zh-hans"
    facts = [
        (_("who"), str(GUARDIAN_KINDS[content["kind"]])),
        (_("full name"), content["name"]),
        (DocumentKind(content["document_kind"]).word(lang), content["document"]),
        (_("birth date"), content["born"]),
        (_("applicant's name"), row.person.name),
    ]
    return [(title, value) for title, value in facts if value]
