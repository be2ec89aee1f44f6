"""The frame that these pages share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language


def page(request: HttpRequest, template: str, title: Any, status: int = 200, **context: Any) -> HttpResponse:
    """A page in the console's frame."""
    shown = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, f"base/lists/{template}", shown, status=status)


def language() -> str:
    """``zh`` or ``en``."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def safe_path(path: str, otherwise: str) -> str:
    """An address of the console that a form sent along, or else ``otherwise``."""
    inside = path.startswith("/console/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if inside else otherwise
