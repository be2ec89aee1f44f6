"""Posters as one PDF: A4 to hang up, or A6, four to a sheet, to cut out. Black on white, Chinese and English (B3)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from ankang.base.errors import NotFound
from ankang.base.pdf import qr_svg, render_pdf
from ankang.core.opening import HoursFault, words_of

from ..models import Checkpoint
from ..rules import type_word
from .posters import place_url

TEMPLATE = "places/posters.typ"
MOST = 500
"""Posters in one file."""


class Part(NamedTuple):
    """One file of many: the doors from the ``first``-th to the ``last``-th of ``total``, part ``number`` of ``parts``."""

    doors: list[Checkpoint]
    number: int
    parts: int
    total: int

    @property
    def name(self) -> str:
        """For the file: ``12``, or ``501-1000-of-99995``."""
        first = (self.number - 1) * MOST
        return str(self.total) if self.parts == 1 else f"{first + 1}-{first + len(self.doors)}-of-{self.total}"


def part_of(doors: QuerySet[Checkpoint], number: int = 1) -> Part:
    """Part ``number`` (from 1) of the doors in their order, :data:`MOST` a part. Raises NotFound where there is none."""
    total = doors.count()
    parts = -(-total // MOST)
    if not 1 <= number <= parts:
        raise NotFound()
    return Part(list(doors[(number - 1) * MOST : number * MOST]), number, parts, total)


def posters_pdf(checkpoints: Sequence[Checkpoint], public_url: str, size: str = "a4") -> bytes:
    """The posters of ``checkpoints`` in their order; ``size`` ``a4`` or ``a6``. 0.01 s a poster. Raises PdfTooLarge, PdfTooSlow."""
    return render_pdf(TEMPLATE, poster_data(checkpoints, public_url, size))


def poster_data(checkpoints: Sequence[Checkpoint], public_url: str, size: str = "a4") -> dict[str, Any]:
    """What the template prints: names, types, hours and signed codes of at most :data:`MOST` checkpoints."""
    posters = [_poster(one, place_url(one, public_url)) for one in checkpoints[:MOST]]
    return {"lang": "zh", "title": "安康码场所码 Ankang code posters", "size": size, "posters": posters}


def _poster(door: Checkpoint, address: str) -> dict[str, Any]:
    return {
        "name": door.name,
        "name_en": door.name_en,
        "type": type_word(door.type, "zh"),
        "type_en": type_word(door.type, "en"),
        "hours": _hours(door.hours, "zh"),
        "hours_en": _hours(door.hours, "en"),
        "site": str(door.site_no or ""),
        "number": str(door.pk),
        "edition": str(door.generation),
        "qr": qr_svg(address, "m"),
    }


def _hours(hours: str, lang: str) -> str:
    try:
        return words_of(hours, lang)
    except HoursFault:
        return ""
