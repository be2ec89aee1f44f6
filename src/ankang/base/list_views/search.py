"""The console's search. What was typed travels in the body of the request, never in an address: it may be a document number."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..errors import BadInput, Problem
from ..permissions import may, staff_only
from ..searching import WORDS_LENGTH, asks_for_person, find, find_person
from .pages import language, page


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Hits by name or number, grouped; for a document or phone number the purpose is asked first."""
    words = request.POST.get("q", "").strip()[:WORDS_LENGTH].replace("\0", "")
    person = bool(words) and asks_for_person(request.user, words)
    context: dict[str, Any] = {"words": words, "person": person, "groups": find(request.user, words)}
    context["more"] = person and may(request.user, "people.look_up")
    context |= _look_up(request, words) if person and "purpose" in request.POST else {}
    return page(request, "search.html", _("Search"), context.pop("status", 200), **context)


def _look_up(request: HttpRequest, words: str) -> dict[str, Any]:
    purpose = request.POST.get("purpose", "").strip()
    try:
        return {"people": find_person(request.user, words, purpose, timezone.now()), "looked": True, "purpose": purpose}
    except BadInput:
        return {"fault": _("Write what you need it for: the person will read it."), "status": 422}
    except Problem as problem:
        return {"fault": problem.message(language()), "status": problem.status, "purpose": purpose}
