"""Pages for what Django itself refuses: unknown address, broken form token, our own fault."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from .errors import InternalError, NotAllowed, NotFound
from .middleware import render_problem


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for addresses that no room knows."""
    return render_problem(request, NotFound())


def not_allowed(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403, also for a form whose token is missing or old."""
    return render_problem(request, NotAllowed())


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """500 with words; the cause is in the log."""
    return render_problem(request, InternalError())
