"""The box: what comes in from readers, thermometer and fire contact, what goes out to lock, lamp and loudspeaker."""

import logging
import select
import time

from .door import Answer, Door
from .keyboard import Typed
from .line import Message, Port
from .settings import Settings

_log = logging.getLogger("ankang.device")
FIRE = ("火警，请立即有序撤离，门已打开。", "Fire alarm. Leave at once and in order; the door is open.")


class Box:
    """``run`` until ``stop``; everything happens in one thread."""

    def __init__(self, settings: Settings, door: Door, ports: list[Port], typed: list[Typed]) -> None:
        self._settings, self._door, self._ports, self._typed = settings, door, ports, typed
        self._temperature, self._measured_at = 0.0, -1e9
        self._fire: set[Port] = set()
        self._stopping = False

    def run(self) -> None:
        """Serve the door."""
        for port in self._ports:
            port.send("HELLO", "box", "1", at=time.monotonic())
        while not self._stopping:
            self.step(0.05)

    def stop(self, *_: object) -> None:
        """End after this step (a signal handler)."""
        self._stopping = True

    def step(self, patience: float) -> None:
        """Wait for what comes, answer it, send again what is due."""
        inputs: list[Port | Typed] = [*self._ports, *self._typed]
        sources = {one.descriptor: one for one in inputs}
        if not sources:
            time.sleep(patience)
        for descriptor in select.select(list(sources), [], [], patience)[0] if sources else ():
            source = sources[descriptor]
            try:
                if isinstance(source, Port):
                    for message in source.receive():
                        self._take(source, message)
                else:
                    for line in source.receive():
                        self._show(line)
            except (OSError, EOFError):
                self._gone(source)
        for port in self._ports:
            port.tick(time.monotonic())

    def faults(self) -> set[str]:
        """What the next report says."""
        found = {"relay_silent"} if any(port.lost for port in self._ports) else set()
        found |= {"line_noise"} if any(port.faults for port in self._ports) else set()
        found |= {"fire"} if self._fire else set()
        found |= {"no_reader"} if not self._ports and not self._typed else set()
        for port in self._ports:
            port.lost = port.faults = 0
        return found

    def _take(self, port: Port, message: Message) -> None:
        match message.verb, message.fields:
            case "CODE", (text, *rest):
                self._show(text, rest[0] if rest and rest[0] in ("entry", "exit") else "")
            case "CARD", (uid, *rest):
                self._show(f"nfc:{uid}", rest[0] if rest and rest[0] in ("entry", "exit") else "")
            case "TEMP", (degrees,):
                self._measure(degrees)
            case "FIRE", (state,):
                self._alarm(port, state == "1")
            case (("HELLO" | "PING" | "PASSED"), _):
                pass
            case _:
                _log.warning("unknown message %s", message.verb)

    def _show(self, text: str, direction: str = "") -> None:
        if self._fire:
            self._say(FIRE)
            return
        began = time.monotonic()
        fresh = began - self._measured_at <= self._settings.temperature_for
        answer = self._door.judge(text, self._temperature if fresh else None, direction)
        self._measured_at = -1e9  # one measurement is one person's
        self._act(answer)
        taken = (time.monotonic() - began) * 1000
        _log.info("%s %s by %s in %.0f ms %s", answer.verdict.slug, answer.reason.slug, answer.by, taken, answer.detail)

    def _act(self, answer: Answer) -> None:
        if answer.opens:
            self._send("OPEN", str(self._settings.open_ms))
        else:
            self._send("SHUT", answer.reason.slug)
        self._send("LAMP", answer.verdict.slug)
        self._say(answer.words)

    def _measure(self, degrees: str) -> None:
        try:
            found = round(float(degrees), 1)
        except ValueError:
            return
        if 30 <= found <= 45:
            self._temperature, self._measured_at = found, time.monotonic()

    def _alarm(self, port: Port, on: bool) -> None:
        (self._fire.add if on else self._fire.discard)(port)
        self._send("HOLD", "1" if self._fire else "0")
        if on:
            self._say(FIRE)
        _log.warning("fire contact %s", "on" if on else "off")

    def _say(self, words: tuple[str, str]) -> None:
        spoken = dict(zip(("zh", "en"), words, strict=True))
        for language in self._settings.languages:
            self._send("SAY", language, spoken[language])

    def _send(self, verb: str, *fields: str) -> None:
        for port in self._ports:
            port.send(verb, *fields, at=time.monotonic())

    def _gone(self, source: Port | Typed) -> None:
        _log.error("a reader or lock is gone")
        if isinstance(source, Port):
            self._ports.remove(source)
            self._fire.discard(source)
        else:
            self._typed.remove(source)
