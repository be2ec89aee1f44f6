"""The OpenAPI document: complete, and no shape hides another one."""

from typing import Any

from ninja import Schema

from ankang.base.api.describe import operations_of
from ankang.base.api.errors import listed_codes, problems
from ankang.site.api import api


def _shapes(kind: type = Schema) -> list[type]:
    return [found for child in kind.__subclasses__() for found in (child, *_shapes(child))]


def test_no_two_shapes_of_the_house_have_one_name() -> None:
    names: dict[str, set[str]] = {}
    for shape in _shapes():
        if shape.__module__.startswith("ankang.") and "[" not in shape.__name__:
            names.setdefault(shape.__name__, set()).add(shape.__module__)
    assert {name: rooms for name, rooms in names.items() if len(rooms) > 1} == {}


def test_every_operation_says_who_may_call_what_it_does_and_what_goes_wrong() -> None:
    said: dict[str, Any] = api.get_openapi_schema()
    told = [(method, path, one) for path, methods in said["paths"].items() for method, one in methods.items()]
    assert len(told) > 150
    assert [(m, p) for m, p, one in told if not (one["summary"] and one["x-permission"] and one["x-errors"] and one["tags"])] == []
    assert len({one["operationId"] for _, _, one in told}) == len(told)


def test_every_code_that_an_operation_lists_is_an_error_of_the_house() -> None:
    known = set(problems())
    unknown = {path: codes for path, one in operations_of(api) if (codes := set(listed_codes(one.view_func.__doc__ or "")) - known)}
    assert unknown == {}
