"""The reference of the API as pages and files: from the OpenAPI document and the classes of errors, by nobody's hand.

``make docs`` writes it to build/docs; the product shows the same under /docs/api/.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from ankang.base.api.errors import problems
from ankang.base.permissions import public

ERRORS_HEAD = """# Errors of the API

Every refusal has one shape: `{"error": "code", "message": "…", "details": {…}}`. The code is stable; the sentence is in
the reader's language (`Accept-Language`). Which operation may answer which is in the reference (`make docs`, /docs/api/).
This file is generated (`make docs`) and compared by a test.

| code | status | sentence | 中文 |
| --- | --- | --- | --- |
"""
METHODS = ("get", "post", "put", "patch", "delete")


@public("whoever writes a program for the house reads this first")
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The reference as one page."""
    return render(request, "site/api_reference.html", context())


def context() -> dict[str, Any]:
    """What the page shows: operations by tag."""
    from .api import api

    said = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    tags = [{**tag, "operations": [one for one in _operations(said) if one["tag"] == tag["name"]]} for tag in said["tags"]]
    schemes = said["components"]["securitySchemes"]
    return {"title": said["info"]["title"], "about": said["info"]["description"], "tags": tags, "schemes": schemes.items()}


def errors_document() -> str:
    """docs/errors.md."""
    rows = sorted((code, kind) for code, kind in problems().items())
    lines = [f"| `{code}` | {kind.status} | {_cell(kind.en)} | {_cell(kind.zh)} |" for code, kind in rows]
    return ERRORS_HEAD + "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write index.html, openapi.json and errors.md to ``folder``."""
    from .api import api

    folder.mkdir(parents=True, exist_ok=True)
    document = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str)
    (folder / "openapi.json").write_text(document)
    (folder / "index.html").write_text(render_to_string("site/api_reference.html", {**context(), "alone": True}))
    (folder / "errors.md").write_text(errors_document())


def _operations(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shapes = said["components"]["schemas"]
    for path, methods in said["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(path, method, methods[method], shapes)


def _operation(path: str, method: str, told: Mapping[str, Any], shapes: Mapping[str, Any]) -> dict[str, Any]:
    answers = told["responses"].items()
    return {
        "tag": told["tags"][0] if told.get("tags") else "",
        "path": path,
        "method": method.upper(),
        "id": told["operationId"],
        "summary": told["summary"],
        "description": told["description"].split("\n\nPermission")[0],
        "permission": told["x-permission"],
        "parameters": [_parameter(one) for one in told.get("parameters", ())],
        "body": [_shape(one["schema"], shapes) for one in told.get("requestBody", {}).get("content", {}).values()],
        "answers": [(status, _answer(answer, shapes)) for status, answer in answers if status < "400"],
        "refusals": [(status, answer["description"]) for status, answer in answers if status >= "400"],
    }


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one["schema"].get("type", "")
    return {"name": one["name"], "place": one["in"], "required": one["required"], "type": kind, "says": one.get("description", "")}


def _answer(answer: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    bodies = [_shape(one["schema"], shapes) for one in answer.get("content", {}).values()]
    return bodies[0] if bodies else "—"


def _shape(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """An example of the shape, as indented JSON."""
    return json.dumps(_example(schema, shapes, 6), ensure_ascii=False, indent=2)


def _example(schema: Mapping[str, Any], shapes: Mapping[str, Any], depth: int) -> Any:
    if "$ref" in schema:
        schema = shapes[schema["$ref"].rpartition("/")[2]]
    if schema.get("examples"):
        return schema["examples"][0]
    for word in ("anyOf", "allOf", "oneOf"):
        if schema.get(word):
            return _example(schema[word][0], shapes, depth)
    for word in ("const", "default"):
        if schema.get(word) not in (None, ""):
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_example(schema.get("items", {}), shapes, depth - 1)] if depth else []
    if schema.get("properties"):
        return {name: _example(part, shapes, depth - 1) for name, part in schema["properties"].items()} if depth else {}
    formats = {"date-time": "2026-11-22T04:00:00Z", "date": "2026-11-22", "uuid": "0d9f6f0a-5f0e-4a6e-8a43-2f6a3f0a2c11"}
    plain = {"string": formats.get(schema.get("format", ""), "…"), "integer": 1, "number": 1.5, "boolean": True, "object": {}}
    return plain.get(schema.get("type", ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
