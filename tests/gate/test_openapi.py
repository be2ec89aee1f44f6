"""The gate's OpenAPI document is the one its code makes, and real answers fit it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema_rs

from ankang.gate.openapi import document, text
from tests.gate.ground import Ground, InProcess

FILE = Path(__file__).parents[2] / "docs" / "gate-openapi.json"


def test_the_file_is_what_the_code_makes() -> None:
    assert FILE.read_text() == text()


def test_real_answers_fit_the_document(ground: Ground, gate: InProcess) -> None:
    person, number = ground.a_person(), ground.a_checkpoint()
    device = ground.a_device(number)
    gate.catch_up()
    body = {"code": person.code(gate.now()), "checkpoint": number, "direction": "entry", "nonce": str(uuid4())}
    asked = [
        ("POST", "/g/v1/verify", device.token, body),
        ("POST", "/g/v1/verify", device.token, body | {"direction": "up"}),
        ("POST", "/g/v1/verify", "", body),
        ("GET", "/g/v1/keys", "", None),
        ("GET", "/g/v1/lists", "", None),
        ("GET", "/g/v1/door", device.token, None),
        ("GET", "/g/v1/members", device.token, None),
    ]
    said = document()
    answers = [(method, path, gate.call(method, path, token, sent)) for method, path, token, sent in asked]
    assert [answer.status for _, _, answer in answers] == [200, 422, 401, 200, 200, 200, 200]
    for method, path, answer in answers:
        _fits(said, said["paths"][path][method.lower()]["responses"][str(answer.status)], answer.json)


def _fits(said: dict[str, Any], answer: dict[str, Any], value: Any) -> None:
    schema = answer["content"]["application/json"]["schema"]
    jsonschema_rs.validate({**schema, "components": said["components"]}, value)
