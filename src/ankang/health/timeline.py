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
SHAPE_NEEDS = 22
DAYS_AT_LEAST, MOST_TICKS = 6, 6
SPANS = (30, 90, 365)  # days back that a reader may choose
AHEAD = 0.22  # share of the drawing that lies after now, so that the present colour can be seen
STEPS = (1, 2, 3, 5, 7, 14, 30, 61)
Scale = Callable[[datetime], float]


@dataclass(frozen=True)
class Band:
    """A time of one colour, from ``x`` on, ``width`` wide; ``shape``: there is room for the sign.

    ``end`` None: to this day; it is drawn on beyond now, as far as it is known to last.
    """

    colour: Colour
    x: float
    width: float
    shape: bool
    start: datetime
    end: datetime | None

    def holds(self, word: str) -> bool:
        """Whether there is room for the sign and ``word`` in letters of 14."""
        return self.width >= 32 + sum(8.5 if letter.isascii() else 15 for letter in word)


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
    """A day on the axis; it has its ``label`` unless that would touch today's."""

    x: float
    day: datetime
    label: bool


@dataclass(frozen=True)
class Timeline:
    """The whole drawing. ``now`` is where today's line stands, ``first`` where the first colour begins (None: before
    the drawing does). ``left_out``: how many records are older than it shows.
    """

    height: float
    axis: float
    now: float
    first: float | None
    bands: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    left_out: int


def draw(spells: Sequence[ColourSpell], records: Sequence[FiledRecord], now: datetime, span: int) -> Timeline:
    """The last ``span`` days at most, from the first thing on file in that time to a little beyond now."""
    start = _start(spells, records, now, span)
    seconds = (now - start).total_seconds() / (1 - AHEAD)
    end = start + timedelta(seconds=seconds)

    def x(moment: datetime) -> float:
        share = (min(max(moment, start), end) - start).total_seconds() / seconds
        return round(LEFT + share * (RIGHT - LEFT), 1)

    shown = [record for record in records if record.filed.occurred_at >= start]
    lanes, bottom = _lanes(shown, x)
    bands = tuple(_band(spell, x, end) for spell in spells if spell.end is None or spell.end > start)
    first = x(spells[0].start) if spells and spells[0].start > start else None
    ticks = _ticks(start, now, x)
    return Timeline(bottom + 22, bottom, x(now), first, bands, lanes, ticks, len(records) - len(shown))


def _start(spells: Sequence[ColourSpell], records: Sequence[FiledRecord], now: datetime, span: int) -> datetime:
    earliest = now - timedelta(days=span)
    moments = [spell.start for spell in spells] + [record.filed.occurred_at for record in records]
    first = min((moment for moment in moments if moment >= earliest), default=now)
    if any(spell.start < earliest for spell in spells):
        first = earliest
    first = min(first, now - timedelta(days=DAYS_AT_LEAST))
    return localtime(first).replace(hour=0, minute=0, second=0, microsecond=0)


def _band(spell: ColourSpell, x: Scale, right: datetime) -> Band:
    begin, end = x(spell.start), x(spell.end or right)
    width = round(max(end - begin, 1), 1)
    return Band(spell.colour, begin, width, width >= SHAPE_NEEDS, spell.start, spell.end)


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
    return tuple(Tick(x(moment), moment, x(now) - x(moment) > LABEL) for moment in moments)
