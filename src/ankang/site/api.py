"""The HTTP API of the control plane: one NinjaAPI, a router a room, one shape of error."""

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ankang.base.errors import BadInput, BadRequest, Problem
from ankang.base.middleware import render_problem

ROOMS = ("base", "staff", "people", "places", "health", "passage", "archive", "scenes.rides", "exchange", "insight")

api = NinjaAPI(
    title="安康码 Ankang code",
    version="1",
    description="Control plane API. The gate's own interface is under /g/v1/.",
    docs_url=None,
    openapi_url=None,
)


@api.exception_handler(Problem)
def answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Render a Problem as ``{"error", "message", "details"}``."""
    return render_problem(request, problem)


@api.exception_handler(ValidationError)
def answer_bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that does not fit its shape."""
    fields = {".".join(str(part) for part in fault["loc"][1:]): fault["type"] for fault in error.errors}
    return render_problem(request, BadInput(details={"fields": fields}))


@api.exception_handler(HttpError)
def answer_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is not JSON."""
    return render_problem(request, BadRequest())


for room in ROOMS:
    if find_spec(f"ankang.{room}.api"):
        api.add_router("", import_module(f"ankang.{room}.api").router)
