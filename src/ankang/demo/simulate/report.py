"""What the operator sees of the simulated day: a line that moves, and a table at the end."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .day import Day
from .tally import Tally, percentile


def clock_text(clock: float) -> str:
    """``8.25`` → ``08:15``."""
    minutes = int(clock * 60) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def moving_bar(console: Console) -> Progress:
    """Bar, simulated time, requests, rate and remaining real time."""
    return Progress(
        TextColumn("{task.fields[clock]}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} requests"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TextColumn("refused {task.fields[refused]:,}"),
        TimeRemainingColumn(),
        console=console,
        refresh_per_second=4,
        disable=not console.is_terminal,
    )


def line(day: Day, rate: float) -> str:
    """The same in one line, for a pipe."""
    at_this_rate = (day.pace.total - day.pace.given) / max(rate, 1.0)
    left = max(day.pace.seconds - day.pace.elapsed, at_this_rate)
    return (
        f"{clock_text(day.pace.clock)}  {day.pace.given:,} of {day.pace.total:,} requests  {rate:,.0f}/s  "
        f"refused {refused(day.wire.tally):,}  {left:,.0f} s left"
    )


def refused(tally: Tally) -> int:
    """How many were not admitted."""
    verdicts = tally.by_verdict()
    return verdicts.get("deny", 0) + verdicts.get("refer", 0)


def summary(tally: Tally, elapsed: float) -> list[Table]:
    """The day in two tables: answers by what was shown, verdict and reason; requests with their latency."""
    answers = Table("shown", "verdict", "reason", title="Answers", title_justify="left")
    answers.add_column("count", justify="right")
    for (act, verdict, reason), count in sorted(tally.answers.items()):
        answers.add_row(act, verdict, reason, f"{count:,}")
    requests = Table(
        "request", title=f"{tally.requests:,} requests in {elapsed:,.1f} s", title_justify="left"
    )
    for heading in ("count", "p50 ms", "p99 ms", "errors"):
        requests.add_column(heading, justify="right")
    for what, values in sorted(tally.latencies.items()):
        errors = sum(count for error, count in tally.errors.items() if error.startswith(f"{what}:"))
        middle, slow = (f"{percentile(values, share):.1f}" for share in (0.5, 0.99))
        requests.add_row(what, f"{len(values):,}", middle, slow, str(errors))
    return [answers, requests]


def write_summary(console: Console, tally: Tally, elapsed: float) -> None:
    """Print the summary, and each kind of error with its count."""
    for table in summary(tally, elapsed):
        console.print(table)
    rate = tally.requests / elapsed if elapsed else 0.0
    console.print(f"{rate:,.0f} requests a second; asked again after 'busy': {tally.retries:,}")
    for error, count in tally.errors.most_common():
        console.print(f"error  {error}  {count:,}")
