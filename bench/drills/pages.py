"""Stands in for the control plane in a test: any address answers 200, at once."""

from collections.abc import Callable, Iterable
from typing import Any


def application(_: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """WSGI."""
    start("200 OK", [("content-type", "text/plain")])
    return [b"pages"]
