"""The benchmarks that stand alone, each a process of its own: rules, colours, feeds, lists, the box at a door."""

import json
import subprocess
import sys
from collections.abc import Iterable

PARTS = {
    "recolour": "3 million people, 10 million records, a rule changed …",
    "ingest": "evidence in bulk …",
    "zen": "our evaluator against a general rule engine …",
    "colour_cli": "colours from files …",
    "exchange": "a feed's file, from the first byte to the last row …",
    "mixed": "mixed traffic at fixed rates, 60 million people …",
    "scale": "one to four gate machines behind nginx …",
    "device": "a door on a Linux box: code in, lock out, with the gate and without it …",
    "lists": "lists for scanners without a network, 60 million people …",
    "offline": "a gate without a network: codes checked with lists …",
}


def measure_parts(names: Iterable[str], say: object) -> dict[str, float]:
    """Run the named benchmarks one after the other; what each prints as JSON, together."""
    results: dict[str, float] = {}
    for name in names:
        say.print(PARTS[name])  # type: ignore[attr-defined]
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}", "--json"], stdout=subprocess.PIPE, text=True, check=True
        )
        results |= json.loads(done.stdout.strip().splitlines()[-1])
    return results
