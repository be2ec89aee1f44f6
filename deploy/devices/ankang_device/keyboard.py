"""Readers that type: lines on standard input, or a USB scanner that is a keyboard (/dev/input/event…), taken for itself alone."""

import fcntl
import os
import struct

_EVENT = struct.Struct("llHHi")
_GRAB = 0x40044590
_KEY, _DOWN, _ENTER = 1, 1, (28, 96)
_SHIFTS = (42, 54)
_PLAIN = {
    **dict(zip(range(2, 14), "1234567890-=", strict=True)), **dict(zip(range(16, 28), "qwertyuiop[]", strict=True)),
    **dict(zip(range(30, 42), "asdfghjkl;'`", strict=True)), 43: "\\", **dict(zip(range(44, 54), "zxcvbnm,./", strict=True)), 57: " ",
    **dict(zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82, 74, 78, 83), "7894561230-+.", strict=True)),
}  # fmt: skip
_SHIFTED = dict(zip("1234567890-=[];'`\\,./", '!@#$%^&*()_+{}:"~|<>?', strict=True))
LONGEST = 1_000


class Typed:
    """Text from a descriptor, line by line; ``events``: it delivers key events instead of text."""

    def __init__(self, descriptor: int, events: bool = False) -> None:
        self.descriptor, self._events = descriptor, events
        self._buffer, self._shift, self._raw = "", False, b""

    def receive(self) -> list[str]:
        """The lines that are complete. Raises OSError or EOFError when the reader is gone."""
        read = os.read(self.descriptor, 4096)
        if not read:
            raise EOFError
        if self._events:
            self._raw += read
            whole = len(self._raw) - len(self._raw) % _EVENT.size
            text = "".join(
                self._typed(code, value)
                for _, _, kind, code, value in _EVENT.iter_unpack(self._raw[:whole])
                if kind == _KEY
            )
            self._raw = self._raw[whole:]
        else:
            text = read.decode(errors="replace")
        *lines, self._buffer = (self._buffer + text).replace("\r", "\n").split("\n")
        self._buffer = self._buffer[:LONGEST]
        return [line.strip() for line in lines if line.strip()]

    def _typed(self, code: int, value: int) -> str:
        if code in _SHIFTS:
            self._shift = value != 0
            return ""
        if value != _DOWN:
            return ""
        if code in _ENTER:
            return "\n"
        sign = _PLAIN.get(code, "")
        return _SHIFTED.get(sign, sign.upper()) if self._shift else sign


def open_keyboard(path: str) -> Typed:
    """``-`` is standard input; a device file is grabbed, so that what it types reaches nobody else."""
    if path == "-":
        return Typed(0)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _GRAB, 1)
    return Typed(descriptor, events=True)
