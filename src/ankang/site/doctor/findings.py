"""What the doctor found: a name, a state, a sentence, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is."""

    WELL = "well"
    NOTE = "note"
    WRONG = "wrong"


MARKS = {State.WELL: ("✓", "32"), State.NOTE: ("!", "33"), State.WRONG: ("✕", "31")}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``code`` is stable, for scripts; ``remedy``: empty when nothing is to be done."""

    code: str
    state: State
    says: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"code": self.code, "state": self.state.value, "says": self.says, "remedy": self.remedy}

    def as_text(self, colour: bool) -> str:
        """One or two lines for a terminal."""
        mark, number = MARKS[self.state]
        shown = f"\x1b[{number}m{mark}\x1b[0m" if colour else mark
        return f"{shown} {self.says}" + (f"\n    → {self.remedy}" if self.remedy else "")


def well(code: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(code, State.WELL, says)


def note(code: str, says: str, remedy: str = "") -> Finding:
    """Worth knowing; the product runs."""
    return Finding(code, State.NOTE, says, remedy)


def wrong(code: str, says: str, remedy: str) -> Finding:
    """The product does not run, or does not run safely."""
    return Finding(code, State.WRONG, says, remedy)
