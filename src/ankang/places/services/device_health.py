"""How devices are, from what they say of themselves (docs/device-contract.md §2). Gates write the reports; nothing here does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from ..device_models import DeviceReport
from ..models import Device

SILENT_AFTER = timedelta(minutes=5)
"""A device reports once a minute."""
TWINS_WITHIN = timedelta(minutes=10)
"""Two machines under one device number that both reported within this time: one of them is a copy."""
CLOCK_TOLERANCE = 30.0
QUEUE_LONG = 1_000
FORGOTTEN_AFTER = timedelta(days=30)
"""A machine that was replaced is no longer shown."""


@dataclass(frozen=True)
class Health:
    """``lamp``: ``never``, ``silent``, ``twins``, ``faulty`` or ``well``; ``newest``: the last word, if there is one."""

    lamp: str
    newest: DeviceReport | None
    machines: tuple[DeviceReport, ...]


def health_of(device: Device, now: datetime) -> Health:
    """How a device is; its ``reports`` may be prefetched."""
    reports = sorted(device.reports.all(), key=lambda report: report.at, reverse=True)
    machines = tuple(report for report in reports if report.at > now - FORGOTTEN_AFTER)
    if not machines:
        return Health("never", None, ())
    newest = machines[0]
    if sum(report.at > now - TWINS_WITHIN for report in machines) > 1:
        lamp = "twins"
    elif newest.at < now - SILENT_AFTER:
        lamp = "silent"
    else:
        lamp = "faulty" if is_faulty(newest) else "well"
    return Health(lamp, newest, machines)


def is_faulty(report: DeviceReport) -> bool:
    """Whether the device itself says that something is wrong."""
    return bool(report.faults) or abs(report.clock_offset) > CLOCK_TOLERANCE or report.queue >= QUEUE_LONG


def with_lamp(rows: QuerySet[Device], lamp: str, now: datetime) -> QuerySet[Device]:
    """The devices among ``rows`` with this lamp, for a filter; those that are revoked or not paired have none."""
    live = rows.filter(revoked_at=None, enrolled_at__isnull=False)
    heard = live.annotate(
        heard=Count("reports", filter=Q(reports__at__gt=now - SILENT_AFTER)),
        lately=Count("reports", filter=Q(reports__at__gt=now - TWINS_WITHIN)),
        ever=Count("reports", filter=Q(reports__at__gt=now - FORGOTTEN_AFTER)),
        wrong=Count(
            "reports",
            filter=Q(reports__at__gt=now - SILENT_AFTER)
            & (
                ~Q(reports__faults="")
                | Q(reports__clock_offset__gt=CLOCK_TOLERANCE)
                | Q(reports__clock_offset__lt=-CLOCK_TOLERANCE)
                | Q(reports__queue__gte=QUEUE_LONG)
            ),
        ),
    )
    return {
        "never": heard.filter(ever=0),
        "twins": heard.filter(lately__gt=1),
        "silent": heard.filter(ever__gt=0, heard=0, lately__lt=2),
        "faulty": heard.filter(wrong__gt=0, lately=1),
        "well": heard.filter(heard=1, wrong=0, lately=1),
    }.get(lamp, rows)
