"""Batches for the demonstration: one that ran, one that waits for a second person, one with rows to mend.

They go the way of every file: sent by a demonstration account, checked, handed in, run. Each is sent under a key of its
own, so nothing happens twice, and a loading that was killed goes on where it stopped. The contacts are left to the
worker: whom they would turn is found out by a dry run, which takes seconds.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from zlib import crc32
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from stdnum.cn import ric

from ankang.config.settings import Settings
from ankang.exchange.models import Batch
from ankang.exchange.services import send_file
from ankang.exchange.services.checking import check_batch
from ankang.exchange.services.running import run_batch

from .histories import WITH_HISTORY
from .residents import COUNTY, Resident, quotas, read_towns, residents_of

TESTED, CONTACTS = 30, 3
_HOSPITAL = "宁国市人民医院检验科"
_BEIJING = ZoneInfo("Asia/Shanghai")
_BORN = "20250901"  # after the youngest resident, so nobody on file has these numbers
Row = Mapping[str, str]


def ensure_feeds(settings: Settings, now: datetime) -> None:
    """Send and run what is missing. Needs the accounts and the residents; never inside a transaction."""
    chosen = list(islice(_on_file(settings.demo_residents), TESTED + CONTACTS + 5))
    tested, contacts, others = chosen[:TESTED], chosen[TESTED : TESTED + CONTACTS], chosen[TESTED + CONTACTS :]
    _send("hospital", "nucleic-tests", "核酸检测结果.csv", lambda: _tests(tested, now), now)
    _send("health", "contacts", "密切接触者.csv", lambda: _contacts(contacts, now), now)
    _send("hospital", "nucleic-tests", "核酸检测结果（待改正）.csv", lambda: _mixed(others, now), now)
    _send("household", "household-records", "户籍信息.csv", lambda: [_household(who, n) for n, who in enumerate(tested)], now)
    _send("insurance", "medical-insurance-records", "医疗保险信息.csv", lambda: [_insured(who, now) for who in tested], now)


def _on_file(total: int) -> Iterator[Resident]:
    """Residents of the demonstration whom no history concerns, one of each town in turn."""
    towns = read_towns()
    shares = quotas(total, towns)
    streams = [islice(residents_of(town), shares[town.code]) for town in towns]
    while streams:
        for stream in list(streams):
            resident = next(stream, None)
            if resident is None:
                streams.remove(stream)
            elif crc32(resident.document.encode()) % 10_000 >= WITH_HISTORY and resident.document_kind == "resident_id":
                yield resident


def _send(account: str, feed: str, filename: str, rows: Callable[[], Sequence[Row]], now: datetime) -> None:
    key = f"demonstration:{filename}"
    by = User.objects.get(username=account)
    if Batch.objects.filter(sender=by.pk, feed=feed, idempotency_key=key).exclude(
        state__in=["draft", "validated", "approved", "running"]
    ):
        return
    with transaction.atomic():
        content = _table(rows())
        batch = send_file(feed, filename, [content], by, now, key=key, submit=True).batch
    if feed != "contacts":
        check_batch(batch.pk)
        run_batch(batch.pk)


def _tests(people: Sequence[Resident], now: datetime) -> list[Row]:
    return [_test(who.name, who.document, f"NG{number:06}", now) for number, who in enumerate(people, 1)]


def _contacts(people: Sequence[Resident], now: datetime) -> list[Row]:
    return [
        {
            "姓名": who.name,
            "证件号码": who.document,
            "最后接触时间": _moment(now - timedelta(days=1, hours=number)),
            "接触类型": "密切接触者",
            "关联病例编号": "演示-01",
            "接触时长（分钟）": str(30 + 15 * number),
        }
        for number, who in enumerate(people)
    ]


def _mixed(people: Sequence[Resident], now: datetime) -> list[Row]:
    """Five rows that are fine, five that are not, three of people who are not on file."""
    fine = [_test(who.name, who.document, f"NH{number:06}", now) for number, who in enumerate(people, 1)]
    wrong = [
        {"证件号码": _born(90)[:-1]},
        {"检测结果": "阴姓"},
        {"检测时间": _moment(now + timedelta(days=30))},
        {"采样时间": ""},
        {"采样时间": _moment(now - timedelta(hours=1)), "检测时间": _moment(now - timedelta(hours=9))},
    ]
    faulty = [
        {**_test("张三", _born(number), f"NX{number:06}", now), **change} for number, change in enumerate(wrong, 1)
    ]
    strangers = [
        _test(name, _born(number), f"NS{number:06}", now) for number, name in enumerate(("李安", "王宁", "赵康"), 50)
    ]
    return [*fine, *faulty, *strangers]


def _household(who: Resident, number: int) -> Row:
    return {
        "姓名": who.name,
        "证件号码": who.document,
        "登记日期": "2019-06-03",
        "户号": f"{COUNTY}{number + 1:06}",
        "与户主关系": "户主",
        "户别": "家庭户",
        "户籍地址": who.address or "安徽省宁国市（演示地址）",
        "登记派出所": "宁国市公安局户政窗口",
    }


def _insured(who: Resident, now: datetime) -> Row:
    return {
        "姓名": who.name,
        "证件号码": who.document,
        "数据截至": _moment(now - timedelta(days=20))[:10],
        "参保类型": "城乡居民医保",
        "参保状态": "正常",
        "参保地": COUNTY,
    }


def _test(name: str, document: str, number: str, now: datetime) -> dict[str, str]:
    return {
        "姓名": name,
        "证件号码": document,
        "采样时间": _moment(now - timedelta(hours=20)),
        "检测时间": _moment(now - timedelta(hours=14)),
        "检测结果": "阴性",
        "检测机构": _HOSPITAL,
        "样本编号": number,
    }


def _born(order: int) -> str:
    digits = f"{COUNTY}{_BORN}{order:03}"
    return digits + str(ric.calc_check_digit(digits + "0"))


def _moment(at: datetime) -> str:
    return at.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")


def _table(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
