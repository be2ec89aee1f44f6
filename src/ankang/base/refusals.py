"""A form of the console that was refused comes back in the console, filled with what was typed, the first fault in focus (I8).

The page that held the form is made anew and its form filled (``form_filling``). Where that page can no longer be had (a duty was
lost, the session is over), a page of the console shows what was typed, to copy or to send again. Nothing is filled in for a form
that came from elsewhere: only the address of a page of ours in ``Referer`` says where it came from, which no other site can forge.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .errors import FormExpired, NotSignedIn, Problem
from .form_filling import filled, focused_on_fault

CONSOLE = "/console/"
FROM = "refused_from"
_MOST_SHOWN = 60
_UNSEEN = ("code", "credential", "digest", "token")
SENTENCES = {
    "required": gettext_lazy("Please fill this in."),
    "missing": gettext_lazy("Please fill this in."),
    "too_long": gettext_lazy("This is too long."),
    "too_large": gettext_lazy("This is too large."),
    "unknown": gettext_lazy("Choose one from the list."),
    "out_of_range": gettext_lazy("This is outside what is possible."),
    "not_a_number": gettext_lazy("Write a number here."),
    "not_readable": gettext_lazy("Write it as date and time."),
    "past": gettext_lazy("The moment is over."),
    "in_the_future": gettext_lazy("This lies in the future."),
    "taken": gettext_lazy("This is taken already."),
    "yourself": gettext_lazy("This is yourself."),
}


class _Filled(HttpResponse):
    """A page whose form was filled already."""


def is_console_page(request: HttpRequest) -> bool:
    """Whether a person looks at this in the console; programs (fetch, curl) get the short answer."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith(CONSOLE) and (not accept or "text/html" in accept)


def refused_form(request: HttpRequest, problem: Problem) -> HttpResponse | None:
    """The refusal as a page of the console; None when it belongs on the page for everybody (nobody is signed in)."""
    typed, came_from = _typed(request), _came_from(request)
    told = _told(problem, typed, bool(_files(request)))
    if request.method == "POST" and came_from and not isinstance(problem, NotSignedIn):
        page = _page_again(request, came_from)
        faults = dict(told["faults"])
        notice = render_to_string("base/refused_notice.html", told)
        made = filled(page, request.path, urlsplit(came_from).path, typed, faults, notice) if page else None
        if made is not None:
            return _Filled(made, status=problem.status)
    signed_in = getattr(getattr(request, "user", None), "is_authenticated", False)
    if not signed_in and not (isinstance(problem, NotSignedIn) and came_from and typed):
        return None
    return _own_page(request, problem, typed, came_from, told)


def focus_fault(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page that answers a form and tells faults: it keeps what was typed, and the focus goes to the first fault."""
    html = response.headers.get("Content-Type", "").startswith("text/html")
    if request.method == "POST" and request.path.startswith(CONSOLE) and html and not response.streaming:
        before = response.content.decode(response.charset)
        again = response.status_code >= 400 and not isinstance(response, _Filled)
        kept = filled(before, request.path, request.path, _typed(request), {}, "") if again else None
        after = focused_on_fault(kept or before)
        if after is not before:
            response.content = after
    return response


def _own_page(request: HttpRequest, problem: Problem, typed: Mapping[str, list[str]], came_from: str, told: dict[str, Any]) -> HttpResponse:
    shown = [(name, value) for name, values in typed.items() for value in values]
    again = request.method == "POST" and bool(came_from) and isinstance(problem, NotSignedIn | FormExpired)
    context = admin.site.each_context(request) | told | {
        "title": told["message"],
        "seen": [pair for pair in shown if not _is_secret(pair[0]) and pair[1].strip()][:_MOST_SHOWN],
        "sent": shown if again and not any(map(_is_secret, typed)) else [],
        "path": request.get_full_path(),
        "from_name": FROM,
        "came_from": came_from,
        "sign_in": reverse("admin:login") if isinstance(problem, NotSignedIn) else "",
        "layout": "unfold/layouts/unauthenticated.html" if isinstance(problem, NotSignedIn) else "admin/base_site.html",
    }  # fmt: skip
    return render(request, "base/refused.html", context, status=problem.status)


def _told(problem: Problem, typed: Mapping[str, list[str]], files: bool) -> dict[str, Any]:
    fields = problem.details.get("fields", {})
    pairs = fields.items() if isinstance(fields, dict) else []
    expired = isinstance(problem, FormExpired)
    return {
        "message": _("This page was open too long. Send it again.") if expired else problem.message(get_language() or "zh-hans"),
        "code": problem.code,
        "status": problem.status,
        "faults": [(str(name), str(SENTENCES.get(str(fault), _("Please check this.")))) for name, fault in pairs],
        "kept": not all(map(_is_secret, typed)),
        "files": files,
    }


def _is_secret(name: str) -> bool:
    """Whether a field may hold what must not stand on a page again."""
    return name in _UNSEEN or "password" in name


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    """What was sent; nothing when it could not be read."""
    try:
        lists = request.POST.lists()
        return {name: [str(value) for value in values] for name, values in lists if name not in ("csrfmiddlewaretoken", FROM)}
    except Exception:  # a body that is broken or too large was never read
        return {}


def _files(request: HttpRequest) -> Any:
    try:
        return request.FILES
    except Exception:  # as above
        return {}


def _came_from(request: HttpRequest) -> str:
    """The page of the console that held the form, as path and query; empty when it was not ours."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
        said = request.POST.get(FROM, "") if request.method == "POST" else ""
    except Exception:  # an address or a body that cannot be read
        return ""
    if came.netloc != request.get_host() or not came.path.startswith(CONSOLE):
        return ""
    if said.startswith(CONSOLE):
        return said[:2000]
    return f"{came.path}?{came.query}" if came.query else came.path


def _page_again(request: HttpRequest, address: str) -> str | None:
    """The page at ``address`` as its reader would get it now; None when they would not."""
    came = urlsplit(address)
    get_token(request)
    again = copy(request)
    again.__dict__.pop("headers", None)
    again.method, again.path, again.path_info = "GET", came.path, came.path
    again.META = {**request.META, "REQUEST_METHOD": "GET", "PATH_INFO": came.path, "QUERY_STRING": came.query, "CONTENT_LENGTH": "0"}
    again.GET, again.POST, again._files = QueryDict(came.query), QueryDict(), MultiValueDict()  # type: ignore[misc, assignment, attr-defined]
    try:
        match = again.resolver_match = resolve(came.path)
        with transaction.atomic():
            answer = match.func(again, *match.args, **match.kwargs)
            if hasattr(answer, "render"):
                answer.render()
    except (Problem, Resolver404):
        return None
    except Exception:  # the page itself is broken: the refusal must still be told
        return None
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode(answer.charset) if answer.status_code == 200 and html and not answer.streaming else None
