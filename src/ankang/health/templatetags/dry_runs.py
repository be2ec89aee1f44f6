"""What a dry run shows, for the templates that include it."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ankang.core.colours import Colour as CodeColour

from ..marks import colour_mark
from ..models import DryRun
from ..views.dry_run_sheet import sheet_of

register = template.Library()


@register.simple_tag(takes_context=True)
def dry_run_sheet(context: Any, run: DryRun | None) -> dict[str, Any]:
    """Everything ``health/dry_run_sheet.html`` shows of ``run`` to the reader of this page."""
    return sheet_of(run or None, context["request"].user, str(context.get("dry_run_subject", "")))


@register.filter
def mark(colour: int) -> SafeString:
    """A code colour as colour, word and shape."""
    return colour_mark(colour)


@register.filter
def colour_word(colour: CodeColour) -> str:
    """A code colour's word alone, where many stand in one row."""
    return colour.word(get_language() or "zh-hans")


@register.filter
def rows(number: int) -> str:
    """How high a chart with so many bars is: few, some or many."""
    return "few" if number <= 3 else "some" if number <= 8 else "many"
