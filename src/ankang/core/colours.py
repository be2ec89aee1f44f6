"""Colours 码色 (domain.md §1): what a code may look like, and which of two is worse."""

from collections.abc import Iterable
from enum import IntEnum


class Colour(IntEnum):
    """A person's colour; the value is the byte the gate keeps and the number the database stores."""

    GREY = 0
    GREEN = 1
    YELLOW = 2
    RED = 3

    @property
    def slug(self) -> str:
        """The stable lower-case name used by every interface: ``green``."""
        return self.name.lower()

    def word(self, lang: str) -> str:
        """The word shown beside the colour; ``lang`` is ``zh`` or ``en``."""
        return _WORDS[self][0 if lang.startswith("zh") else 1]

    @property
    def severity(self) -> int:
        """How much this colour restricts: green 0, grey 1, yellow 2, red 3."""
        return _SEVERITY[self]


_WORDS = {
    Colour.GREY: ("待核验", "being checked"),
    Colour.GREEN: ("绿码", "green code"),
    Colour.YELLOW: ("黄码", "yellow code"),
    Colour.RED: ("红码", "red code"),
}
_SEVERITY = {Colour.GREEN: 0, Colour.GREY: 1, Colour.YELLOW: 2, Colour.RED: 3}


def worst(colours: Iterable[Colour]) -> Colour:
    """The colour that wins when several rules are active (Z20 1): the most severe; green when none is."""
    return max(colours, key=lambda colour: colour.severity, default=Colour.GREEN)
