"""Claiming a code issued on entry (A7): passport and birth date, a phone that answers, consents; then as everybody's.

The pages after the first are those of an application; English is one link away, and ``?lang=en`` opens it in English.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import Problem
from ankang.base.permissions import public
from ankang.base.sign_in import address_of

from .. import services
from ..drafts import Draft, drop_draft, read_draft, write_draft
from ..errors import CodeExpired, DetailsDoNotMatch, TooManyClaims
from ..example import example_traveller
from ..forms import posted
from ..forms_family import ClaimForm
from ..services import entering
from .home import LANGUAGES, YEAR

WHY_PUBLIC = "a traveller has no code yet; the phone is proved, and tries are counted by document and address"
DRAFT = "apply"


@public(WHY_PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Step 1: the document, and the birth date or the day of entry."""
    if request.GET.get("lang") in LANGUAGES:
        return _in_language(request.GET["lang"])
    draft = read_draft(request, DRAFT)
    form, problem = ClaimForm(posted(request), initial=draft if "claim" in draft else {}), ""
    if request.method == "POST" and form.is_valid():
        kept = {key: draft[key] for key in ("next", "phone", "proof") if key in draft}
        draft = kept | form.said() | {"claim": True, "name": ""}
        write_draft(request, DRAFT, draft)
        try:
            return claimed(request, draft) if "proof" in draft else redirect("apply_phone")
        except CodeExpired:
            write_draft(request, DRAFT, {key: draft[key] for key in draft if key != "proof"})
            return redirect("apply_phone")
        except Problem as refused:
            problem = refused.message(translation.get_language() or "zh-hans")
    problem = problem or _refused_before(request)
    example = example_traveller() if settings.ANKANG_DEMO else None
    context = {"form": form, "example": example, "step": 1, "steps": 4, "percent": 25, "problem_words": problem}
    return render(request, "people/claim.html", context, status=422 if form.errors or problem else 200)


@public("the same page, in English")
@require_safe
def in_english(request: HttpRequest) -> HttpResponse:
    """``/en/claim``: what is printed on leaflets at the border."""
    return _in_language("en")


def claimed(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The phone has answered: is the claim right? Then on to town and consents. Raises what check_claim raises, CodeExpired."""
    now = timezone.now()
    services.check_proof(draft["proof"], draft["phone"], now)
    said = entering.Claim(
        draft["document_kind"], draft["document"], draft["country"], _day(draft["born"]), _day(draft["entered_on"])
    )
    person = entering.check_claim(said, address_of(request), now)
    write_draft(request, DRAFT, draft | {"name": person.name})
    return redirect("apply_details")


def _refused_before(request: HttpRequest) -> str:
    """Why the page of the digits sent the reader back here; said once."""
    refused = {one.__name__: one for one in (DetailsDoNotMatch, TooManyClaims)}.get(read_draft(request, "claim").get("refused", ""))
    drop_draft(request, "claim")
    return refused().message(translation.get_language() or "zh-hans") if refused else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _in_language(wanted: str) -> HttpResponse:
    response: Any = redirect("claim")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, LANGUAGES[wanted], max_age=YEAR, samesite="Lax")
    return response  # type: ignore[no-any-return]
