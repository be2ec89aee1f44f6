"""The house at this moment, for those who keep it running: lamps and counters from what gates say of themselves.

Numbers of machines only, no person's data; the same for every reader, because gates serve the whole house.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from ankang.places.models import Device
from ankang.places.services.device_health import with_lamp

from .models import GateReport

SILENT, GONE = 10.0, 3600.0
"""Seconds after which a gate that does not report is silent, and after which it is no longer expected."""
SLOW_FEED, CLOCK_NOTE, CLOCK_OFF = 30.0, 5.0, 30.0


class Light(StrEnum):
    """How it is: in order, to be looked at, to be acted upon, not known."""

    WELL = "well"
    LOOK = "look"
    ACT = "act"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lamp:
    """One thing looked at: its light, its name, what it says, and the page of the runbook for it."""

    light: Light
    name: str
    says: str
    chapter: str


@dataclass(frozen=True)
class GateProcess:
    """One gate process: which, how long ago it spoke (seconds), and what it said."""

    machine: str
    worker: int
    age: float
    said: dict[str, Any]

    @property
    def is_silent(self) -> bool:
        """It should have spoken since."""
        return self.age > SILENT

    def number(self, name: str) -> float:
        """A figure of its report; 0 when it has none."""
        value = self.said.get(name)
        return float(value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True)
class Devices:
    """How many devices are paired, wait to be paired, were withdrawn; of the paired ones, who was silent, reports a fault, or is
    two machines under one number (docs/device-contract.md §2).
    """

    paired: int
    waiting: int
    withdrawn: int
    silent: int
    faulty: int
    twins: int


@dataclass(frozen=True)
class Operations:
    """All of it."""

    lamps: tuple[Lamp, ...]
    gates: tuple[GateProcess, ...]
    devices: Devices

    @property
    def worst(self) -> Light:
        """The light of the house."""
        order = (Light.ACT, Light.LOOK, Light.UNKNOWN)
        return next((light for light in order if any(lamp.light is light for lamp in self.lamps)), Light.WELL)


def read_operations(now: datetime) -> Operations:
    """The house at ``now``."""
    rows = GateReport.objects.order_by("machine", "worker")
    ages = [(row, (now - row.at).total_seconds()) for row in rows]
    gates = tuple(GateProcess(row.machine, row.worker, age, row.report) for row, age in ages if age < GONE)
    return Operations(tuple(lamps_of(gates, now.timestamp())), gates, count_devices(now))


def count_devices(now: datetime) -> Devices:
    """All devices of the house, by what they say of themselves."""
    counted = Device.objects.aggregate(
        paired=Count("pk", filter=Q(enrolled_at__isnull=False, revoked_at=None)),
        waiting=Count("pk", filter=Q(enrolled_at=None, revoked_at=None)),
        withdrawn=Count("pk", filter=Q(revoked_at__isnull=False)),
    )
    lamps = {lamp: with_lamp(Device.objects.all(), lamp, now).count() for lamp in ("silent", "faulty", "twins")}
    return Devices(**counted, **lamps)


def lamps_of(gates: Sequence[GateProcess], now: float) -> Iterable[Lamp]:
    """The lamps, from reports alone."""
    living = [gate for gate in gates if not gate.is_silent]
    yield _gates(gates, living)
    if not living:
        for name, chapter in ((_("Load"), "overload"), (_("Database"), "database"), (_("Spool"), "database"),
                              (_("Colours"), "feed"), (_("Lists"), "lists"), (_("Clock"), "clock")):  # fmt: skip
            yield Lamp(Light.UNKNOWN, name, _("no gate tells"), chapter)
        return
    yield _load(living)
    yield _database(living)
    yield _spool(living)
    yield _colours(living)
    yield _lists(living, now)
    yield _clock(living)


def _gates(gates: Sequence[GateProcess], living: Sequence[GateProcess]) -> Lamp:
    silent = len({gate.machine for gate in gates} - {gate.machine for gate in living})
    machines = len({gate.machine for gate in living})
    if not living:
        return Lamp(Light.ACT, _("Gates"), _("no gate reports"), "gate")
    if silent:
        return Lamp(Light.ACT, _("Gates"), _("%(silent)d machines are silent") % {"silent": silent}, "gate")
    if restarted := len(gates) - len(living):
        words = _("%(count)d processes ended within the last hour") % {"count": restarted}
        return Lamp(Light.LOOK, _("Gates"), words, "gate")
    says = _("%(machines)d machines, %(processes)d processes") % {"machines": machines, "processes": len(living)}
    return Lamp(Light.WELL, _("Gates"), says, "gate")


def _load(living: Sequence[GateProcess]) -> Lamp:
    refused = int(sum(gate.number("refused_minute") for gate in living))
    admitted = int(sum(gate.number("admitted_minute") for gate in living))
    if not refused:
        return Lamp(Light.WELL, _("Load"), _("%(count)s served in the last minute, none refused") % {"count": f"{admitted:,}"}, "overload")
    light = Light.ACT if refused > admitted else Light.LOOK
    words = _("overload: %(refused)s refused, %(count)s served in the last minute")
    return Lamp(light, _("Load"), words % {"refused": f"{refused:,}", "count": f"{admitted:,}"}, "overload")


def _database(living: Sequence[GateProcess]) -> Lamp:
    away = sum(not gate.number("database") for gate in living)
    if away:
        return Lamp(Light.ACT, _("Database"), _("%(count)d gate processes cannot reach it") % {"count": away}, "database")
    return Lamp(Light.WELL, _("Database"), _("every gate reaches it"), "database")


def _by_machine(living: Sequence[GateProcess], name: str) -> float:
    """The sum of a figure that the processes of a machine share."""
    return sum(max(gate.number(name) for gate in living if gate.machine == one) for one in {gate.machine for gate in living})


def _spool(living: Sequence[GateProcess]) -> Lamp:
    waiting, homeless = int(_by_machine(living, "spool")), int(_by_machine(living, "homeless"))
    if homeless:
        return Lamp(Light.ACT, _("Spool"), _("%(count)s visits have no place in the table") % {"count": f"{homeless:,}"}, "database")
    if waiting:
        return Lamp(Light.LOOK, _("Spool"), _("%(count)s visits wait for the database") % {"count": f"{waiting:,}"}, "database")
    return Lamp(Light.WELL, _("Spool"), _("no visit waits"), "database")


def _colours(living: Sequence[GateProcess]) -> Lamp:
    oldest = max(gate.number("feed_age") for gate in living)
    stale = any(gate.said.get("stale") or gate.said.get("feed_age") is None for gate in living)
    if stale:
        return Lamp(Light.ACT, _("Colours"), _("too old or unknown at some gate: doors say 'cannot verify'"), "feed")
    words = _("at most %(seconds)d s old") % {"seconds": round(oldest)}
    return Lamp(Light.LOOK if oldest > SLOW_FEED else Light.WELL, _("Colours"), words, "feed")


def _lists(living: Sequence[GateProcess], now: float) -> Lamp:
    until = max(gate.number("list_until") for gate in living)
    if not until:
        return Lamp(Light.LOOK, _("Lists"), _("no list for scanners without a network yet"), "lists")
    if until < now:
        words = _("the newest ran out %(minutes)d minutes ago") % {"minutes": (now - until) // 60}
        return Lamp(Light.ACT, _("Lists"), words, "lists")
    words = _("the newest holds for %(minutes)d minutes") % {"minutes": (until - now) // 60}
    return Lamp(Light.WELL, _("Lists"), words, "lists")


def _clock(living: Sequence[GateProcess]) -> Lamp:
    worst = max((gate.number("clock_error") for gate in living), key=abs)
    words = _("%(seconds)s s off the database's at most") % {"seconds": f"{worst:+.0f}" if round(worst) else "0"}
    light = Light.ACT if abs(worst) > CLOCK_OFF else Light.LOOK if abs(worst) > CLOCK_NOTE else Light.WELL
    return Lamp(light, _("Clock"), words, "clock")
