"""Machines with a network of their own: a namespace each, a cable (veth) to one switch (bridge). Needs root and iproute2.

Names carry the process that made them, so what a killed run left behind is found and removed by the next. Where there are no
namespaces, machines are ports of 127.0.0.1, and whoever asks is told (:data:`ABSENT`).
"""

import contextlib
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ABSENT = "no network namespaces (they need root and iproute2): machines are ports of 127.0.0.1, and no cable can be pulled"
PORT = 8001
_NAME = re.compile(r"^(?:ankang-(\d+)-\d+|ak(\d+)(?:s|c\d+))$")
"""Namespaces ``ankang-PID-N``, switches ``akPIDs``, cables ``akPIDcN``: an interface's name has fifteen letters at most."""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Host:
    """Where a machine lives: ``namespace`` (empty: ours), its address, and our end of its cable."""

    namespace: str = ""
    address: str = "127.0.0.1"
    cable: str = ""

    def command(self, words: list[str]) -> list[str]:
        """The command that runs ``words`` there; it has the same process id."""
        return ["ip", "netns", "exec", self.namespace, *words] if self.namespace else words

    def pull(self) -> None:
        """The cable is out."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        """The cable is back."""
        _ip("link", "set", self.cable, "up")


LOCAL = Host()


class Network:
    """A switch, and hosts on cables."""

    def __init__(self) -> None:
        tidy()
        self._part = f"198.18.{os.getpid() % 250 + 1}"  # the addresses that RFC 2544 keeps for measuring
        self.address = f"{self._part}.254"
        self._switch = f"ak{os.getpid()}s"
        if not Path(f"/sys/class/net/{self._switch}").exists():
            _ip("link", "add", self._switch, "type", "bridge")
            _ip("address", "add", f"{self.address}/24", "dev", self._switch)
            _ip("link", "set", self._switch, "up")

    def host(self) -> Host:
        """One more machine."""
        number = next(_numbers) % 250 + 1
        host = Host(f"ankang-{os.getpid()}-{number}", f"{self._part}.{number}", f"ak{os.getpid()}c{number}")
        _ip("netns", "add", host.namespace)
        _ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        _ip("link", "set", host.cable, "master", self._switch, "up")
        for words in (("link", "set", "lo", "up"), ("link", "set", "eth0", "up"), ("address", "add", f"{host.address}/24", "dev", "eth0")):
            _ip("-n", host.namespace, *words)
        return host

    def remove(self, host: Host) -> None:
        """A machine less."""
        _remove(host.namespace, host.cable)

    def close(self) -> None:
        """Nothing of ours remains."""
        for name in _names():
            if _owner(name) == os.getpid():
                _remove(name, name)


@contextlib.contextmanager
def network() -> Iterator[Network | None]:
    """A network, or None where there can be none."""
    made = Network() if can() else None
    try:
        yield made
    finally:
        if made is not None:
            made.close()


def can() -> bool:
    """Whether this machine lets us make namespaces."""
    if os.geteuid() or shutil.which("ip") is None:
        return False
    probe = f"ankang-{os.getpid()}-0"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode == 0
    if made:
        _remove(probe, "")
    return made


def tidy() -> list[str]:
    """Remove what runs left behind that were killed; their names."""
    dead = [name for name in _names() if not Path(f"/proc/{_owner(name)}").exists()]
    for name in dead:
        _remove(name, name)
    return dead


def _names() -> list[str]:
    spaces = Path("/run/netns")
    found = [*os.listdir("/sys/class/net"), *(os.listdir(spaces) if spaces.is_dir() else ())]
    return [name for name in found if _NAME.match(name)]


def _owner(name: str) -> int:
    found = _NAME.match(name)
    assert found is not None
    return int(found[1] or found[2])


def _remove(namespace: str, interface: str) -> None:
    """A cable goes with its namespace, but only once nothing runs there any more."""
    for words in (("netns", "delete", namespace), ("link", "delete", interface)):
        if words[2]:
            subprocess.run(["ip", *words], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
