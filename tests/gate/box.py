"""The reference box as a process: its serial line is a pseudo-terminal, its network a cable that the test may cut."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "devices"))

from ankang_device.line import Message, Port  # noqa: E402

Heard = dict[str, tuple[str, ...]]


class Cable:
    """Between box and gate, as the house's front is: ``/lists/`` from the folder, all else to the gate.

    ``state``: ``whole``; ``cut``: connections break; ``silent``: nothing ever answers.
    """

    def __init__(self, gate_port: int, lists: Path) -> None:
        self.state = "whole"
        self.places: dict[str, set[str | None]] = {}
        cable = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                cable.places.setdefault(self.path.partition("?")[0], set()).add(self.headers.get("x-ankang-place"))
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                while cable.state == "silent":
                    time.sleep(0.02)
                if cable.state == "cut":
                    self.close_connection = True
                    return
                if self.path.startswith("/lists/"):
                    self.reply(200, (lists / self.path.removeprefix("/lists/")).read_bytes())
                else:
                    self.reply(*cable.forward(self.command, self.path, dict(self.headers), body))

            def reply(self, status: int, body: bytes) -> None:
                head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body)

            def log_message(self, *_: object) -> None:
                pass

            do_GET = do_POST = answer

        self._gate_port, self._local = gate_port, threading.local()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Ask the gate on a connection kept for this thread."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = HTTPConnection("127.0.0.1", self._gate_port, timeout=20)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Take it away."""
        self.state = "cut"
        self._server.shutdown()
        self._server.server_close()


class Box:
    """The process and the other end of its serial line."""

    def __init__(self, folder: Path, cable: Cable, token: str, checkpoint: int, **settings: object) -> None:
        self.folder, self.cable = folder, cable
        master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(master, False)
        self.line = Port(master)
        values = {
            "gate": f"http://127.0.0.1:{cable.port}",
            "token_file": "token",
            "folder": "state",
            "checkpoint": checkpoint,
            "hardware": "TEST-BOX-1",
            "serial": [os.ttyname(self._slave)],
            "offline_rest": 0.5,
            "report_every": 1.0,
            "upkeep_every": 0.1,
            "upkeep_wait": 1.0,
            **settings,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "token").write_text(token)
        (folder / "device.toml").write_text("\n".join(f"{name} = {toml(value)}" for name, value in values.items()))
        self.start()

    def start(self) -> None:
        """Start it and wait until it says hello."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANKANG_")}
        environment["PYTHONPATH"] = str(ROOT / "deploy" / "devices")
        command = [sys.executable, "-m", "ankang_device", "--settings", str(self.folder / "device.toml")]
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(command, env=environment, stderr=self.log)
        self.wait_for("HELLO", 30)

    def show(self, text: str) -> tuple[Heard, float]:
        """Show a code; what the box then said, and the seconds until it moved the lock."""
        return self.tell("CODE", text)

    def tell(self, verb: str, *fields: str, until: str = "SAY en") -> tuple[Heard, float]:
        """Send a message; what came until ``until``, and the seconds until the lock was told."""
        began, moved, heard = time.monotonic(), 0.0, Heard()
        self.line.send(verb, *fields, at=began)
        while until not in heard:
            assert time.monotonic() < began + 10, f"{heard} {self.said()}"
            for message in self.messages():
                name = f"SAY {message.fields[0]}" if message.verb == "SAY" else message.verb
                heard[name] = message.fields
                if message.verb in ("OPEN", "SHUT", "HOLD"):
                    moved = time.monotonic() - began
        return heard, moved

    def messages(self) -> list[Message]:
        """What came within a moment."""
        if not select([self.line.descriptor], [], [], 0.02)[0]:
            self.line.tick(time.monotonic())
            return []
        return self.line.receive()

    def wait_for(self, verb: str, seconds: float = 10) -> Message:
        """The next message of this verb."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.messages():
                if message.verb == verb:
                    return message
        raise AssertionError(f"no {verb}: {self.said()}")

    def wait_until(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until something holds; its log says why it never does."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        """Its log."""
        return (self.folder / "log").read_text()

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it."""
        self.process.send_signal(how)
        self.process.wait(20)
        self.log.close()

    def close(self) -> None:
        """End it and give the line back."""
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        os.close(self._slave)
        os.close(self.line.descriptor)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


@contextmanager
def wired(gate_port: int, lists: Path, folder: Path, token: str, checkpoint: int, **settings: object) -> Iterator[Box]:
    """A box on a cable."""
    cable = Cable(gate_port, lists)
    box = Box(folder, cable, token, checkpoint, **settings)
    try:
        yield box
    finally:
        box.close()
        cable.close()
