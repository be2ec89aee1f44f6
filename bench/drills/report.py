"""What a drill found out, and the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass
class Report:
    """One drill. ``asked`` = requests sent for the first time; ``refused`` = 503 and broken connections on the way, which a
    scanner repeats; ``lost`` = answered visits that are not in the table afterwards, as they were told, exactly once."""

    name: str
    done: str
    asked: int = 0
    answered: int = 0
    wrong: int = 0
    refused: int = 0
    lost: int = 0
    recovery: float = 0.0
    recovery_limit: float = 10.0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.faults.append(otherwise)

    @property
    def passed(self) -> bool:
        """Nothing wrong was said, nothing lost, and it was over in time."""
        return not (self.faults or self.wrong or self.lost) and self.recovery <= self.recovery_limit and self.answered > 0


def show(reports: Sequence[Report], console: Console) -> None:
    """The table."""
    table = Table("drill", "what was done", title="Drills")
    for name in _NUMBERS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for one in reports:
        numbers = (one.asked, one.answered, one.answered - one.wrong, one.refused, one.lost)
        table.add_row(
            one.name, one.done, *[f"{number:,}" for number in numbers], f"{one.recovery:.1f}",
            "● passed" if one.passed else "■ FAILED",
        )  # fmt: skip
    console.print(table)
    for one in reports:
        for line in [*one.notes, *[f"✕ {fault}" for fault in one.faults]]:
            console.print(f"{one.name}: {line}", highlight=False)


_NUMBERS = ("asked", "answered", "right", "refused", "lost", "recovery s")
