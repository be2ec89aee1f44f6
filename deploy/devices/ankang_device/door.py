"""One code in, one answer out: the gate's when it answers in time, otherwise the box's own (ankang.core.scanning).

An answer that the box gave is on disk before it is given, under the nonce with which the gate was asked: whichever of the two
reaches the gate first, the visit is one.
"""

import sqlite3
import threading
import time
from typing import NamedTuple
from uuid import uuid4

from ankang.core.scanning import Scanner
from ankang.core.verdicts import Direction, Reason, Verdict, sentence

from .clock import Clock
from .gate import Away, Gate, Refused
from .journal import Journal, JournalFull
from .knowledge import Knowledge
from .settings import Settings

LONGEST = 1_000
_VERDICTS = {verdict.slug: verdict for verdict in Verdict}
_REASONS = {reason.slug: reason for reason in Reason}
DEVICE_REVOKED = (
    "此设备已停用，请走其他通道或联系工作人员。",
    "This device was withdrawn. Use another lane or ask the staff.",
)
CLOCK_OFF = ("设备时间不准，无法核验，请人工核实。", "This device's clock is wrong. Please check in person.")
TAKE_TEMPERATURE = ("请先测温，再出示码。", "Measure your temperature first, then show the code.")


class Answer(NamedTuple):
    """What the door does; ``words`` in Chinese and English; ``by``: ``gate`` or ``box``; ``detail`` for the log."""

    verdict: Verdict
    reason: Reason
    words: tuple[str, str]
    by: str
    detail: str = ""

    @property
    def opens(self) -> bool:
        """Only an admission opens; a referral is for the staff."""
        return self.verdict == Verdict.ADMIT


class Door:
    """``judge`` is called by one thread; ``renew`` by the one that keeps the knowledge fresh."""

    def __init__(self, settings: Settings, journal: Journal, clock: Clock, knowledge: Knowledge, gate: Gate) -> None:
        self._settings, self._journal, self._clock, self._gate = settings, journal, clock, gate
        self._knowledge, self._lock = knowledge, threading.Lock()
        self._scanner: Scanner | None = None
        self._quiet_until = 0.0
        self.revoked = bool(journal.fact("revoked"))
        self.renew()

    @property
    def is_online(self) -> bool:
        """Whether the gate is asked first."""
        return time.monotonic() >= self._quiet_until

    def network_is_back(self) -> None:
        """Ask the gate again from now on."""
        self._quiet_until = 0.0

    def revoke(self, revoked: bool) -> None:
        """The house said that this device counts no more (or again); kept over a restart."""
        if revoked != self.revoked:
            self.revoked = revoked
            self._journal.note("revoked", revoked)

    def renew(self) -> None:
        """Take what is known now into the scanner; its memory of admissions stays."""
        with self._lock:
            now = self._clock.now()
            if self._scanner is None:
                limit, latest = self._settings.list_limit, float(self._journal.fact("latest", 0))
                self._scanner = Scanner(self._knowledge.keys, [], self._knowledge.policy(now), latest, limit=limit)
            self._scanner.keys = dict(self._knowledge.keys)
            self._scanner.policy = self._knowledge.policy(now)
            for held in self._knowledge.held.values():
                self._scanner.hold(held)

    def judge(self, shown: str, temperature: float | None = None, direction: str = "") -> Answer:
        """The answer to a code, a typed number, or ``nfc:`` and a card's identifier. Never raises."""
        shown, direction = shown[:LONGEST].replace("\0", ""), direction or self._settings.direction
        if self.revoked:
            verdict = Verdict.ADMIT if self._settings.when_revoked == "open" else Verdict.DENY
            return Answer(verdict, Reason.REVOKED, DEVICE_REVOKED, "box", "device_revoked")
        if self._settings.temperature_wanted and temperature is None and direction == "entry":
            return Answer(Verdict.REFER, Reason.TEMPERATURE, TAKE_TEMPERATURE, "box", "no_temperature")
        asked = {
            "checkpoint": self._settings.checkpoint,
            "direction": direction,
            "nonce": str(uuid4()),
            "code": shown,
            "temperature": temperature,
        }
        if self.is_online:
            try:
                return _told(self._gate.ask("POST", "/g/v1/verify", asked))
            except Away:
                self._quiet_until = time.monotonic() + self._settings.offline_rest
            except Refused as fault:
                if fault.code == "device_revoked":
                    self.revoke(True)
                    return self.judge(shown, temperature, direction)
                return _answer(Verdict.REFER, Reason.ERROR, "gate", fault.code)
        return self._alone(asked)

    def _alone(self, asked: dict[str, object]) -> Answer:
        """The box's own answer, on disk before anybody hears it."""
        why = self._clock.why_not()
        if why:
            return Answer(Verdict.REFER, Reason.STALE, CLOCK_OFF, "box", why)
        now, temperature = self._clock.now(), asked["temperature"]
        tenths = round(float(temperature) * 10) if isinstance(temperature, int | float) else None
        direction = Direction[str(asked["direction"]).upper()]
        with self._lock:
            assert self._scanner is not None
            self._scanner.policy = self._knowledge.policy(now)
            found = self._scanner.check(str(asked["code"]), now, tenths, direction)
        try:
            self._journal.keep({**asked, "at": now, "verdict": found.verdict.slug, "reason": found.reason.slug})
        except (JournalFull, sqlite3.Error) as fault:
            return _answer(Verdict.REFER, Reason.ERROR, "box", type(fault).__name__)
        return _answer(found.verdict, found.reason, "box", found.detail)


def _told(body: dict[str, object]) -> Answer:
    """The gate's answer; ``all`` counts for whoever comes with companions."""
    verdict, reason = _VERDICTS[str(body.get("all", body["verdict"]))], _REASONS[str(body["reason"])]
    if reason == Reason.OK and verdict != Verdict.ADMIT:
        reason = Reason.COLOUR  # one of the companions may not
    return _answer(verdict, reason, "gate")


def _answer(verdict: Verdict, reason: Reason, by: str, detail: str = "") -> Answer:
    words = (sentence(reason, "zh", verdict=verdict), sentence(reason, "en", verdict=verdict))
    return Answer(verdict, reason, words, by, detail)
