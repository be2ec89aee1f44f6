"""How many records of evidence a second are taken in bulk, people evaluated, feed written.

Run: ``python -m bench.ingest [--rows 200000] [--json]``. Test results and other records as in ``bench/colour_cli.py``, in
transactions of 10,000 rows, on top of 1 million records of 300,000 people that are on file already.
"""

import argparse
import json
import os
import random
import time
from datetime import UTC, datetime, timedelta

from bench.colour_cli import NOON, a_record
from bench.recolour import a_house, fill, put_in_force

PEOPLE, ROWS, BATCH = 300_000, 200_000, 10_000


def measure(rows: int = ROWS, people: int = PEOPLE) -> dict[str, float]:
    """``evidence_ingest_per_s``: rows a second, from values in Python to durable commits."""
    with a_house():
        from django.db import connection, transaction

        from ankang.health.services import (
            NewEvidence,
            prepare_partitions,
            record_evidence_in_bulk,
            run_recolouring,
            start_recolouring,
        )

        now = datetime.now(UTC)
        for month in (75, 45):
            prepare_partitions(now - timedelta(days=month))
        put_in_force("zhejiang-2020-07", now - timedelta(days=400), version=2, changed=False)
        fill(people, now)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE health_evidence, health_colour")
        run_recolouring(start_recolouring("rule_set", "1", "bench", now).pk)
        chance, shift = random.Random(7), int(now.timestamp()) - NOON
        new = []
        for number in range(rows):
            record = a_record(chance, iso=False)
            attributes = {
                name: value + shift if name in ("sampled_at", "start", "end") else value
                for name, value in record["attributes"].items()
            }
            at = datetime.fromtimestamp(record["occurred_at"] + shift, UTC)
            source = {"feed": "bench", "batch": "1", "row": str(number)}
            new.append(NewEvidence(chance.randrange(people) + 1, record["kind"], at, attributes, source))
        load, began, cpu, taken, changed = os.getloadavg()[0], time.monotonic(), time.process_time(), 0, 0
        for at in range(0, rows, BATCH):
            with transaction.atomic():
                done = record_evidence_in_bulk(new[at : at + BATCH], now)
            taken += len(done.recorded) - done.recorded.count(None)
            changed += done.changed
        wall = time.monotonic() - began
    return {
        "evidence_ingest_per_s": rows / wall,
        "evidence_ingest_python_s": time.process_time() - cpu,
        "evidence_ingest_taken": taken,
        "evidence_ingest_changed": changed,
        "evidence_ingest_load_before": load,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {name: round(value, 2) for name, value in measure(given.rows, given.people).items()}
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:28} {value:14,.2f}")


if __name__ == "__main__":
    main()
