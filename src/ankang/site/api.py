"""The HTTP API of the control plane: one NinjaAPI, a router a room, one door, one shape of error."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ankang.base.api import approvals, door, exports
from ankang.base.api.describe import complete
from ankang.base.errors import BadInput, BadRequest, Problem
from ankang.base.middleware import render_problem
from ankang.base.permissions import public
from ankang.people.credentials import resident_of
from ankang.staff.services.tokens import enter_with_token

ROOMS = ("base", "staff", "people", "places", "health", "passage", "archive", "access", "scenes.rides", "exchange", "insight")


class Api(NinjaAPI):
    """The API, which also says who may call and what may go wrong."""

    def get_openapi_schema(self, **given: Any) -> Any:
        """The OpenAPI 3.1 document."""
        return complete(self, super().get_openapi_schema(**given))


api = Api(
    title="安康码 Ankang code",
    version="1",
    description=(
        "What the pages do, for programs. Guide: docs/api.md; every error: docs/errors.md. "
        "The gate (pass, verify, scan) has its own document: /g/v1/."
    ),
    docs_url=None,
    openapi_url=None,
    servers=[{"url": settings.ANKANG_PUBLIC_URL, "description": "this installation"}],
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
    """A body that cannot be read."""
    return render_problem(request, BadRequest())


@api.get("openapi.json", response=dict[str, Any], include_in_schema=False)
@public("whoever writes a program reads this first")
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of this API."""
    response = JsonResponse(api.get_openapi_schema(), json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


api.add_decorator(door.through_door, mode="view")
door.sign_in_with_token.append(enter_with_token)
door.resident_behind_request.append(resident_of)
for room in ROOMS:
    if room == "base":
        api.add_router("", approvals.router)
        api.add_router("", exports.router)
    elif find_spec(f"ankang.{room}.api"):
        api.add_router("", import_module(f"ankang.{room}.api").router)
