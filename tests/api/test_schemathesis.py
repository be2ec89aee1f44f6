"""Whatever is sent, the API answers what its own document says."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from ..people.conftest import applied, ningguo  # noqa: F401
from .fuzzing import faults_of, operations, the_schema
from .ground import everything, ground, nobody, resident

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ", "1"))
ONLY = os.environ.get("FUZZ_ONLY", "")


@pytest.fixture(autouse=True)
def _as_fast_as_it_goes() -> Iterator[None]:
    """No caller is paced here."""
    kept = settings.ANKANG_API_RATE, settings.ANKANG_API_RATE_OF_AN_ADDRESS
    settings.ANKANG_API_RATE = settings.ANKANG_API_RATE_OF_AN_ADDRESS = 0
    for signal in (request_started, request_finished):  # the test holds the connection, as with Django's own client
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    settings.ANKANG_API_RATE, settings.ANKANG_API_RATE_OF_AN_ADDRESS = kept


@pytest.mark.timeout(1200)  # schemathesis makes its data slowly where the machine is busy
@pytest.mark.parametrize("who", ["nobody", "resident", "staff"])
def test_every_operation_answers_as_its_document_says(who: str, applied: Any) -> None:  # noqa: F811
    person = applied().person
    caller = {"nobody": nobody, "resident": lambda: resident(person), "staff": everything}[who]()
    known, faults = ground() | {"people": person.pk}, []
    found = [one for one in operations(the_schema()) if ONLY in one.label and _is_for(who, one.definition.raw["x-permission"])]
    assert found
    for operation in found:
        if fault := faults_of(operation, caller, EXAMPLES if who != "nobody" else 1, known):
            faults.append(fault)
    assert not faults, "\n".join(faults)  # an equality would be told in part


def _is_for(who: str, permission: str) -> bool:
    """A stranger tries every operation; the others try what is theirs."""
    return who == "nobody" or (permission in ("resident", "public") if who == "resident" else permission not in ("resident", "public"))
