"""A gate on a machine whose clock is wrong by as many seconds as the file BENCH_CLOCK says. Run by granian."""

import os
import time
from pathlib import Path

_FILE, _TRUE = Path(os.environ["BENCH_CLOCK"]), time.time
_read = [0.0, 0.0]  # when the file was last read (monotonic), and what it said


def _wrong_time() -> float:
    moment = time.monotonic()
    if moment - _read[0] > 0.2:
        _read[:] = [moment, float(_FILE.read_text() or 0)]
    return _TRUE() + _read[1]


time.time = _wrong_time

from ankang.gate.served import app  # noqa: E402 - the clock first

__all__ = ["app"]
