"""What the box does beside the door: learn, upload, report, keep the clock. A thread of its own; the door never waits for it."""

import logging
import threading
import time
from collections.abc import Callable

from . import VERSION
from .clock import Clock
from .door import Door
from .gate import Away, Gate, Refused
from .journal import Journal
from .knowledge import Knowledge
from .settings import Settings

_log = logging.getLogger("ankang.device")
MOST = 200


class Upkeep:
    """``faults``: what the serial lines and the door want to have said in the next report."""

    def __init__(
        self, settings: Settings, journal: Journal, clock: Clock, knowledge: Knowledge, door: Door,
        faults: Callable[[], set[str]],
    ) -> None:  # fmt: skip
        self._settings, self._journal, self._clock = settings, journal, clock
        self._knowledge, self._door, self._faults = knowledge, door, faults
        self._gate = Gate(settings.gate, settings.token, settings.upkeep_wait, settings.checkpoint)
        self._learned_at = self._reported_at = -settings.report_every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
        self._thread.join(6.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.once()
            except Away:
                pass
            except Refused as fault:
                if fault.code == "device_revoked":
                    self._door.revoke(True)
                _log.warning("the gate refuses: %s", fault)
            except Exception:
                _log.exception("upkeep")
            self._clock.remember()
            self._stop.wait(self._settings.upkeep_every)

    def once(self) -> None:
        """Whatever is due. Raises Away, Refused."""
        now, every = time.monotonic(), self._settings.report_every
        if now - self._reported_at >= every or not self._door.is_online:
            self._report()
            self._door.network_is_back()
            self._reported_at = now
        if now - self._learned_at >= every:
            self._knowledge.learn(self._gate, self._settings.checkpoint, self._clock.now())
            self._door.renew()
            if self._learned_at < 0:
                self._reported_at = -every  # the first report could not say yet what is known
            self._learned_at = now
        while scans := self._journal.first(MOST):
            self._upload(scans)

    def _report(self) -> None:
        faults = self._faults() | self._knowledge.faults
        if abs(self._clock.offset) > self._settings.clock_tolerance:
            faults.add("clock_off")
        began = time.monotonic()
        told = self._gate.ask(
            "POST",
            "/g/v1/report",
            {
                "hardware": self._settings.hardware,
                "at": time.time(),
                "version": VERSION,
                "mode": "online" if self._door.is_online else "offline",
                "queue": self._journal.count(),
                "list_age": self._knowledge.list_age(self._clock.now()),
                "temperature": _own_temperature(),
                "faults": sorted(faults)[:8],
            },
        )
        self._clock.meet(float(told["server_time"]), time.monotonic() - began)
        self._knowledge.faults.clear()
        self._door.revoke(False)

    def _upload(self, scans: list[dict[str, object]]) -> None:
        """What the gate answered about is stored there, recorded or refused: both are off our list."""
        told = self._gate.ask("POST", "/g/v1/visits", {"scans": scans})
        self._journal.stored([row["nonce"] for row in told["results"]])


def _own_temperature() -> float | None:
    """°C of the processor, where the kernel says so."""
    try:
        with open("/sys/class/thermal/thermal_zone0/temp") as file:
            found = int(file.read()) / 1000
    except (OSError, ValueError):
        return None
    return found if -60 <= found <= 120 else None
