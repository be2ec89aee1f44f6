"""代查: the purpose first, then the number, then a masked answer; seeing more is a step of its own (A6)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ankang.base.permissions import may, requires
from ankang.core.identifiers import DocumentKind
from ankang.health.marks import colour_mark
from ankang.people.views.console import console_page
from ankang.people.words import STATES, read_purpose_words

from ..forms import NumberForm, PurposeForm
from ..services.looking_up import PERMISSION, Found, left_this_hour, look_up

_PURPOSE = "look_up_purpose"
_METHODS = ["GET", "HEAD", "POST"]


@requires(PERMISSION)
@require_http_methods(_METHODS)
def purpose(request: HttpRequest) -> HttpResponse:
    """Why somebody is looked up; without it there is no field for a number."""
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[_PURPOSE] = form.words()
        return redirect("look_up_number")
    return console_page(request, "access/look_up.html", _("Look up by document"), form=form, left=_left(request))


@requires(PERMISSION)
@require_http_methods(_METHODS)
def number(request: HttpRequest) -> HttpResponse:
    """The number, and what it finds. The purpose holds for one number; the next one asks again."""
    why = request.session.get(_PURPOSE)
    if not why:
        return redirect("look_up")
    form, shown, looked = NumberForm(request.POST or None), None, False
    if request.method == "POST" and form.is_valid():
        found = look_up(request.user, form.cleaned_data["number"], why, timezone.now())
        del request.session[_PURPOSE]
        shown, looked = _shown(request, found) if found else None, True
    context = {"why": read_purpose_words(why), "found": shown, "looked": looked, "left": _left(request)}
    return console_page(request, "access/look_up_number.html", _("Look up by document"), form=form, **context)


def _shown(request: HttpRequest, found: Found) -> dict[str, Any]:
    lang = get_language() or "zh-hans"
    unmask = reverse("admin:people_person_unmask", args=[found.person]) if may(request.user, "people.unmask") else ""
    return {
        "who": found.who,
        "kind": DocumentKind(found.who.document_kind).word(lang),
        "town": found.who.town if lang.startswith("zh") else found.who.town_en,
        "state": STATES[found.state],
        "on_a_phone": found.on_a_phone,
        "mark": colour_mark(found.colour.colour),
        "since": found.colour.since,
        "until": found.colour.until,
        "reasons": [reason.text(lang) for reason in found.colour.reasons],
        "unmask": unmask,
    }


def _left(request: HttpRequest) -> int:
    return left_this_hour(request.user, timezone.now())
