"""The serial line between the box and its peripherals: one text line a message (docs/device-contract.md §3). Pure but for Port.

``$17,CODE,AK1:…*1F3A`` and CR LF: sequence number, verb, fields, CRC-16/CCITT-FALSE of what stands between ``$`` and ``*``.
"""

import binascii
import os
import re
import termios
import tty
from collections import deque
from typing import NamedTuple

LONGEST = 512
RESEND_AFTER = 0.1
TRIES = 3
_LINE = re.compile(rb"\$(\d{1,3})((?:,[^$*,\r\n]*)+)\*([0-9A-F]{4})")
_UNSAFE = re.compile(rb"[^!-~]|[$*,%]")
_ESCAPE = re.compile(rb"%([0-9A-F]{2})")


class LineFault(ValueError):
    """A line that is not to be taken: ``form``, ``checksum``, ``too_long`` or ``text``."""


class Message(NamedTuple):
    """One message; ``seq`` 0 … 255."""

    seq: int
    verb: str
    fields: tuple[str, ...]


def encode(message: Message) -> bytes:
    """The line with its end."""
    parts = [str(message.seq), message.verb, *message.fields]
    body = b",".join(_UNSAFE.sub(lambda sign: b"%%%02X" % sign[0][0], part.encode()) for part in parts)
    return b"$%s*%04X\r\n" % (body, checksum(body))


def decode(raw: bytes) -> Message:
    """The message of a line, with or without its end. Raises LineFault."""
    if len(raw) > LONGEST:
        raise LineFault("too_long")
    found = _LINE.fullmatch(raw.rstrip(b"\r\n"))
    if found is None or int(found[1]) > 255:
        raise LineFault("form")
    if checksum(found[1] + found[2]) != int(found[3], 16):
        raise LineFault("checksum")
    try:
        fields = [
            _ESCAPE.sub(lambda sign: bytes([int(sign[1], 16)]), part).decode() for part in found[2][1:].split(b",")
        ]
    except UnicodeDecodeError:
        raise LineFault("text") from None
    return Message(int(found[1]), fields[0], tuple(fields[1:]))


def checksum(body: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, begins with 0xFFFF."""
    return binascii.crc_hqx(body, 0xFFFF)


class Port:
    """One open line: sends until acknowledged, acknowledges what comes, hands each message on once.

    Give ``tick`` the time (monotonic seconds) now and then; it sends again what was not acknowledged. ``lost`` counts
    commands that nobody acknowledged.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.lost, self.faults = descriptor, 0, 0
        self._seq, self._buffer = 0, b""
        self._waiting: dict[int, tuple[bytes, float, int]] = {}
        self._seen: deque[int] = deque(maxlen=16)

    def send(self, verb: str, *fields: str, at: float) -> None:
        """A command, sent now."""
        self._seq = self._seq % 255 + 1
        raw = encode(Message(self._seq, verb, fields))
        self._waiting[self._seq] = (raw, at + RESEND_AFTER, 1)
        self._write(raw)

    def tick(self, at: float) -> None:
        """Send again what is due; give up after three tries."""
        for seq, (raw, due, tries) in list(self._waiting.items()):
            if at < due:
                continue
            if tries >= TRIES:
                del self._waiting[seq]
                self.lost += 1
            else:
                self._waiting[seq] = (raw, at + RESEND_AFTER, tries + 1)
                self._write(raw)

    def receive(self) -> list[Message]:
        """What came, each message once. Raises OSError or EOFError when the line is gone."""
        read = os.read(self.descriptor, 4096)
        if not read:
            raise EOFError
        *whole, self._buffer = (self._buffer + read).split(b"\n")
        if len(self._buffer) > LONGEST:
            self._buffer, self.faults = b"", self.faults + 1
        return [message for raw in whole if (message := self._taken(raw)) is not None]

    def _taken(self, raw: bytes) -> Message | None:
        if not raw.strip():
            return None
        try:
            message = decode(raw)
        except LineFault as fault:
            self.faults += 1
            self._write(encode(Message(0, "NAK", (str(fault),))))
            return None
        if message.verb == "ACK":
            self._waiting.pop(
                int(message.fields[0]) if message.fields[:1] and message.fields[0].isdigit() else -1, None
            )
            return None
        if message.verb == "NAK":
            return None  # what was not acknowledged is sent again anyway
        self._write(encode(Message(0, "ACK", (str(message.seq),))))
        if message.verb == "HELLO":
            self._seen.clear()
        elif message.seq in self._seen:
            return None
        self._seen.append(message.seq)
        return message

    def _write(self, raw: bytes) -> None:
        try:
            os.write(self.descriptor, raw)
        except BlockingIOError:
            self.lost += 1


def open_port(path: str) -> Port:
    """A UART or USB-CDC device: 115,200 baud, 8 data bits, no parity, one stop bit, no echo."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(descriptor)
    attributes = termios.tcgetattr(descriptor)
    attributes[4] = attributes[5] = termios.B115200
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
    return Port(descriptor)
