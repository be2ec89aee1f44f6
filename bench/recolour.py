"""How long it takes to recolour a province after a rule change: 3 million people, 10 million records of evidence.

Run: ``python -m bench.recolour [--people 3000000] [--rules zhejiang-2020-07] [--json]``. A database of its own is made
with the real tables and filled by COPY: the same kinds of evidence as ``bench/colour_cli.py``, in the order in which they
came, over forty days. Everybody is coloured by version 2 of the rule set; then version 3 is in force, which differs from
it in one duration, and the recolouring is run as the worker runs it: states, feed and progress written and durable.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.colour_cli import AREAS, NOON, a_record
from bench.measure import cpu_seconds

PEOPLE = 3_000_000
RECORDS = 10 / 3  # a person, on average
POOL = 200_000  # different records; people share them, as they share doses and tests
DURATIONS = {  # what version 3 changes
    "zhejiang-2020-07": (
        'within_days = 14\nsource = "Z20 1(一) 近14天内有境外旅居史',
        'within_days = 21\nsource = "Z20 1(一) 近14天内有境外旅居史',
    ),
    "anhui-2022-01": ("within_days = 14", "within_days = 10"),
}


@contextmanager
def a_house() -> Iterator[Any]:
    """Django over an embedded PostgreSQL in a folder that is thrown away; gives the server's use."""
    from ankang.config import postgres
    from ankang.config.settings import Settings, load_settings

    with tempfile.TemporaryDirectory(prefix="ankang-bench-", ignore_cleanup_errors=True) as folder:
        for name in [name for name in os.environ if name.startswith("ANKANG_")]:
            del os.environ[name]
        use = postgres.start(Settings(data=Path(folder)))
        os.environ |= {
            "ANKANG_DATA": folder,
            "ANKANG_DATABASE_URL": use.url,
            "DJANGO_SETTINGS_MODULE": "ankang.site.settings",
        }
        load_settings.cache_clear()
        import django

        django.setup()
        from ankang.site.prepare import migrate

        migrate()
        try:
            yield use
        finally:
            from django.db import connection

            connection.close()
            use.leave()


def put_in_force(rules: str, effective_at: datetime, version: int, changed: bool) -> None:
    """The shipped rules under another version, with another duration when ``changed``, as if they had been approved."""
    from ankang.core.rules import load
    from ankang.core.sm import sm3
    from ankang.health.models import RuleRelease
    from ankang.health.services.rulebook import shipped_text, sign_release

    text = shipped_text(rules)
    old, new = DURATIONS[rules]
    assert old in text
    text = text.replace("version = 1", f"version = {version}", 1)
    text = text.replace(old, new, 1) if changed else text
    file = load(text).file
    release = RuleRelease(
        name=file.name,
        version=file.version,
        text=text,
        digest=sm3(text.encode()),
        state="published",
        author_name="bench",
        created_at=effective_at,
        updated_at=effective_at,
        effective_at=effective_at,
    )
    sign_release(release)
    release.save()


def fill(people: int, now: datetime) -> int:
    """Evidence in the order in which it came, everybody green so far. Returns the number of records."""
    from django.db import connection

    chance, shift, records = random.Random(20220120), int(now.timestamp()) - NOON, round(people * RECORDS)
    pool = [a_record(chance, iso=False) for _ in range(POOL)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE pool (number int PRIMARY KEY, kind text, at bigint, attributes jsonb)")
        with cursor.copy("COPY pool FROM STDIN") as copy:
            for number, record in enumerate(sorted(pool, key=lambda record: record["occurred_at"])):
                attributes = record["attributes"]
                moved = {
                    name: value + shift if name in ("sampled_at", "start", "end") else value
                    for name, value in attributes.items()
                }
                copy.write_row((number, record["kind"], record["occurred_at"] + shift, json.dumps(moved)))
        cursor.execute(_AREAS, [json.dumps([{**area, "since": area["since"] + shift} for area in AREAS])])
        cursor.execute(_PEOPLE, [now, now, people])
        cursor.execute(_EVIDENCE, [people, records, POOL, records])
    return records


_AREAS = """
INSERT INTO health_area (code, name, level, since, source, state, declared_by)
SELECT a->>'code', 'bench', a->>'level', to_timestamp((a->>'since')::bigint), 'bench', 'in_force', ''
FROM jsonb_array_elements(%s::jsonb) a
"""
_PEOPLE = """
INSERT INTO health_colour (person, colour, since, reasons, rule_set, evaluated_at)
SELECT i, 1, %s, '[]', '', %s FROM generate_series(1, %s) i
"""
_EVIDENCE = """
INSERT INTO health_evidence (person, id, kind, occurred_at, recorded_at, source, attributes)
SELECT 1 + (hashint8extended(i, 0) & 9223372036854775807) %% %s, gen_random_uuid(), p.kind, to_timestamp(p.at), to_timestamp(p.at),
    '{"feed": "bench"}', p.attributes
FROM generate_series(0, %s - 1) i JOIN pool p ON p.number = i::bigint * %s / %s
"""


def recolour(use: Any, reference: str, now: datetime) -> dict[str, float]:
    """One recolouring as the worker runs it."""
    from django.db import connection

    from ankang.health.models import ColourChange, Recolouring
    from ankang.health.services import run_recolouring, start_recolouring

    work = start_recolouring("rule_set", reference, "bench", now)
    before = ColourChange.objects.count()
    connection.close()
    server = int((Path(os.environ["ANKANG_DATA"]) / "postgres" / "postmaster.pid").read_text().split()[0])
    cpu, began = cpu_seconds(server) + cpu_seconds(os.getpid()), time.monotonic()
    run_recolouring(work.pk)
    wall = time.monotonic() - began
    spent = cpu_seconds(server) + cpu_seconds(os.getpid()) - cpu
    done = Recolouring.objects.get(pk=work.pk)
    feed = ColourChange.objects.count() - before
    assert (done.state, feed) == ("finished", done.changed)
    return {"wall_s": wall, "cpu_s": spent, "looked_at": done.done, "changed": done.changed}


def measure(people: int = PEOPLE, rules: str = "zhejiang-2020-07") -> dict[str, float]:
    """``recolour_3m_s``: wall seconds, scaled to 3 million people where fewer were asked for; and what explains it."""
    with a_house() as use:
        from django.db import connection

        from ankang.health.services import prepare_partitions

        now = datetime.now(UTC)
        for month in (75, 45):
            prepare_partitions(now - timedelta(days=month))
        put_in_force(rules, now - timedelta(days=400), version=2, changed=False)
        began = time.monotonic()
        records = fill(people, now)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE health_evidence, health_colour")
        filled = time.monotonic() - began
        first = recolour(use, "1", now)
        put_in_force(rules, datetime.now(UTC), version=3, changed=True)
        load = os.getloadavg()[0]
        second = recolour(use, "2", now)
    return {
        "recolour_3m_s": second["wall_s"] * PEOPLE / people,
        "recolour_cpu_s": second["cpu_s"],
        "recolour_looked_at": second["looked_at"],
        "recolour_changed": second["changed"],
        "recolour_first_s": first["wall_s"],
        "recolour_first_changed": first["changed"],
        "recolour_records": records,
        "recolour_filled_s": filled,
        "recolour_load_before": load,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rules", default="zhejiang-2020-07", choices=sorted(DURATIONS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {name: round(value, 2) for name, value in measure(given.people, given.rules).items()}
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:24} {value:14,.2f}")


if __name__ == "__main__":
    main()
