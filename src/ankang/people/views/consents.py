"""What I agreed to: what each purpose is for, what stops when I withdraw it, and every agreement there was (G7, I8)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import NotFound

from .. import services
from ..credentials import Resident, resident_page
from ..models import Consent
from ..rules import REQUIRED_PURPOSES
from ..words import PURPOSE_WORDS, PurposeWords
from .me import code_stopped


@resident_page
@require_safe
def consents(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Every purpose with its state, and the history."""
    rows = list(Consent.objects.filter(person=resident.person).order_by("-granted_at"))
    titles = {words.slug: words.title for words in PURPOSE_WORDS}
    context = {
        "purposes": [_state(words, rows) for words in PURPOSE_WORDS],
        "history": [{"row": row, "title": titles.get(row.purpose)} for row in rows],
    }
    return render(request, "people/consents.html", context)


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, resident: Resident, purpose: str) -> HttpResponse:
    """Give or withdraw one agreement; withdrawing a required one is asked again, because it ends the code."""
    words = next((words for words in PURPOSE_WORDS if words.slug == purpose), None)
    if words is None:
        raise NotFound()
    wanted = request.POST.get("do") if request.method == "POST" else None
    if wanted == "grant":
        services.grant_consent(resident.person, purpose, timezone.now())
    elif wanted == "withdraw" and (purpose not in REQUIRED_PURPOSES or request.POST.get("sure") == "yes"):
        services.withdraw_consent(resident.person, purpose, timezone.now())
        if purpose in REQUIRED_PURPOSES:
            return code_stopped()
    else:
        state = _state(words, list(Consent.objects.filter(person=resident.person, purpose=purpose)))
        return render(request, "people/consent.html", {"words": words, "given": state["in_force"]})
    return redirect("consents")


def _state(words: PurposeWords, rows: list[Consent]) -> dict[str, Any]:
    """A purpose with the agreement in force; one that rests on an office's duty is in force until it is withdrawn."""
    own = [row for row in rows if row.purpose == words.slug]
    live = next((row for row in own if row.withdrawn_at is None), None)
    in_force = live is not None or (not words.purpose.at_application and not own)
    return {"words": words, "given": live, "in_force": in_force}
