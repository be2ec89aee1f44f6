"""The strip of a person's colours and records over time: shares of the width in per cent, drawn by the server as SVG.

It needs no script, stays sharp on paper, and its text keeps its size on a phone. Beside it stands the table.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language

from ..services.history import ColourSpell, PersonFile

NARROWEST = 0.6
ROOM = {"zh": {"word": (9.0, 26.0), "shape": (3.6, 11.0)}, "en": {"word": (15.0, 46.0), "shape": (3.6, 11.0)}}
"""From which width on (per cent) a block has room for its word or its shape: on a desk, on a phone."""
TICKS = 4
MARGIN = timedelta(days=1)


class Block(NamedTuple):
    """One spell: where it lies (per cent of the width), its colour's slug and word, and where there is room for them:
    ``phone`` (everywhere), ``desk`` (only there) or nowhere.
    """

    x: float
    width: float
    slug: str
    word: str
    word_room: str
    shape_room: str
    start: datetime
    end: datetime | None


class Dot(NamedTuple):
    """One record: where it lies and whether it was retracted."""

    x: float
    words: str
    retracted: bool
    at: datetime


def timeline_of(file: PersonFile, spells: Sequence[ColourSpell], now: datetime) -> dict[str, Any] | None:
    """Blocks, dots and ticks; None while nothing was ever shown."""
    if not spells:
        return None
    lang = get_language() or "zh-hans"
    moments = [spells[0].start, *(filed.occurred_at for filed in file.filed)]
    first, last = min(moments) - MARGIN, now
    span = max((last - first).total_seconds(), 1.0)

    def place(moment: datetime) -> float:
        return round(min(max((moment - first).total_seconds() / span, 0.0), 1.0) * 100, 3)

    return {
        "blocks": [_block(spell, place(spell.start), place(spell.end or now), lang) for spell in spells],
        "dots": [
            Dot(
                place(filed.occurred_at),
                filed.record.kind.word(lang),
                filed.retracted_at is not None,
                filed.occurred_at,
            )
            for filed in file.filed
        ],
        "ticks": [_tick(first + (last - first) * (number / TICKS), number) for number in range(TICKS + 1)],
    }


def _block(spell: ColourSpell, start: float, end: float, lang: str) -> Block:
    width = max(end - start, NARROWEST)
    return Block(
        min(start, 100 - width),
        width,
        spell.colour.slug,
        spell.colour.word(lang),
        _room(width, "word", lang),
        _room(width, "shape", lang),
        spell.start,
        spell.end,
    )


def _room(width: float, what: str, lang: str) -> str:
    desk, phone = ROOM["zh" if lang.startswith("zh") else "en"][what]
    return "phone" if width >= phone else "desk" if width >= desk else ""


def _tick(moment: datetime, number: int) -> dict[str, Any]:
    anchor = "start" if number == 0 else "end" if number == TICKS else "middle"
    return {"x": 100 * number / TICKS, "anchor": anchor, "text": f"{timezone.localtime(moment):%m-%d}"}
