"""代查: the purpose first, then the number or name and birth date, then a masked answer; more is a step of its own (A6)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ankang.base.errors import BadInput
from ankang.base.permissions import may, requires
from ankang.core.identifiers import DocumentKind
from ankang.health.marks import colour_mark
from ankang.people.models import Person
from ankang.people.services import masked
from ankang.people.views.console import console_page, open_person
from ankang.people.words import STATES, read_purpose_words

from ..forms import PurposeForm, WhoForm
from ..services.looking_up import PERMISSION, Found, left_this_hour, look_up
from ..services.naming import Named, look_up_by_name, open_namesake, serve_found

_PURPOSE = "look_up_purpose"
_TITLE = _("Look up a person")
_METHODS = ["GET", "HEAD", "POST"]


@requires(PERMISSION)
@require_http_methods(_METHODS)
def purpose(request: HttpRequest) -> HttpResponse:
    """Why somebody is looked up; without it there is no field for a number."""
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[_PURPOSE] = form.words()
        return redirect("look_up_number")
    return console_page(request, "access/look_up.html", _TITLE, form=form, left=_left(request))


@requires(PERMISSION)
@require_http_methods(_METHODS)
def number(request: HttpRequest) -> HttpResponse:
    """The number, or name and birth date, and whom it finds. The purpose holds for one try; the next one asks again."""
    why = request.session.get(_PURPOSE)
    if not why:
        return redirect("look_up")
    form, named = WhoForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            named = _named(request, form.cleaned_data, why)
        except BadInput as fault:
            form.say(fault.details["fields"])
        else:
            del request.session[_PURPOSE]
    context = {"why": read_purpose_words(why), "by_number": bool(form.data.get("number")), **_hits(request, named)}
    return console_page(request, "access/look_up_number.html", _TITLE, form=form, left=_left(request), **context)


@requires(PERMISSION)
@require_http_methods(["POST"])
def namesake(request: HttpRequest, person: int) -> HttpResponse:
    """One of several people of one name and birth date, opened: a read of its own."""
    found = open_namesake(request.user, person, timezone.now())
    shown = _hits(request, Named(one=found))
    return console_page(request, "access/look_up_number.html", _TITLE, left=_left(request), **shown)


@requires("people.assist")
@require_http_methods(["POST"])
def serve(request: HttpRequest, person: int) -> HttpResponse:
    """Who was found stands at the counter: their page at the service window opens, for the same purpose."""
    open_person(request, person, serve_found(request.user, person, timezone.now()))
    return redirect("desk_person", person)


def _named(request: HttpRequest, data: dict[str, str], why: str) -> Named:
    now = timezone.now()
    if data["number"]:
        return Named(one=look_up(request.user, data["number"], why, now))
    return look_up_by_name(request.user, data["name"], data["born"], why, now)


def _hits(request: HttpRequest, named: Named | None) -> dict[str, Any]:
    if named is None:
        return {"looked": False}
    lang = get_language() or "zh-hans"
    return {
        "looked": True,
        "found": _shown(request, named.one) if named.one else None,
        "several": [_line(person, lang) for person in named.several],
        "more": named.more,
    }


def _line(person: Person, lang: str) -> dict[str, Any]:
    """One of several: enough to tell them apart, masked, without the colour."""
    who = masked(person)
    town = who.town if lang.startswith("zh") else who.town_en
    kind = DocumentKind(who.document_kind).word(lang)
    return {"who": who, "kind": kind, "town": town, "state": STATES[person.state]}


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
        "serve": may(request.user, "people.assist"),
    }


def _left(request: HttpRequest) -> int:
    return left_this_hour(request.user, timezone.now())
