"""The keeper: stops the embedded PostgreSQL when its last user is gone, however that user went.

Every process that uses the database holds a shared lock on ``users``; the kernel drops it even after
``kill -9``. The keeper waits for the exclusive lock, which it can get only when nobody holds a shared one,
and stops the server. It runs as a program of its own, with the standard library only:

    python -I -S keeper.py KEEPER_LOCK USERS_LOCK CLUSTER PG_CTL UID GID
"""

import fcntl
import os
import subprocess
import sys


def keep(keeper_lock: str, users_lock: str, cluster: str, pg_ctl: str, uid: int, gid: int) -> None:
    """Wait for the last user to go, then stop the server; returns at once when another keeper is there."""
    mine = os.open(keeper_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    users = os.open(users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    if os.path.exists(os.path.join(cluster, "postmaster.pid")):
        stop_server(cluster, pg_ctl, uid, gid)
    os.close(mine)  # before `users`: who waits there must find the keeper's place free
    os.close(users)


def stop_server(cluster: str, pg_ctl: str, uid: int, gid: int) -> bool:
    """Stop the server fast and cleanly (transactions end, a checkpoint is written), in 60 s at most."""
    who = {} if uid == os.geteuid() else {"user": uid, "group": gid, "extra_groups": []}
    done = subprocess.run(  # type: ignore[call-overload]
        [pg_ctl, "-D", cluster, "-w", "-t", "60", "-m", "fast", "stop"],
        cwd=cluster,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **who,
    )
    return bool(done.returncode == 0)


if __name__ == "__main__":
    keep(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]))
