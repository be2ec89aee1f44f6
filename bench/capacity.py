"""``python -m bench.capacity``: measures what the capacity page counts with, and writes its figures and charts anew.

About nine minutes on a calm machine: 60 s at each of six rates (``--seconds``), then four sizes behind nginx. ``--keep`` writes
the page from what ``bench/out`` holds, without measuring. Writes docs/capacity.md between its marks, and two charts.
"""

import argparse
import json
import math
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import balancer, mixed, scale
from bench.curves import Series, line_chart
from bench.mixed import Point, sustained

PAGE = Path(__file__).parents[1] / "docs" / "capacity.md"
IMAGES = PAGE.parent / "images"
MARKS = re.compile(r"(<!-- measured -->\n).*(<!-- end of measured -->)", re.DOTALL)
BUSY = 0.6
"""How busy a processor may be in the worst second; above that latencies rise (the curve)."""
CORES = 8
"""Cores of a machine in the table."""
SPARE = 1
"""Machines more than needed, so that one may fail."""


@dataclass(frozen=True)
class Need:
    """A place to serve: how many people, requests a second in its worst second, and where that number is from."""

    name: str
    people: int
    per_second: float
    why: str


NEEDS = (
    Need("county (Ningguo)", 382_909, 382_909 * 4 * 0.15 / 3600 * 3, "4 requests a person a day, 15 % in the peak hour, worst second × 3"),
    Need("province (Anhui)", 60_000_000, 60_000_000 * 4 * 0.15 / 3600 * 1.5, "the same, worst second × 1.5"),
    Need("crisis", 60_000_000, 48_000, "a province where everybody is asked at every door at once"),
)


def main() -> None:
    """Measure (or not), write."""
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    if not given.keep:
        for module, seconds in (("mixed", given.seconds), ("scale", min(given.seconds, 15.0))):
            subprocess.run([sys.executable, "-m", f"bench.{module}", "--seconds", str(seconds)], check=True)
    found = json.loads(mixed.OUT.read_text())
    scaled = json.loads(scale.OUT.read_text()) if scale.OUT.exists() and balancer.is_there() else None
    write(found, scaled)


def write(found: dict[str, Any], scaled: dict[str, Any] | None) -> None:
    """The page's measured part and the charts."""
    points = [Point(**point) for point in found["points"]]
    best = sustained(points[:-1])
    (IMAGES / "capacity-latency.svg").write_text(latency_chart(points, best))
    parts = [how(found), "![latency](images/capacity-latency.svg)", "", *curve_table(points), "", *sentences(points, best, found), ""]
    nginx_us = 0.0
    if scaled:
        runs = scaled["runs"]
        nginx_us = runs[-1]["nginx_us"]
        (IMAGES / "capacity-machines.svg").write_text(machines_chart(scaled))
        parts += ["## More machines", "", "![machines](images/capacity-machines.svg)", "", *scale_table(runs), ""]
    parts += ["## Machines needed", "", *needs_table(best, nginx_us), ""]
    text = PAGE.read_text()
    PAGE.write_text(MARKS.sub(lambda match: match[1] + "\n".join(parts) + match[2], text))


def how(found: dict[str, Any]) -> str:
    """When and on what."""
    day = time.strftime("%Y-%m-%d", time.gmtime(found["at"]))
    return (
        f"Measured {day} on {os.cpu_count()} cores, Python {platform.python_version()}, {found['seconds']:.0f} s a rate, "
        f"{found['persons']:,} people in memory, {found['workers']} gate processes, database and load generator on the same "
        f"cores; the machine's load average before was {found.get('load_before', 0):.1f}. "
        f"The generator alone reaches {found['generator_per_s']:,.0f}/s against the bare server.\n"
    )


def curve_table(points: list[Point]) -> list[str]:
    """One row a rate."""
    rows = [
        "| offered /s | answered /s | refused /s | p50 ms | p90 | p99 | p99.9 | p99.99 | gate µs | database µs |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in points:
        latencies = " | ".join(f"{one.latencies[name]:.1f}" for name in ("50", "90", "99", "99.9", "99.99"))
        rows.append(
            f"| {one.rate:,.0f} | {one.goodput:,.0f} | {one.refused:,.0f} | {latencies} | {one.gate_us:.0f} | {one.database_us:.0f} |"
        )
    return rows


def sentences(points: list[Point], best: Point, found: dict[str, Any]) -> list[str]:
    """What the table says."""
    over, most = points[-1], max(point.goodput for point in points[:-1])
    return [
        f"* **{best.goodput:,.0f} a second** {_kept(best)}, with a p99 of {best.latencies['99']:.1f} ms.",
        f"* At twice saturation {over.goodput / most:.0%} of the best throughput is still answered; the rest is refused, the refusal "
        f"itself within {over.refusal_p99_ms:.0f} ms (p99). What was admitted waited {over.service_p99_ms:.0f} ms (p99) from the moment "
        "it was sent; the table counts from when it was meant to be sent, the generator's own queue included.",
    ]


def _kept(best: Point) -> str:
    if best.latencies["99"] <= mixed.BUDGET_MS:
        return f"are sustained within the budget of {mixed.BUDGET_MS:.0f} ms"
    return f"are answered, but no rate of this run kept the budget of {mixed.BUDGET_MS:.0f} ms"


def scale_table(runs: list[dict[str, Any]]) -> list[str]:
    """One row a number of machines."""
    rows = [
        "| machines | answered /s | of one × machines | p99 ms | nginx µs | gates µs | database µs |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    first = runs[0]["per_second"]
    for run in runs:
        part = run["per_second"] / first / run["machines"]
        rows.append(
            f"| {run['machines']} | {run['per_second']:,.0f} | {part:.0%} | {run['p99_ms']:.1f} | {run['nginx_us']:.0f} | "
            f"{run['gates_us']:.0f} | {run['database_us']:.0f} |"
        )
    return rows


def needs_table(best: Point, nginx_us: float) -> list[str]:
    """Machines for a county, a province, the crisis."""
    rows = [
        "| place | people | requests /s, worst second | gate cores | database cores | nginx cores | "
        f"gate machines of {CORES} cores |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for need in NEEDS:
        gates, database, nginx = (cores(need.per_second, us) for us in (best.gate_us, best.database_us, nginx_us))
        machines, balancer_cores = math.ceil(gates / CORES) + SPARE, f"{nginx:.2g}" if nginx_us else "not measured"
        rows.append(
            f"| {need.name} | {need.people:,} | {need.per_second:,.0f} | {gates:.2g} | {database:.2g} | "
            f"{balancer_cores} | {machines} |"
        )
    why = "; ".join(f"{need.name}: {need.why}" for need in NEEDS)
    return [*rows, "", f"Worst second: {why}. Cores at most {BUSY:.0%} busy; gate machines with {SPARE} to spare."]


def cores(per_second: float, us: float) -> float:
    """Cores that so many requests of so many CPU microseconds keep busy, with room."""
    return per_second * us / 1e6 / BUSY


def latency_chart(points: list[Point], best: Point) -> str:
    """Percentiles over the offered rate; the overload is not drawn, it is in the table."""
    drawn = points[:-1]
    names = (("99.99", "99.99 %"), ("99.9", "99.9 %"), ("99", "99 %"), ("90", "90 %"), ("50", "half"))
    series = [Series(f"{word} within", [(p.rate, p.latencies[name]) for p in drawn]) for name, word in names]
    title = f"{best.goodput:,.0f} requests a second, 99 % of them within {best.latencies['99']:.0f} ms"
    note = "Mixed traffic, 60 million people; latency from the intended moment of arrival (no coordinated omission)"
    return line_chart(title, note, "arrivals a second", "latency in ms", series, log=True)


def machines_chart(scaled: dict[str, Any]) -> str:
    """Answers a second over machines, and what a straight line would be."""
    runs = scaled["runs"]
    part = runs[-1]["per_second"] / runs[0]["per_second"] / runs[-1]["machines"]
    series = [
        Series("answered", [(run["machines"], run["per_second"]) for run in runs]),
        Series("the first × n", [(run["machines"], runs[0]["per_second"] * run["machines"]) for run in runs]),
    ]
    title = f"{runs[-1]['machines']} machines answer {part:.0%} of {runs[-1]['machines']} times one machine"
    note = f"Each machine held to {scaled['each']:,.0f} requests a second, behind one nginx, on one database"
    return line_chart(title, note, "gate machines", "answers a second", series)


if __name__ == "__main__":
    main()
