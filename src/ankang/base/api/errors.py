"""The errors of the API: every subclass of Problem by its code, and which of them an operation may answer."""

import re
from collections.abc import Iterator

from ninja.operation import Operation

from ..errors import Problem
from ..permissions import PERMISSIONS, RESIDENT, STAFF

_LISTED = re.compile(r"Errors:\s*([a-z_,\s]+?)(?:\.|$)")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def problems() -> dict[str, type[Problem]]:
    """Every error of the house by its stable code."""
    return {kind.__name__ and code_of(kind): kind for kind in _below(Problem)}


def code_of(kind: type[Problem]) -> str:
    """The stable code of a class of errors."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def codes_of(operation: Operation) -> list[str]:
    """The codes that an operation may answer: what its docstring lists, and what the door and its shapes bring."""
    return sorted({*listed_codes(operation.view_func.__doc__ or ""), *_shared_codes(operation)})


def listed_codes(doc: str) -> list[str]:
    """The codes after ``Errors:`` in a docstring."""
    found = _LISTED.search(doc)
    return re.findall(r"[a-z_]+", found[1]) if found else []


def _shared_codes(operation: Operation) -> Iterator[str]:
    view, methods = operation.view_func, set(operation.methods)
    wanted = getattr(view, "permission", "")
    sources = {model.__ninja_param_source__ for model in operation.models}
    yield "too_many_requests"
    if operation.models:
        yield "bad_input"
    if "path" in sources:
        yield "not_found"
    if "body" in sources:
        yield from ("bad_json", "unsupported_media_type")
    if sources & {"file", "form", "query"}:  # what cannot be taken apart, or has more than a thousand parts
        yield "bad_request"
    if "query" in sources and "cursor" in _parameters(operation):
        yield "bad_cursor"
    if wanted in PERMISSIONS or wanted in (STAFF, RESIDENT):
        yield "not_signed_in"
    if wanted in PERMISSIONS or wanted == STAFF:
        yield from ("not_allowed", "token_refused")
    if wanted == "feeds.send":
        yield "agent_refused"
    if methods & UNSAFE:
        yield from ("form_expired", "body_too_large")
    if "POST" in methods:
        yield from ("bad_input", "idempotency_key_reused", "in_progress")
    if getattr(view, "sensitive", False):
        yield "confirm_yourself"


def _parameters(operation: Operation) -> set[str]:
    return {name for model in operation.models for field in model.model_fields.values() for name in _names(field.annotation)}


def _names(annotation: object) -> set[str]:
    return set(getattr(annotation, "model_fields", ()))


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
