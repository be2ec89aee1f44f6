"""How many rows of a feed a second come in: a CSV of test results, checked, matched, recorded, people evaluated.

Run: ``python -m bench.exchange [--rows 200000] [--people 100000] [--json]``. The file has names, so every match is
cross-checked; 1 % are strangers who wait, 0.1 % are faulty. ``feed_rows_per_s`` is the run, from the stored file to the
last commit; ``feed_check_rows_per_s`` the check before it; both with their processor time a row, the database's included.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measure import cpu_seconds
from bench.recolour import a_house

ROWS, PEOPLE = 200_000, 100_000
TITLES = "姓名,证件号码,手机号,采样时间,检测时间,检测结果,检测机构,样本编号,检测方法"


class Person:
    """One of the register."""

    def __init__(self, number: int) -> None:
        from stdnum.cn import ric

        year, serial = divmod(number, 1_000)
        digits = f"341881{1920 + year % 100:04}{1 + year // 100 % 12:02}07{serial:03}"
        self.document, self.name = digits + ric.calc_check_digit(digits + "0"), f"王{chr(0x4E00 + number % 9_000)}"
        self.phone, self.document_kind, self.town, self.address = f"+86138{number:08}", "resident_id", "341881-01", None


def a_file(rows: int, people: int, now: datetime) -> Iterator[bytes]:
    """The CSV in pieces of some 10,000 rows."""
    chance = random.Random(20260110)
    everybody = [Person(number) for number in range(people + people // 100)]
    yield (TITLES + "\r\n").encode()
    lines = []
    for row in range(rows):
        who = everybody[chance.randrange(len(everybody))]
        at = now + timedelta(hours=8) - timedelta(seconds=chance.randrange(86_400, 864_000))
        sampled, tested = at - timedelta(hours=6), at
        result = "阴性" if chance.random() > 0.001 else "??"
        lines.append(
            f"{who.name},{who.document},{who.phone[3:]},{sampled:%Y-%m-%d %H:%M:%S},{tested:%Y-%m-%d %H:%M:%S},"
            f"{result},宁国市人民医院检验科,NG{row:012},荧光PCR"
        )
        if len(lines) == 10_000:
            yield ("\r\n".join(lines) + "\r\n").encode()
            lines.clear()
    yield ("\r\n".join(lines) + "\r\n").encode()


def measure(rows: int = ROWS, people: int = PEOPLE, profile: bool = False) -> dict[str, float]:
    """Rates and processor time of a check and a run."""
    with a_house():
        from django.contrib.auth.models import User
        from django.db import connection, transaction

        from ankang.base.models import Duty, Region
        from ankang.exchange import services
        from ankang.exchange.models import Batch
        from ankang.exchange.services.checking import check_batch
        from ankang.exchange.services.running import run_batch
        from ankang.health.services import check_people_in_bulk, prepare_partitions
        from ankang.people.bulk import register_in_bulk

        now = datetime.now(UTC)
        prepare_partitions(now)
        for code, parent in (("341881", None), ("341881-01", "341881")):
            Region.objects.create(code=code, parent_id=parent, name=code, name_en=code, level="county")
        with transaction.atomic():
            check_people_in_bulk(register_in_bulk((Person(n) for n in range(people)), now), now)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE people_person, health_colour")
        officer = User.objects.create(username="officer", is_staff=True)
        Duty.objects.create(user=officer, role="feed_officer", region_id="341881")
        began = time.monotonic()
        with transaction.atomic():
            batch = services.send_file("nucleic-tests", "a.csv", a_file(rows, people, now), officer, now, submit=True).batch
        stored = time.monotonic() - began
        result = {"feed_store_mb_per_s": batch.size / 1e6 / stored, "feed_load_before": os.getloadavg()[0]}
        for name, work in (("check_", check_batch), ("", run_batch)):
            began, python, all_cpu = time.monotonic(), time.process_time(), _cpu()
            with cProfile.Profile() if profile else _nothing() as profiled:
                work(batch.pk)
            wall, own = time.monotonic() - began, time.process_time() - python
            result |= {
                f"feed_{name}rows_per_s": rows / wall,
                f"feed_{name}python_us_a_row": own / rows * 1e6,
                f"feed_{name}database_us_a_row": (_cpu() - all_cpu) / rows * 1e6,
            }
            if profile:
                pstats.Stats(profiled).sort_stats("tottime").print_stats(25)
        done = Batch.objects.get(pk=batch.pk)
        assert (done.state, done.cursor) == ("finished", rows), (done.state, done.cursor)
        result |= {"feed_taken": done.succeeded, "feed_waiting": done.waiting, "feed_refused": done.failed}
        result["feed_rows_per_core_s"] = 1e6 / (result["feed_python_us_a_row"] + result["feed_database_us_a_row"])
        return result


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def _cpu() -> float:
    """Processor seconds of the database server."""
    return cpu_seconds(int((Path(os.environ["ANKANG_DATA"]) / "postgres" / "postmaster.pid").read_text().split()[0]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {name: round(value, 2) for name, value in measure(given.rows, given.people, given.profile).items()}
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:32} {value:14,.2f}")


if __name__ == "__main__":
    main()
