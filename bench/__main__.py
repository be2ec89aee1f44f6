"""``python -m bench``: runs the benchmarks, prints a table, writes ``bench/out/results.json``.

Everything is measured in one run on one machine, load generator included; what counts are the ratios. Options:
``--seconds N`` (each load, default 8), ``--quick`` (2 s, the gate alone), ``--only NAME`` (one or more of ``bench.parts``).
"""

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.gate_ground import Ground
from bench.gate_memory import measure_memory
from bench.gate_verify import Measured, Trial, check_visits, try_baseline, try_floor, try_gate
from bench.house import measure_house
from bench.parts import PARTS, measure_parts

OUT = Path(__file__).parent / "out" / "results.json"
BUDGETS = {
    "verify_per_s_256": (">=", 23_400),
    "verify_ratio_baseline": (">=", 30),
    "verify_cpu_ratio_floor": ("<=", 1.8),
    "verify_p99_ms_64": ("<=", 25),
    "pass_per_s": (">=", 2_000),
    "gate_rss_mb_60m": ("<=", 250),
    "code_page_kb": ("<=", 14),
    "warm_start_s": ("<=", 5),
    "recolour_3m_s": ("<=", 20),
    "feed_rows_per_s": (">=", 20_000),
    "list_60m_kb": ("<=", 655),
    "list_build_s": ("<=", 10),
    "delta_30k_kb": ("<=", 60),
}
Runs = dict[str, Measured]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    given = parser.parse_args()
    if given.only:
        show_budgets(measure_parts(given.only, Console()), Console())
        return
    seconds, console = 2.0 if given.quick else given.seconds, Console()
    runs: Runs = {}
    with tempfile.TemporaryDirectory(prefix="ankang-bench-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder))
        try:
            runs = measure_runs(ground, seconds, console)
            console.print("memory with 60 million people …")
            memory = measure_memory(ground)
        finally:
            ground.close()
    results = {**figures(runs), "gate_rss_mb_60m": memory}
    if not given.quick:
        console.print("the whole house, started twice …")
        results |= measure_house()
        results |= measure_parts(PARTS, console)
    show(runs, results, console)
    write(runs, results, seconds)


def measure_runs(ground: Ground, seconds: float, console: Console) -> Runs:
    """Floor, baseline and gate, one after the other."""

    def both(trial: Trial) -> list[Measured]:
        return [trial.verify(64, seconds), trial.verify(256, seconds)]

    def all_three(trial: Trial) -> list[Measured]:
        return [*both(trial), trial.passes(64, seconds)]

    runs: Runs = {}
    console.print("bare HTTP floor …")
    runs["floor 64"], runs["floor 256"] = try_floor(ground, both)
    console.print("FastAPI + SQLAlchemy …")
    runs["baseline 64"], runs["baseline 256"] = try_baseline(ground, both)
    console.print("gate …")
    runs["gate 64"], runs["gate 256"], runs["gate pass 64"] = try_gate(ground, all_three)
    check_visits(ground, runs["gate 64"].result.answered + runs["gate 256"].result.answered)
    return runs


def figures(runs: Runs) -> dict[str, float]:
    """The numbers with a budget, and those that explain them."""
    gate, baseline, floor = runs["gate 256"], runs["baseline 256"], runs["floor 256"]
    return {
        "verify_per_s_64": runs["gate 64"].result.per_second,
        "verify_per_s_256": gate.result.per_second,
        "verify_ratio_baseline": gate.result.per_second / baseline.result.per_second,
        "verify_ratio_baseline_64": runs["gate 64"].result.per_second / runs["baseline 64"].result.per_second,
        "verify_ratio_floor": gate.result.per_second / floor.result.per_second,
        "verify_cpu_ratio_floor": gate.cpu_us / floor.cpu_us,
        "verify_cpu_ratio_baseline": baseline.cpu_us / gate.cpu_us,
        "verify_cpu_us_gate": gate.server_us,
        "verify_cpu_us_database": gate.database_us,
        "floor_cpu_us": floor.cpu_us,
        "verify_p50_ms_64": runs["gate 64"].result.p50_ms,
        "verify_p99_ms_64": runs["gate 64"].result.p99_ms,
        "verify_p50_ms_256": gate.result.p50_ms,
        "verify_p99_ms_256": gate.result.p99_ms,
        "pass_per_s": runs["gate pass 64"].result.per_second,
    }


def show(runs: Runs, results: dict[str, float], console: Console) -> None:
    """Two tables: what was measured, and how it stands to the budgets."""
    table = Table("run", "per second", "of the floor", "p50 ms", "p99 ms", "server µs", "database µs", title="Measured")
    for name, run in runs.items():
        floor = runs["floor 64" if name.endswith("64") else "floor 256"]
        table.add_row(
            name,
            f"{run.result.per_second:,.0f}",
            f"{run.result.per_second / floor.result.per_second:.2f}",
            f"{run.result.p50_ms:.1f}",
            f"{run.result.p99_ms:.1f}",
            f"{run.server_us:.1f}",
            f"{run.database_us:.1f}",
        )
    console.print(table)
    show_budgets(results, console)


def show_budgets(results: dict[str, float], console: Console) -> None:
    """How the figures stand to the budgets, and the figures without one."""
    budgets = Table("figure", "measured", "budget", "", title="Budgets (architecture.md)")
    for name, (sign, limit) in BUDGETS.items():
        if name in results:
            kept = results[name] >= limit if sign == ">=" else results[name] <= limit
            budgets.add_row(name, f"{results[name]:,.2f}", f"{sign} {limit:,}", "kept" if kept else "missed")
    for name in sorted(results.keys() - BUDGETS.keys()):
        budgets.add_row(name, f"{results[name]:,.2f}", "", "")
    console.print(budgets)


def write(runs: Runs, results: dict[str, float], seconds: float) -> None:
    """``bench/out/results.json``: the figures, and how they came about."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    how = {
        "at": int(time.time()),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "seconds": seconds,
    }
    OUT.write_text(
        json.dumps({**{key: round(value, 3) for key, value in results.items()}, "how": how}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
