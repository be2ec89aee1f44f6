"""A data folder as ``ankang migrate`` leaves it, made once in a run: what needs tables begins with a copy."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from ankang.config.postgres.account import account_for, open_the_way
from ankang.config.postgres.address import cluster_folder

SHARED = "ANKANG_TEST_SHARED"
"""The folder that all processes of a run share."""
ANKANG = Path(sys.executable).parent / "ankang"


def settle(data: Path) -> None:
    """Make ``data``, which is not there yet or empty, a copy of the template: cluster, tables, keys, static files."""
    template = _template()
    data.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", f"{template}/.", str(data)], check=True)
    cluster = cluster_folder(data)
    open_the_way(cluster, account_for(cluster))


def _template() -> Path:
    shared = Path(os.environ[SHARED])
    made = shared / "template"
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = shared / "draft"
            environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANKANG_", "DJANGO_"))}
            done = subprocess.run([ANKANG, "migrate"], env=environment | {"ANKANG_DATA": str(draft)}, capture_output=True, text=True)
            told = (done.returncode, done.stdout, done.stderr)
            assert told == (0, "Tables, keys and partitions are up to date.\n", ""), told
            (cluster_folder(draft) / "postgresql.local.conf").write_text("fsync = off  # processes are killed here, never the machine\n")
            draft.rename(made)
    return made
