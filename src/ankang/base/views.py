"""Pages for what Django itself refuses: unknown address, broken form token, our own fault."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from .errors import BadRequest, InternalError, NotAllowed, NotFound
from .middleware import problem_of, render_problem


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for a form that cannot be read, 413 for one that is too large. It must not read the body again."""
    return render_problem(request, problem_of(exception) or BadRequest())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for addresses that no room knows."""
    return render_problem(request, NotFound())


def not_allowed(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403, also for a form whose token is missing or old."""
    return render_problem(request, NotAllowed())


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """500 with words; the cause is in the log."""
    return render_problem(request, InternalError())
