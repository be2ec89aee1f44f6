"""What the operator sees: steps, the children's lines with a prefix, the addresses once the house answers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ankang.config.settings import Settings
from ankang.site.supervisor.plans import Plan
from ankang.site.supervisor.welcome import addresses, demo_accounts

if TYPE_CHECKING:
    from rich.progress import Progress

Advance = Callable[[str, int, int], None]
"""``advance(what, done, total)``: how seeding reports."""


class Screen:
    """Writes to the terminal; plain text when it is none."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    def title(self, data: str) -> None:
        """The first line."""
        self._print(f"[bold]安康码 · Ankang code[/]  [dim]data: {escape(data)}[/]")

    def step(self, text: str) -> None:
        """One thing is done."""
        self._print(f"  [green]✓[/] {escape(text)}")

    def note(self, text: str) -> None:
        """Something the operator should know."""
        self._print(f"  [yellow]![/] {escape(text)}")

    def line(self, plan: Plan, text: str) -> None:
        """A line that a child wrote."""
        self._print(f"[{plan.colour}]{plan.name:>8} │[/] {escape(text)}")

    def ready(self, settings: Settings) -> None:
        """The addresses, and in a demonstration who may sign in."""
        base = f"http://localhost:{settings.port}"
        self.step(f"the house answers after {time.monotonic() - self._began:.1f} s")
        self._print("")
        for words, path in addresses(settings):
            self._print(f"  {words:<28} [bold]{base}{path}[/]")
        if settings.public_url:
            self._print(f"  printed on posters           [bold]{escape(settings.address)}[/]")
        for name, text in demo_accounts(settings):
            self._print(f"  {name:<28} {escape(text)}")
        self._print("\n  Ctrl-C stops everything.  `ankang simulate` fills a day in Ningguo.\n")

    def _print(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            self._console.print(text)


@contextlib.contextmanager
def seeding_bar(console: Console | None = None) -> Iterator[Advance]:
    """A bar with a rate and the time left; on a pipe, a line every few seconds."""
    console = console or Console(highlight=False)
    if console.is_terminal:
        with _bar(console) as progress:
            yield _moving(progress)
    else:
        yield _lines(console)


def _bar(console: Console) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )


def _moving(progress: Progress) -> Advance:
    tasks: dict[str, tuple[int, float]] = {}

    def advance(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = (int(progress.add_task(what, total=total, rate="")), time.monotonic())
        task, began = tasks[what]
        rate = f"{done / max(time.monotonic() - began, 0.001):,.0f}/s"
        progress.update(progress.task_ids[task], completed=done, total=total, rate=rate)

    return advance


def _lines(console: Console) -> Advance:
    last = [time.monotonic()]

    def advance(what: str, done: int, total: int) -> None:
        if done >= total or time.monotonic() - last[0] > 5:
            last[0] = time.monotonic()
            console.print(f"  {escape(what)}: {done:,} of {total:,}")

    return advance
