"""nginx before gate machines, with the configuration of deploy/nginx. Where nginx is not installed, whoever asks is told."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.gate_verify import free_port, wait_for
from bench.network import LOCAL, Host

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nginx"
ABSENT = "nginx is not there (apt-get install nginx-light): left out"


def is_there() -> bool:
    """Whether this machine has nginx."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin") is not None


@contextlib.contextmanager
def balancing(folder: Path, gates: Sequence[str], workers: int = 1, host: Host = LOCAL) -> Iterator[tuple[int, int]]:
    """(port, process id) of an nginx at ``host`` before the gates at these addresses."""
    port = free_port()
    _write(folder, f"{host.address}:{port}", gates, workers)
    command = ["nginx", "-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;"]
    running = subprocess.Popen(host.command(command), env={"PATH": "/usr/sbin:/usr/local/sbin:/usr/bin:/sbin:/bin"})
    try:
        wait_for(port, "/g/v1/health", host.address)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait(20)


def _write(folder: Path, here: str, addresses: Sequence[str], workers: int) -> None:
    """The configuration as it is in deploy/, but for addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    site = (CONFIGURATION / "ankang.conf").read_text()
    gates = (CONFIGURATION / "ankang-gates.conf").read_text()
    server = re.compile(r"^    server 127\.0\.0\.\d:8001 (.*);\n", re.MULTILINE)
    options = server.findall(gates)[0]
    ours = "".join(f"    server {one} {options};\n" for one in addresses)
    first = server.search(gates)
    assert first is not None
    gates = gates[: first.start()] + ours + server.sub("", gates[first.start() :])
    (folder / "ankang.conf").write_text(site.replace("listen 8080", f"listen {here}"))
    (folder / "ankang-gates.conf").write_text(gates)
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"worker_processes {workers};\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 8192; }}\nhttp {{\n{temporary}    include ankang.conf;\n}}\n"
    )
