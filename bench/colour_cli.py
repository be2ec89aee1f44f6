"""How many people a second `ankang colour` colours on one core, from the first byte in to the last byte out.

Run: ``python bench/colour_cli.py [--people 200000] [--rules anhui-2022-01] [--json]``. People have 0 to 4 records
of evidence, as a province's file has them: mostly tests, doses and stays, a few contacts, fevers and orders.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NOON = 1_642_651_200  # 20 January 2022, 12:00 in Shanghai
DAY = 86_400
REGIONS = ["341881", "341802", "340104", "110106", "310115", "610113", "341881001"]
AREAS = [
    {"code": "610113", "level": "high", "since": NOON - 30 * DAY},
    {"code": "341881001", "level": "sealed", "since": NOON - 4 * DAY},
    *({"code": f"4401{n:02}", "level": "medium", "since": NOON - 9 * DAY} for n in range(3, 18)),
]


def a_record(chance: random.Random, iso: bool) -> dict[str, Any]:
    """One made-up record, as common as in a province's file."""
    at = NOON - chance.randrange(40 * DAY)
    kind = chance.choices(
        ["nucleic_test", "vaccination", "stay", "temperature", "symptom", "contact", "isolation", "border_entry"],
        [55, 20, 14, 5, 2, 2, 1, 1],
    )[0]
    attributes: dict[str, Any] = {
        "nucleic_test": {"result": "negative", "sampled_at": moment(at - 20_000, iso), "lab": "CDC-18"},
        "vaccination": {"dose": 2, "product": "BBIBP-CorV"},
        "stay": {"region": chance.choice(REGIONS), "source": "roaming"},
        "temperature": {"celsius": chance.choice([36.4, 36.6, 36.8, 36.9, 37.0, 38.1])},
        "symptom": {"code": chance.choice(["fever", "cough"]), "present": chance.random() < 0.6},
        "contact": {"relation": chance.choice(["close", "secondary", "general", "companion"])},
        "isolation": {"setting": "central", "start": moment(at, iso), "end": moment(at + 14 * DAY, iso)},
        "border_entry": {"country": "US", "port": "PVG"},
    }[kind]
    return {"kind": kind, "occurred_at": moment(at, iso), "attributes": attributes}


def moment(at: int, iso: bool) -> int | str:
    """Unix seconds, or the same as ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(at + 28_800)) if iso else at


def write_people(path: Path, people: int, iso: bool) -> None:
    """The input file; the same people every time."""
    chance = random.Random(20220120)
    with path.open("w") as file:
        for person in range(people):
            evidence = [a_record(chance, iso) for _ in range(chance.randrange(5))]
            file.write(json.dumps({"person": f"P{person:08}", "evidence": evidence}) + "\n")


def people_per_second(rules: str, people: int, iso: bool) -> float:
    """One run of the command as an outsider starts it, by the processor time it took."""
    with tempfile.TemporaryDirectory() as folder:
        people_file, area_file = Path(folder) / "evidence.jsonl", Path(folder) / "areas.json"
        write_people(people_file, people, iso)
        area_file.write_text(json.dumps(AREAS))
        command = [sys.executable, "-m", "ankang.cli", "colour", "--rules", rules, "--at", str(NOON)]
        before = spent()
        with people_file.open("rb") as source:
            done = subprocess.run(
                [*command, "--areas", str(area_file)], stdin=source, stdout=subprocess.PIPE, check=True
            )
        used = spent() - before
        assert done.stdout.count(b"\n") == people
        return people / used


def spent() -> float:
    """Processor seconds of all finished children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--rules", default="anhui-2022-01")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {
        "colour_cli_per_s": round(people_per_second(given.rules, given.people, iso=False)),
        "colour_cli_iso_per_s": round(people_per_second(given.rules, given.people, iso=True)),
    }
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:24} {value:10,}")


if __name__ == "__main__":
    main()
