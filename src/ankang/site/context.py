"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ankang.base.limits import MAX_BODY


def house(request: HttpRequest) -> dict[str, Any]:
    """``demo``: whether this is the demonstration; ``public_url``: the address citizens reach us at; ``max_body``: bytes."""
    return {"demo": settings.ANKANG_DEMO, "public_url": settings.ANKANG_PUBLIC_URL, "max_body": MAX_BODY}
