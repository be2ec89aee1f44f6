"""Answers of passkeys come from outside: one of another shape than WebAuthn gives is refused, and no fault of ours (E11)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from struct import error as TooShort
from typing import Any, TypeVar

from django.http import HttpRequest

from .errors import PasskeyUnreadable

View = TypeVar("View", bound=Callable[..., Any])


@contextmanager
def readable_answer() -> Iterator[None]:
    """Around code that reads an answer: what its parsers stumble over is PasskeyUnreadable."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, TooShort, RecursionError) as error:
        raise PasskeyUnreadable() from error


def reads_answers(view: View) -> View:
    """A page to which a browser sends the answer of a passkey as ``credential``."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or "credential" not in request.POST:
            return view(request, *args, **kwargs)
        with readable_answer():
            return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]
