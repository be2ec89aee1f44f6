"""Middleware of the control plane: language from the address, errors in one shape, security headers."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from .errors import (
    BadInput,
    BadRequest,
    BodyTooLarge,
    ConfirmYourself,
    InternalError,
    MethodNotAllowed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    TooManyRequests,
)
from .held_forms import hold_form
from .refusals import focus_fault, is_console_page, refused_form

log = logging.getLogger("ankang")
Next = Callable[[HttpRequest], HttpResponse]

STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
# The back office's own scripts (Alpine) evaluate expressions and set styles; everything else stays as strict.
CONSOLE_CSP = STRICT_CSP.replace("script-src 'self'", "script-src 'self' 'unsafe-eval' 'unsafe-inline'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


def language_from_address(get_response: Next) -> Next:
    """``?lang=en`` or ``?lang=zh`` chooses the language and remembers it in the language cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        wanted = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}.get(request.GET.get("lang", ""))
        if wanted:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = wanted
        response = get_response(request)
        if wanted:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax")
        return response

    return middleware


def security_headers(get_response: Next) -> Next:
    """Strict content security policy and friends on every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        console = request.path.startswith("/console/")
        response.headers.setdefault("Content-Security-Policy", CONSOLE_CSP if console else STRICT_CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class ProblemMiddleware:
    """Renders every error in one shape: JSON for the API, a page with words and a next step for people."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405:
            problem = render_problem(request, MethodNotAllowed())
            problem.headers["Allow"] = ", ".join(sorted(response.headers.get("Allow", "").split(", ")))
            return problem
        return focus_fault(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = problem_of(exception)
        if problem is None:
            if settings.DEBUG:
                return None
            log.exception("unexpected error on %s", request.path)
            problem = InternalError()
        return render_problem(request, problem)


def problem_of(exception: Exception) -> Problem | None:
    """The Problem that an exception means to the user; None when it is our own fault."""
    match exception:
        case Problem():
            return exception
        case Http404():
            return NotFound()
        case PermissionDenied():
            return NotAllowed()
        case RequestDataTooBig():
            return BodyTooLarge()
        case SuspiciousOperation() | MultiPartParserError():
            return BadRequest()
        case DataError():  # a NUL in a text, a number that no column holds
            return BadInput()
    return None


def render_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer with ``problem``: JSON under /api/, the console for the console, a redirect to sign-in or a page elsewhere."""
    lang = translation.get_language() or "zh-hans"
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(problem.body(lang), status=problem.status)
    elif isinstance(problem, ConfirmYourself):
        return _ask_to_confirm(request)
    elif (not isinstance(problem, NotSignedIn) or request.method == "POST") and is_console_page(request) and (
        refused := refused_form(request, problem)
    ):
        response = refused
    elif isinstance(problem, NotSignedIn):
        return HttpResponseRedirect(f"{reverse('admin:login')}?next={quote(request.get_full_path())}")
    else:
        context: dict[str, Any] = {"problem": problem.body(lang), "status": problem.status}
        response = render(request, "base/problem.html", context, status=problem.status)
    if isinstance(problem, TooManyRequests):
        response.headers["Retry-After"] = str(problem.details.get("retry_after", 60))
    return response


def _ask_to_confirm(request: HttpRequest) -> HttpResponse:
    """To the page that asks who is at the keyboard, and from there back: to the page, or to the form that was sent."""
    back = request.get_full_path()
    if request.method == "POST":
        back = reverse("held_form") if hold_form(request) else request.headers.get("Referer", reverse("admin:index"))
        back = "/" + back.split("://", 1)[-1].split("/", 1)[-1]
    return HttpResponseRedirect(f"{reverse('confirm_self')}?next={quote(back)}")
