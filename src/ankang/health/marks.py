"""A code colour on staff pages: colour, word and shape together (design.md). Importable from templates' tags."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ankang.core.colours import Colour as CodeColour


def colour_mark(value: int) -> SafeString:
    """A code colour as colour, word and shape."""
    colour = CodeColour(value)
    return format_html(
        '<span class="code-mark code-mark--{}"><svg class="code-mark__shape" aria-hidden="true">'
        '<use href="{}#{}"/></svg>{}</span>',
        colour.slug,
        static("dist/shapes.svg"),
        colour.slug,
        colour.word(get_language() or "zh-hans"),
    )
