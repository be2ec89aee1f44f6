"""Schemathesis over every operation: data of the right shape, of a wrong one, and addresses that lead somewhere."""

import json
import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario
from schemathesis.specs.openapi import checks as of_openapi
from schemathesis.specs.openapi.coverage._operation import iter_coverage_cases

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
    of_openapi.negative_data_rejection,
    of_openapi.missing_required_header,
    of_openapi.unsupported_method,
    of_openapi.allow_header_conformance,
    of_openapi.ignored_auth,
]
SEED = int(os.environ.get("FUZZ_SEED", "0"))
OTHER_METHODS = {"get", "put", "post", "delete", "patch", "options", "trace"}
PROBES = {CoverageScenario.UNSPECIFIED_HTTP_METHOD, CoverageScenario.MALFORMED_CONTENT_TYPE,
          CoverageScenario.UNSUPPORTED_CONTENT_TYPE, CoverageScenario.MISSING_PARAMETER}  # fmt: skip


def the_schema() -> Any:
    """The API's own document, asked from the API."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    schema.config.checks.negative_data_rejection.expected_statuses.append("413")  # too long is refused for its size
    return schema


def operations(schema: Any) -> Iterator[Any]:
    """Every operation that schemathesis can read; one that it cannot is an error."""
    for found in schema.get_all_operations():
        yield found.ok()


def faults_of(operation: Any, caller: Caller, examples: int, known: dict[str, int]) -> str:
    """What schemathesis has against the operation, as text; empty when there is nothing. Nothing of it stays in the database."""
    tries = [(mode.value, lambda mode=mode: _try(operation, caller, examples, mode, known)) for mode in GenerationMode]
    tries.append(("probes", lambda: _probe(operation, caller, known, every=examples > 1)))
    for name, run in tries:
        with transaction.atomic():
            try:
                run()
            except (Failure, FailureGroup, AssertionError) as fault:
                return f"{caller.name} {operation.label} ({name}): {_told(fault)}"
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

    @settings(
        max_examples=examples,
        derandomize=not SEED,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: Any) -> None:
        if len(json.dumps(case.body, default=repr)) % 2:
            _lead_somewhere(case, operation, known)
        _check(case, operation, caller)

    with transaction.atomic():
        (hypothesis.seed(SEED)(one) if SEED else one)()


def _probe(operation: Any, caller: Caller, known: dict[str, int], every: bool) -> None:
    """Other methods, other types of content, what is missing; with ``every`` each bound of each field too."""
    cases = iter_coverage_cases(
        operation=operation,
        generation_modes=[GenerationMode.NEGATIVE, *([GenerationMode.POSITIVE] if every else [])],
        generate_duplicate_query_parameters=False,
        unexpected_methods=OTHER_METHODS,
        generation_config=operation.schema.config.generation_for(operation=operation),
    )
    for case in cases:
        if every or case.meta.phase.data.scenario in PROBES:
            _lead_somewhere(case, operation, known)
            with transaction.atomic():
                _check(case, operation, caller)
                transaction.set_rollback(True)


def _lead_somewhere(case: Any, operation: Any, known: dict[str, int]) -> None:
    """Put numbers of rows that are there into an address; one that is wrong on purpose stays."""
    part = operation.path.removeprefix("/api/v1/").removeprefix("me/").split("/")[0]
    numbers = case.path_parameters or {}
    if part in known and not case.meta.is_negative_at(ParameterLocation.PATH):
        numbers.update({name: known[part] for name in numbers if name in ("number", "checkpoint", "organisation")})


def _check(case: Any, operation: Any, caller: Caller) -> None:
    case._has_explicit_auth = bool(caller.headers)  # what we send is good; whether it was needed is then tried without it
    answer = case.call(headers=caller.headers, cookies=caller.cookies)
    sent = {"headers": caller.headers, "cookies": caller.cookies}
    case.validate_response(answer, checks=CHECKS, headers=caller.headers, transport_kwargs=sent)
    if answer.status_code >= 400 and case.method == operation.method.upper():
        _check_listed(operation, answer)


def _check_listed(operation: Any, answer: Any) -> None:
    code = answer.json()["error"]
    listed = operation.definition.raw.get("x-errors", [])
    if code not in listed:
        raise UnlistedCode(f"{answer.status_code} {code} is not among {listed}")


def _told(fault: BaseException) -> str:
    parts = fault.exceptions if isinstance(fault, FailureGroup) else [fault]
    return " | ".join(f"{type(part).__name__}: {part}"[:700] for part in parts)
