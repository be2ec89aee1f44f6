"""Line charts as SVG in the house's look: the title says the finding, the axes carry their units, no colour of a code.

Lines are told apart by their dashes and by words at their ends, so that the picture works in print.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 72, 150, 84, 56
INK, QUIET, LINE = "#1f2933", "#52606d", "#d9dee3"
DASHES = ("", "7 4", "2 4", "10 4 2 4", "1 3")
BLUES = ("#0b4f8a", "#2f7dbd", "#5a6b7b", "#7c8a99", "#39424c")


@dataclass(frozen=True)
class Series:
    """A line: what stands at its end, and its points."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(title: str, note: str, x: str, y: str, series: Sequence[Series], log: bool = False) -> str:
    """The picture; ``x`` and ``y`` name the axes with their units, ``log``: a logarithmic vertical axis."""
    points = [point for one in series for point in one.points if point[1] > 0]
    scale = _Scale(max(p[0] for p in points), min(p[1] for p in points), max(p[1] for p in points), log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="16" y="30" font-size="17" font-weight="600">{escape(title)}</text>',
        f'<text x="16" y="50" fill="{QUIET}">{escape(note)}</text>',
        *_axes(scale, x, y),
        *_lines(scale, series),
        "</svg>\n",
    ]
    return "\n".join(parts)


class _Scale:
    def __init__(self, most: float, least_y: float, most_y: float, log: bool) -> None:
        self._log = log
        self.x_marks = _round_marks(most)
        self.y_marks = _decades(least_y, most_y) if log else _round_marks(most_y)

    def x(self, value: float) -> float:
        return LEFT + value / self.x_marks[-1] * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self.y_marks[0], self.y_marks[-1]
        part = math.log(max(value, low) / low) / math.log(high / low) if self._log else value / high
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def _round_marks(most: float) -> list[float]:
    rough = most / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough)
    return [step * number for number in range(math.ceil(most / step) + 1)]


def _decades(least: float, most: float) -> list[float]:
    low, high = math.floor(math.log10(least)), max(math.ceil(math.log10(most)), math.floor(math.log10(least)) + 1)
    return [10.0**power for power in range(low, high + 1)]


def _axes(scale: _Scale, x: str, y: str) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for mark in scale.y_marks:
        at = scale.y(mark)
        parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}" stroke="{LINE}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="{QUIET}">{mark:,g}</text>')
    for mark in scale.x_marks:
        at = scale.x(mark)
        parts.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle" fill="{QUIET}">{mark:,g}</text>')
    parts.append(f'<text x="{right}" y="{HEIGHT - 14}" text-anchor="end">{escape(x)}</text>')
    parts.append(f'<text x="16" y="{TOP - 12}">{escape(y)}</text>')
    return parts


def _lines(scale: _Scale, series: Sequence[Series]) -> list[str]:
    parts: list[str] = []
    taken: list[float] = []
    for number, one in enumerate(series):
        colour = BLUES[number % len(BLUES)]
        path = " ".join(f"{scale.x(a):.1f},{scale.y(b):.1f}" for a, b in one.points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{DASHES[number % len(DASHES)]}"/>'
        )
        parts += [f'<circle cx="{scale.x(a):.1f}" cy="{scale.y(b):.1f}" r="3" fill="{colour}"/>' for a, b in one.points]
        end_x, end_y = one.points[-1]
        at = scale.y(end_y) + 4
        while any(abs(at - other) < 14 for other in taken):
            at += 2
        taken.append(at)
        parts.append(f'<text x="{scale.x(end_x) + 10:.1f}" y="{at:.1f}" fill="{colour}">{escape(one.name)}</text>')
    return parts
