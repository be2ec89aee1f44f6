"""The gate's OpenAPI 3.1 document (docs/gate-openapi.json), from its addresses, the shapes it decodes, and its faults.

``python -m ankang.gate.openapi`` writes it; a test compares it with the file and with real answers.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from ankang.gate import faults, requests
from ankang.gate.device_reports import ReportRequest
from ankang.gate.routes import ROUTES, Route

BODIES: dict[str, type[msgspec.Struct]] = {
    "/g/v1/verify": requests.VerifyRequest,
    "/g/v1/scan": requests.ScanRequest,
    "/g/v1/group": requests.GroupRequest,
    "/g/v1/visits": requests.VisitsRequest,
    "/g/v1/pass": requests.PassRequest,
    "/g/v1/presence": requests.PresenceRequest,
    "/g/v1/report": ReportRequest,
}
QUERIES = {"/g/v1/place": ("code", True), "/g/v1/members": ("group", False), "/g/v1/lists": ("after", False)}
_TEXT, _WHOLE, _MOMENT = {"type": "string"}, {"type": "integer"}, {"type": "number", "description": "unix seconds"}
_COLOUR = {"enum": ["green", "yellow", "red", "grey"]}
_VERDICT = {"enum": ["admit", "deny", "refer"]}
_LIST = {"type": "array", "items": {"type": "object"}}
_JUDGED = {"verdict": _VERDICT, "reason": _TEXT, "colour": _COLOUR, "name": _TEXT, "visit": _TEXT, "at": _MOMENT}
ANSWERS: dict[str, dict[str, Any]] = {
    "/g/v1/verify": _JUDGED,
    "/g/v1/scan": _JUDGED,
    "/g/v1/group": {"group": _WHOLE, "name": _TEXT, "all": _VERDICT, "counts": {"type": "object"}, "results": _LIST, "missing": _LIST},
    "/g/v1/members": {},
    "/g/v1/visits": {"results": _LIST},
    "/g/v1/pass": {"pass": _TEXT, "gate_key": _TEXT, "epoch": _WHOLE, "colour": _COLOUR, "server_time": _MOMENT},
    "/g/v1/me": {"colour": _COLOUR, "stale": {"type": "boolean"}, "server_time": _MOMENT},
    "/g/v1/presence": {},
    "/g/v1/report": {"server_time": _MOMENT, "clock_offset": {"type": "number"}, "again": {"type": "number"}, "device": {"type": "object"}},
    "/g/v1/door": {},
    "/g/v1/place": {},
    "/g/v1/keys": {"keys": _LIST},
    "/g/v1/lists": {"lists": _LIST, "server_time": _MOMENT},
    "/g/v1/health": {},
}
"""Fields that each answer of 200 has; docs/gate-api.md says what they mean, and clients ignore further ones."""
SCHEMES = {
    "resident": {"residentBearer": {"type": "http", "scheme": "bearer", "bearerFormat": "ak1r_…"}},
    "device": {"deviceBearer": {"type": "http", "scheme": "bearer", "bearerFormat": "ak1d_…"}},
}
FAULT = {
    "type": "object",
    "required": ["error", "message", "details"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}, "details": {"type": "object"}},
}


def document() -> dict[str, Any]:
    """The whole document."""
    shapes, parts = msgspec.json.schema_components(list(BODIES.values()), ref_template="#/components/schemas/{name}")
    bodies = dict(zip(BODIES, shapes, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {"title": "安康码 Ankang code: the gate", "version": "1", "description": "Guide: docs/gate-api.md."},
        "paths": {path: {route.method.lower(): _operation(route, bodies.get(path))} for path, route in sorted(ROUTES.items())},
        "components": {"schemas": {**parts, "Fault": FAULT}, "securitySchemes": SCHEMES["resident"] | SCHEMES["device"]},
    }


def text() -> str:
    """The document as it lies in docs/."""
    return json.dumps(_plain(document()), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _plain(value: Any) -> Any:
    """The same with 45 for 45.0: which of the two a limit is depends on who imported first."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _operation(route: Route, body: dict[str, Any] | None) -> dict[str, Any]:
    name = route.path.rsplit("/", 1)[-1]
    doc = " ".join((route.handler.__doc__ or name).split()) if route.handler else name
    told: dict[str, Any] = {"operationId": name, "summary": doc, "responses": {"200": _answer(route.path), **_faults()}}
    told["security"] = [{scheme: []} for scheme in SCHEMES.get(route.who, {})] or [{}]
    if body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if route.path in QUERIES:
        query, needed = QUERIES[route.path]
        told["parameters"] = [{"in": "query", "name": query, "required": needed, "schema": {"type": "string"}}]
    return told


def _answer(path: str) -> dict[str, Any]:
    if path not in ANSWERS:
        return {"description": "Prometheus text", "content": {"text/plain": {"schema": {"type": "string"}}}}
    fields = ANSWERS[path]
    shape = {"type": "object", "required": sorted(fields), "properties": fields}
    return {"description": "done", "content": {"application/json": {"schema": shape}}}


def _faults() -> dict[str, Any]:
    kinds = [kind for kind in vars(faults).values() if isinstance(kind, type) and issubclass(kind, faults.Fault)]
    codes: dict[str, set[str]] = {}
    for kind in kinds:
        if not kind.__name__.startswith("_") and kind is not faults.Fault:
            codes.setdefault(str(kind.status), set()).add(kind.code)
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
    return {status: {"description": ", ".join(sorted(found)), "content": schema} for status, found in sorted(codes.items())}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text())
