"""The card on a resident's own page: the colour, why it is so, and what ends it."""

from datetime import datetime

from django.utils.translation import get_language

from ankang.people.sections import Section

from .services import ReasonView, colour_of


def colour_section(person: int, now: datetime) -> Section:
    """Colour with word and shape, since, until and every reason, in the reader's language."""
    lang = get_language() or "zh-hans"
    view = colour_of(person)
    context = {
        "slug": view.colour.slug,
        "word": view.colour.word(lang),
        "view": view,
        "reasons": [_words(reason, lang) for reason in view.reasons],
    }
    return Section("health/section.html", context, order=10)


def _words(reason: ReasonView, lang: str) -> dict[str, object]:
    return {
        "text": reason.text(lang),
        "ends_when": reason.ends_when(lang),
        "since": reason.since,
        "until": reason.until,
    }
