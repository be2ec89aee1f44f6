"""Law: the gate's document names every address, error and reason, and no other."""

import re
from pathlib import Path

from ankang.core.verdicts import Reason
from ankang.gate import faults
from ankang.gate.routes import ROUTES

TEXT = (Path(__file__).parents[2] / "docs" / "gate-api.md").read_text()


def test_the_document_names_every_address_and_its_method() -> None:
    written = set(re.findall(r"\| `(GET|POST) (/g/v1/\w+)", TEXT))
    assert written == {(route.method, path) for path, route in ROUTES.items()}


def test_the_document_says_who_may_call_each_address() -> None:
    written = dict(re.findall(r"\| `\w+ (/g/v1/\w+)[^|]*\| (\w+) \|", TEXT))
    assert written == {path: route.who for path, route in ROUTES.items()}


def test_the_document_names_every_reason() -> None:
    table = TEXT.split("## Reasons")[1].split("## Errors")[0]
    assert {reason.slug for reason in Reason} <= set(re.findall(r"`(\w+)`", table))


def test_the_document_names_every_error() -> None:
    table = TEXT.split("## Errors")[1]
    codes = {
        fault.code
        for fault in vars(faults).values()
        if isinstance(fault, type) and issubclass(fault, faults.Fault) and not fault.__name__.startswith("_")
    }
    assert codes - {"internal"} <= set(re.findall(r"`(\w+)`", table))
