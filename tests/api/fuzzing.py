"""Schemathesis over every operation: data of the right shape, of a wrong one, and addresses that lead somewhere."""

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks as of_openapi

from .ground import Caller, application

load_all_checks()


class UnlistedCode(AssertionError):
    """A refusal whose code the operation does not list."""


CHECKS = [
    schemathesis.checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
]


def the_schema() -> Any:
    """The API's own document, asked from the API."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def operations(schema: Any) -> Iterator[Any]:
    """Every operation that schemathesis can read; one that it cannot is an error."""
    for found in schema.get_all_operations():
        yield found.ok()


def faults_of(operation: Any, caller: Caller, examples: int, known: dict[str, int]) -> str:
    """What schemathesis has against the operation, as text; empty when there is nothing. Nothing of it stays in the database."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        with transaction.atomic():
            try:
                _try(operation, caller, examples, mode, known)
            except (Failure, FailureGroup, AssertionError) as fault:
                return f"{caller.name} {operation.label} ({mode.value}): {_told(fault)}"
            except hypothesis.errors.Unsatisfiable:
                pass  # nothing of this kind can be made for it
            finally:
                transaction.set_rollback(True)
    return ""


def _try(operation: Any, caller: Caller, examples: int, mode: GenerationMode, known: dict[str, int]) -> None:
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except (hypothesis.errors.InvalidArgument, hypothesis.errors.Unsatisfiable):
        return
    part = operation.path.removeprefix("/api/v1/").removeprefix("me/").split("/")[0]

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: Any) -> None:
        numbers = case.path_parameters or {}
        if part in known and len(json.dumps(case.body, default=repr)) % 2:
            numbers.update({name: known[part] for name in numbers if name in ("number", "checkpoint", "organisation")})
        answer = case.call(headers=caller.headers, cookies=caller.cookies)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            _check_listed(operation, answer)

    with transaction.atomic():
        one()


def _check_listed(operation: Any, answer: Any) -> None:
    code = answer.json()["error"]
    listed = operation.definition.raw.get("x-errors", [])
    if code not in listed:
        raise UnlistedCode(f"{answer.status_code} {code} is not among {listed}")


def _told(fault: BaseException) -> str:
    parts = fault.exceptions if isinstance(fault, FailureGroup) else [fault]
    return " | ".join(f"{type(part).__name__}: {part}"[:700] for part in parts)
