"""The drawing of a person's colours and records over time: positions only, so that a page without scripts shows it.

Units are those of an SVG 360 wide: one unit is one pixel on a phone. Beside the drawing stands the list it draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from ankang.core.colours import Colour

from .services.history import ColourSpell
from .services.personal_file import FiledRecord

WIDTH, LEFT, RIGHT = 360, 12, 348
BAND_TOP, BAND_HEIGHT, STRIP = 6, 40, 9
LANES_TOP = BAND_TOP + BAND_HEIGHT + 12
LABEL, ROW, GAP = 16, 24, 6
MARK = 10  # radius
WORD_NEEDS, SHAPE_NEEDS = 74, 22
DAYS_BACK, DAYS_AT_LEAST, MOST_TICKS = 90, 6, 6
STEPS = (1, 2, 3, 7, 14, 30)
Scale = Callable[[datetime], float]


@dataclass(frozen=True)
class Band:
    """A time of one colour, from ``x`` on, ``width`` wide; ``word`` and ``shape`` say what there is room for."""

    colour: Colour
    x: float
    width: float
    word: bool
    shape: bool
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Mark:
    """One record, by its number in the list."""

    number: int
    x: float
    y: float
    matters: bool
    retracted: bool


@dataclass(frozen=True)
class Lane:
    """The records of one kind, one below the other where they would touch."""

    kind: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Tick:
    """A day on the axis."""

    x: float
    day: datetime


@dataclass(frozen=True)
class Timeline:
    """The whole drawing. ``left_out``: how many records are older than it shows."""

    height: float
    axis: float
    bands: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    left_out: int


def draw(spells: Sequence[ColourSpell], records: Sequence[FiledRecord], now: datetime) -> Timeline:
    """The last 90 days at most, from the first thing on file in that time to now."""
    start = _start(spells, records, now)
    seconds = (now - start).total_seconds()

    def x(moment: datetime) -> float:
        share = (min(max(moment, start), now) - start).total_seconds() / seconds
        return round(LEFT + share * (RIGHT - LEFT), 1)

    shown = [record for record in records if record.filed.occurred_at >= start]
    lanes, bottom = _lanes(shown, x)
    bands = tuple(_band(spell, x) for spell in spells if spell.end is None or spell.end > start)
    return Timeline(bottom + 22, bottom, bands, lanes, _ticks(start, now, x), len(records) - len(shown))


def _start(spells: Sequence[ColourSpell], records: Sequence[FiledRecord], now: datetime) -> datetime:
    earliest = now - timedelta(days=DAYS_BACK)
    moments = [spell.start for spell in spells] + [record.filed.occurred_at for record in records]
    first = min((moment for moment in moments if moment >= earliest), default=now)
    if any(spell.start < earliest for spell in spells):
        first = earliest
    first = min(first, now - timedelta(days=DAYS_AT_LEAST))
    return localtime(first).replace(hour=0, minute=0, second=0, microsecond=0)


def _band(spell: ColourSpell, x: Scale) -> Band:
    begin, end = x(spell.start), x(spell.end) if spell.end else float(RIGHT)
    width = round(max(end - begin, 1), 1)
    return Band(spell.colour, begin, width, width >= WORD_NEEDS, width >= SHAPE_NEEDS, spell.start, spell.end)


def _lanes(records: Sequence[FiledRecord], x: Scale) -> tuple[tuple[Lane, ...], float]:
    """A lane a kind, in the order of the list, and where they end."""
    kinds: dict[str, list[FiledRecord]] = {}
    for record in records:
        kinds.setdefault(record.filed.record.kind.value, []).append(record)
    lanes, y = [], float(LANES_TOP)
    for kind, members in kinds.items():
        marks, height = _marks(members, x, y + LABEL)
        lanes.append(Lane(kind, y + LABEL - 4, marks))
        y += LABEL + height + GAP
    return tuple(lanes), y


def _marks(members: Sequence[FiledRecord], x: Scale, top: float) -> tuple[tuple[Mark, ...], float]:
    rows: list[float] = []  # how far each row is taken
    marks = []
    for record in sorted(members, key=lambda record: record.filed.occurred_at):
        place = min(max(x(record.filed.occurred_at), LEFT + MARK), RIGHT - MARK)
        row = next((at for at, taken in enumerate(rows) if place - taken >= 2 * MARK + 2), len(rows))
        rows[row:] = [place, *rows[row + 1 :]]
        gone = record.filed.retracted_at is not None
        marks.append(Mark(record.number, place, top + row * ROW + MARK + 2, record.matters, gone))
    return tuple(marks), len(rows) * ROW


def _ticks(start: datetime, now: datetime, x: Scale) -> tuple[Tick, ...]:
    days = (now - start).days
    step = next((step for step in STEPS if days / step <= MOST_TICKS - 1), STEPS[-1])
    moments = [start + timedelta(days=number) for number in range(0, days + 1, step)]
    return tuple(Tick(x(moment), moment) for moment in moments)
