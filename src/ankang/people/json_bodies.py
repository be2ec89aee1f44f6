"""A body that is JSON, checked before anything reads it."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest

from ankang.base.errors import BadJson, UnsupportedMediaType

View = TypeVar("View", bound=Callable[..., Any])


def json_body(view: View) -> View:
    """Refuse a body that is not JSON by type (415), by size (413) or by content (400) before anything reads it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.content_type != "application/json":
            raise UnsupportedMediaType()
        try:
            json.loads(request.body)
        except (ValueError, RecursionError):
            raise BadJson() from None
        return view(request, *args, **kwargs)

    return checked  # type: ignore[return-value]
