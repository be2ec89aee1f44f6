"""POST /g/v1/report: a device says how it is, and hears what the house knows of it (docs/device-contract.md)."""

from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.device_reports import ReportRequest
from ankang.gate.faults import NotReady
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.requests import Shape
from ankang.gate.state import State

AGAIN = 60
"""Seconds until the next report is wanted."""
_REPORT = Shape(ReportRequest)


def report(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """Keep the report. A revoked device has been told so before (401 ``device_revoked``)."""
    said: ReportRequest = _REPORT.read(call.body)
    device = caller.device
    if device is None:
        raise NotReady
    offset = state.reports.note(device.id, said, now)
    body = {
        "server_time": round(now, 3),
        "clock_offset": offset,
        "again": AGAIN,
        "device": {"id": device.id, "name": device.name, "lane": device.lane, "checkpoint": device.checkpoint or None},
    }
    return Outcome(json_bytes(body))
