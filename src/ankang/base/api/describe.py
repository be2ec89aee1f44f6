"""Completes what ninja says of the API: who may call, the stable errors of each operation, keys, security (OpenAPI 3.1)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation

from ..errors import Problem
from ..permissions import PERMISSIONS, RESIDENT, STAFF
from .errors import code_of, codes_of, problems
from .once import HEADER

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "The one shape of every refusal. `error` is stable; `message` is in the reader's language.",
    "required": ["error", "message", "details"],
    "additionalProperties": False,
    "properties": {
        "error": {"type": "string", "pattern": "^[a-z_]+$", "examples": ["bad_input"]},
        "message": {"type": "string"},
        "details": {"type": "object", "description": "what the code says more, e.g. `fields`: each field with its fault"},
    },
}
SECURITY = {
    "residentBearer": {"type": "http", "scheme": "bearer", "description": "The credential that an application or a sign-in answers."},
    "residentCookie": {"type": "apiKey", "in": "cookie", "name": "ankang_resident", "description": "The same, kept by a browser."},
    "staffToken": {"type": "http", "scheme": "bearer", "bearerFormat": "aks_…", "description": "One duty, some permissions."},
    "staffSession": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A session of the console."},
    "csrfToken": {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": "The token of the session's forms."},
    "feedToken": {"type": "http", "scheme": "bearer", "bearerFormat": "akf_…", "description": "A token for named feeds (docs/feeds.md)."},
    "deviceBearer": {"type": "http", "scheme": "bearer", "description": "The credential of a paired scanner."},
}
TAGS = {
    "approvals": "What waits for a second person.",
    "archive": "The personal archive.",
    "exports": "Files out of lists.",
    "feeds": "Evidence from other systems.",
    "groups": "Groups that are checked in as one.",
    "health": "Colours, evidence, rules, areas.",
    "insight": "Reports.",
    "people": "Residents: applying, my data, my family; and the counter.",
    "places": "Organisations, checkpoints, devices.",
    "policies": "Who is admitted where.",
    "reads": "Who looked at whom, and why; look-ups by document.",
    "rides": "Ride codes and rides.",
    "staff": "Who works here.",
}


def complete(api: NinjaAPI, said: dict[str, Any]) -> dict[str, Any]:
    """``said`` (what ninja says) with everything above."""
    schemas = said.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    said["components"]["securitySchemes"] = SECURITY
    known = problems()
    for operation, told in _pairs(api, said["paths"]):
        _describe(operation, told, known)
    used = {tag for path in said["paths"].values() for told in path.values() for tag in told.get("tags", ())}
    said["tags"] = [{"name": name, "description": TAGS.get(name, "")} for name in sorted(used)]
    return said


def operations_of(api: NinjaAPI) -> Iterator[tuple[str, Operation]]:
    """Every operation with its path below the API's root, as the OpenAPI document writes it."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            whole = "/" + "/".join(part for part in (router.prefix, path) if part)
            for operation in view.operations:
                yield re.sub(r"{[^}:]+:", "{", re.sub("/+", "/", whole)), operation


def _pairs(api: NinjaAPI, paths: Mapping[str, Any]) -> Iterator[tuple[Operation, dict[str, Any]]]:
    for path, operation in operations_of(api):
        found = next((paths[full] for full in paths if full.endswith("/api/v1" + path)), None)
        for method in operation.methods:
            if found and method.lower() in found:
                yield operation, found[method.lower()]


def _describe(operation: Operation, told: dict[str, Any], known: Mapping[str, type[Problem]]) -> None:
    view = operation.view_func
    doc = " ".join(re.sub(r"Errors:.*", "", view.__doc__ or "", flags=re.DOTALL).split())
    permission = getattr(view, "permission", "")
    told["summary"] = re.split(r"(?<=[.;])\s", doc)[0].rstrip(".;")
    keyboard = " A person confirms at the keyboard; tokens are refused." if getattr(view, "sensitive", False) else ""
    told["description"] = f"{doc}\n\nPermission: `{permission}`.{keyboard}"
    told["x-permission"] = permission
    told["security"] = _security(permission, told)
    codes = codes_of(operation)
    told["x-errors"] = codes
    told["tags"] = sorted(set(told.get("tags", ())))
    told["responses"] = {str(status): answer for status, answer in told["responses"].items()}
    for status, answer in _refusals(codes, known).items():
        told["responses"].setdefault(status, answer)
    if "POST" in operation.methods:
        told.setdefault("parameters", []).append(_KEY)


def _security(permission: str, told: Mapping[str, Any]) -> list[dict[str, list[str]]]:
    if permission == RESIDENT:
        return [{"residentBearer": []}, {"residentCookie": []}]
    if permission in PERMISSIONS or permission == STAFF:
        feeds = [{"feedToken": []}] if permission == "feeds.send" else []
        return [{"staffToken": []}, {"staffSession": [], "csrfToken": []}, *feeds]
    return [{}]


def _refusals(codes: list[str], known: Mapping[str, type[Problem]]) -> dict[str, Any]:
    found: dict[str, list[type[Problem]]] = {}
    for code in codes:
        found.setdefault(str(known[code].status), []).append(known[code])
    return {status: _refusal(kinds) for status, kinds in sorted(found.items())}


def _refusal(kinds: list[type[Problem]]) -> dict[str, Any]:
    examples = {code_of(kind): {"value": {"error": code_of(kind), "message": kind.en, "details": {}}} for kind in kinds}
    return {
        "description": " · ".join(f"`{code_of(kind)}`: {kind.en}" for kind in kinds),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }


_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "Sent twice with the same key and body, a request is done once, and both are told the same; kept for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "b2f6d3c0-7d7e-4f6e-9a51-1d8f0c4f6a11",
}
