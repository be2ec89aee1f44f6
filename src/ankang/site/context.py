"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """``demo``: whether this is the demonstration; ``public_url``: the address citizens reach us at."""
    return {"demo": settings.ANKANG_DEMO, "public_url": settings.ANKANG_PUBLIC_URL}
