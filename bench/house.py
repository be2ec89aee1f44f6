"""The whole house: how soon it answers when started again, and what the code page weighs on the wire."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.gate_verify import free_port

RESIDENTS = os.environ.get("BENCH_RESIDENTS", "3829")
_FIRST_TIME = 600
_PARTS = re.compile(r"""(?:src|href)=["']?(/[^"'> ]+)""")


def measure_house() -> dict[str, float]:
    """``warm_start_s`` and ``code_page_kb``."""
    with tempfile.TemporaryDirectory(prefix="ankang-bench-house-", ignore_cleanup_errors=True) as name:
        _run_once(Path(name), measure=False)
        return _run_once(Path(name), measure=True)


def _run_once(data: Path, measure: bool) -> dict[str, float]:
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANKANG_")}
    environment = clean | {"ANKANG_DATA": str(data), "ANKANG_PORT": str(port), "ANKANG_DEMO_RESIDENTS": RESIDENTS}
    command = [str(Path(sys.executable).parent / "ankang"), "up", "--demo"]
    started = time.monotonic()
    with (data / "house.log").open("ab") as log:
        house = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            while _get(port, "/") is None:
                assert house.poll() is None, "ankang up ended"
                assert time.monotonic() - started < _FIRST_TIME
                time.sleep(0.05)
            warm = time.monotonic() - started
            return {"warm_start_s": warm, "code_page_kb": _page_weight(port) / 1000} if measure else {}
        finally:
            house.send_signal(signal.SIGINT)
            house.wait(60)


def _page_weight(port: int) -> int:
    """Bytes of the code page and all it loads at the first visit, brotli where the server has it."""
    page = _get(port, "/code")
    plain = _get(port, "/code", encoding="identity")
    assert page is not None
    assert plain is not None
    parts = {part for part in _PARTS.findall(plain.decode()) if not part.startswith("//")} | {"/sw.js"}
    sizes = [len(body) for part in parts if (body := _get(port, part)) is not None and "." in part]
    return len(page) + sum(sizes)


def _get(port: int, path: str, encoding: str = "br") -> bytes | None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"accept-encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None
