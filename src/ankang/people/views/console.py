"""What the console pages of this room share: the frame, and whose page is open for which purpose."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language

from ankang.base.errors import Problem

OPEN_SECONDS = 15 * 60
_OPENED = "desk_opened"


def open_person(request: HttpRequest, person: int, why: str) -> None:
    """The purpose holds for this person for 15 minutes; then it is asked again. The carriers' desk reads it too."""
    opened = {"person": person, "why": why, "until": timezone.now().timestamp() + OPEN_SECONDS}
    request.session[_OPENED] = request.session["carriers_opened"] = opened


def purpose_of(request: HttpRequest, person: int) -> str | None:
    """The purpose under which this person's page is open; None when it must be asked."""
    opened = request.session.get(_OPENED)
    if not opened or opened["person"] != person or opened["until"] < timezone.now().timestamp():
        return None
    return str(opened["why"])


def console_page(request: HttpRequest, template: str, title: Any, status: int = 200, **context: Any) -> HttpResponse:
    """A page in the console's frame; fields of forms get its look."""
    for form in (value for value in context.values() if hasattr(value, "fields")):
        for field in form.fields.values():
            if getattr(field.widget, "input_type", "") != "checkbox":
                field.widget.attrs["class"] = "field-input"
        if form.is_bound and form.errors:
            status = 422
    if context.get("problem_words"):
        status = 422
    shown = admin.site.each_context(request) | {"title": title} | context
    return TemplateResponse(request, template, shown, status=status)


def words_of(problem: Problem) -> str:
    """A refusal in the reader's language."""
    return problem.message(get_language() or "zh-hans")
