"""Law: what a page does, a program can do. docs/api.md names the operation of each page that takes a POST, or why there is none."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..laws.test_routes import _operations, _pages

DOCS = Path(__file__).parents[2] / "docs/api.md"
BOUNDED = {
    "GET feeds": "the kinds of feeds of the house",
    "GET me/archive": "the sections, six at most",
    "GET me/consents": "the purposes of the house",
    "GET places/coverage": "the regions of the tree",
}
"""Lists that come whole, and what bounds them."""


def _wrapped(view: Any) -> Iterator[Any]:
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def takes_post(view: Any) -> bool:
    """Whether the page takes a POST, by its decorators or its class; one that says nothing takes everything."""
    for layer in _wrapped(view):
        if hasattr(layer, "view_class"):
            return hasattr(layer.view_class, "post")
        names = getattr(getattr(layer, "__code__", None), "co_freevars", ())
        if "request_method_list" in names:
            return "POST" in layer.__closure__[names.index("request_method_list")].cell_contents
    return True


def table() -> dict[str, str]:
    """What docs/api.md says of each page: operations, or a reason after a dash."""
    part = DOCS.read_text(encoding="utf-8").split("## Pages and operations")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ", 1) for line in part.splitlines() if line.startswith("| `")]
    return {page: said for pages, said in rows for page in re.findall(r"`([^`]*)`", pages)}


def test_every_page_that_takes_a_post_names_its_operation_or_why_there_is_none() -> None:
    pages = {address for address, view in _pages() if takes_post(view)}
    assert len(pages) > 60
    said = table()
    assert pages - said.keys() == set()
    assert said.keys() - pages == set()


def test_every_operation_of_the_table_is_there() -> None:
    assert _pages()  # addresses are put together when the first one is asked for
    there = {re.sub(r"\{(int:)?(\w+)\}", "{}", name) for name, _view in _operations()}
    wanted = {(page, name) for page, said in table().items() for name in re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", said)}
    assert {(page, name) for page, name in wanted if re.sub(r"\{\w+\}", "{}", name) not in there} == set()
    silent = [page for page, said in table().items() if "`" not in said and len(said.removeprefix("–").strip()) < 10]
    assert silent == []


def test_every_list_comes_in_pages_or_is_bounded() -> None:
    from ankang.site.api import api

    assert _pages()
    whole = set()
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                shape = (getattr(operation.response_models.get(200), "model_fields", None) or {}).get("response")
                if "GET" in operation.methods and shape is not None and str(shape.annotation).startswith("list["):
                    whole.add(f"GET {path}")
    assert whole == {*BOUNDED}
