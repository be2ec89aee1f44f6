"""Builders that name only what matters to a test of the exchange room."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from stdnum.cn import ric

from ankang.base.approvals import decide
from ankang.base.models import Duty
from ankang.exchange import services
from ankang.exchange.models import Batch
from ankang.exchange.services.checking import check_batch
from ankang.exchange.services.running import run_batch
from ankang.health.models import Evidence
from ankang.health.services import check_people_in_bulk
from ankang.people.bulk import register_in_bulk

NOW = datetime.now(UTC).replace(microsecond=0)
HEADER = ("姓名", "证件号码", "采样时间", "检测时间", "检测结果", "检测机构", "样本编号")
TOWN = "341881-01"
_names = count(1)


@dataclass(frozen=True)
class Resident:
    """One person of the register."""

    document: str
    name: str = "王小明"
    phone: str = "+8613800000001"
    document_kind: str = "resident_id"
    town: str = TOWN
    address: str | None = None


def document(number: int) -> str:
    """A resident ID that is right in every part; another one for each number up to 1,000 × 9,000."""
    year, serial = divmod(number, 1_000)
    digits = f"341881{1930 + year % 80:04}{1 + year // 80 % 12:02}07{serial:03}"
    return digits + ric.calc_check_digit(digits + "0")


def registered(people: Iterable[Resident]) -> list[int]:
    """Put people on file, checked and green."""
    with transaction.atomic():
        numbers = register_in_bulk(people, NOW)
        check_people_in_bulk(numbers, NOW)
    return numbers


def residents(many: int, first: int = 1) -> list[Resident]:
    """So many different people."""
    return [Resident(document(n), f"王{chr(0x4E00 + n % 5_000)}", f"+86138{n:08}") for n in range(first, first + many)]


def staff(role: str, region: str = "341881") -> User:
    """A member of staff with one duty."""
    user = User.objects.create_user(f"{role}{next(_names)}", password=None, is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region)
    return user


def at(days: float = -1.0) -> str:
    """A moment so many days from now, as people write it in tables (Beijing time)."""
    return (NOW + timedelta(days=days, hours=8)).strftime("%Y-%m-%d %H:%M")


def a_test(who: Resident, number: str = "", result: str = "阴性", **given: str) -> dict[str, str]:
    """A row of nucleic-tests."""
    row = dict(zip(HEADER, (who.name, who.document, at(-1.2), at(-1), result, "宁国市人民医院", number), strict=True))
    return row | given


def table(rows: Sequence[dict[str, str]], encoding: str = "utf-8", **options: Any) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def records(rows: Sequence[dict[str, str]], by: User, feed: str = "nucleic-tests", **options: Any) -> services.Sent:
    """Single records, sent."""
    with transaction.atomic():
        return services.send_rows(feed, rows, by, NOW, **options)


def arrived(content: bytes, by: User, feed: str = "nucleic-tests", filename: str = "results.csv", **options: Any) -> Any:
    """A file that has arrived and is not yet checked."""
    with transaction.atomic():
        return services.send_file(feed, filename, [content], by, NOW, **options)


def sent(content: bytes, by: User, feed: str = "nucleic-tests", filename: str = "results.csv", **options: Any) -> Batch:
    """A file that has arrived and is checked."""
    done = arrived(content, by, feed, filename, **options)
    check_batch(done.batch.pk)
    return Batch.objects.get(pk=done.batch.pk)


def submitted(content: bytes, by: User, feed: str = "nucleic-tests", filename: str = "results.csv") -> Batch:
    """A file that is checked and handed in."""
    return sent(content, by, feed, filename, submit=True)


def decided(batch: Batch, by: User, yes: bool = True) -> Batch:
    """A batch after somebody's decision."""
    with transaction.atomic():
        decide(batch.approval, by, yes, bytes(batch.digest), NOW, "" if yes else "not ours")
    return Batch.objects.get(pk=batch.pk)


def ran(batch: Batch, chunk: int = 5_000) -> Batch:
    """A batch after its run."""
    run_batch(batch.pk, chunk)
    return Batch.objects.get(pk=batch.pk)


def counts(batch: Batch) -> dict[str, int]:
    """What became of the rows; only what is not nought."""
    names = ("succeeded", "duplicates", "failed", "waiting", "skipped")
    return {name: getattr(batch, name) for name in names if getattr(batch, name)}


def evidence_of(*people: int) -> list[tuple[int, str, dict[str, Any]]]:
    """What is on file of these people."""
    rows = Evidence.objects.filter(person__in=people).order_by("person", "occurred_at")
    return [(row.person, row.kind, row.attributes) for row in rows]
