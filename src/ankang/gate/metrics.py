"""How the gate is: numbers for Prometheus and a verdict for load balancers. Any process answers for all of the machine."""

import os
from collections import Counter
from typing import TYPE_CHECKING

from ankang.core.verdicts import Reason, Verdict, VisitKind
from ankang.gate.admission import Admission, LastMinute
from ankang.gate.answers import json_bytes

if TYPE_CHECKING:
    from ankang.gate.app import Gate

Headers = list[tuple[str, str]]
_NUMBERS = {
    "rows": ("counter", "visits_durable_total", "Visits made durable"),
    "batches": ("counter", "batches_total", "Group commits"),
    "spooled": ("counter", "visits_spooled_total", "Visits that went to the spool"),
    "alerts": ("counter", "alerts_total", "Conditions an operator should look at"),
    "waiting": ("gauge", "visits_waiting", "Visits not durable yet"),
    "leads": ("gauge", "leader", "1 in the process that leads"),
    "database": ("gauge", "database_up", "1 when the database answers"),
    "in_flight": ("gauge", "requests_in_flight", "Requests in progress"),
    "limit": ("gauge", "requests_limit", "Requests that may be in progress"),
    "delay_ms": ("gauge", "delay_ms", "Mean delay of the visits of the last twentieth of a second"),
    "admitted": ("counter", "requests_admitted_total", "Requests let in"),
    "refused": ("counter", "requests_refused_total", "Requests refused at once because too many came"),
}


class Metrics:
    """Counts of one process."""

    def __init__(self) -> None:
        self.visits: Counter[int] = Counter()
        """By kind << 16 | verdict << 8 | reason."""
        self.faults: Counter[str] = Counter()
        self._last_minute = LastMinute()

    def report(self, gate: "Gate") -> dict[str, object]:
        """What the other processes may know about this one."""
        intake = gate.intake
        visits = {
            f"{VisitKind(key >> 16).slug} {Verdict(key >> 8 & 255).slug} {Reason(key & 255).slug}": count
            for key, count in self.visits.items()
        }
        return {
            "worker": os.getpid(),
            "rows": intake.rows,
            "batches": intake.batches,
            "spooled": intake.spooled,
            "alerts": intake.alerts,
            "waiting": intake.waiting,
            "leads": int(gate.leader.leads),
            "database": int(gate.links[0].connection is not None),
            **self._admissions(gate.admission),
            "visits": visits,
            "faults": dict(self.faults),
        }

    def _admissions(self, admission: Admission) -> dict[str, object]:
        admitted, refused = self._last_minute.note(admission.admitted, admission.refused)
        return {
            "in_flight": admission.in_flight,
            "limit": int(admission.limit),
            "delay_ms": round(admission.delay * 1000, 1),
            "admitted": admission.admitted,
            "refused": admission.refused,
            "admitted_minute": admitted,
            "refused_minute": refused,
        }

    def health(self, gate: "Gate", now: float) -> tuple[int, Headers, bytes]:
        """200 when this gate can answer doors (``degraded`` when something is wrong all the same), else 503."""
        state, age = gate.state, now - gate.state.colours.fresh_at
        database = gate.links[0].connection is not None
        spool, homeless = gate.spooled
        able = state.keys is not None and not state.is_stale(now)
        fine = able and database and not spool
        reports = gate.workers.all()
        body = {
            "status": "ok" if fine else "degraded" if able else "unable",
            "database": database,
            "keys": state.keys is not None,
            "feed_age": round(age, 1) if state.colours.fresh_at else None,
            "stale": state.is_stale(now),
            "clock_error": round(state.clock_error, 1),
            "refused_minute": sum(int(str(report.get("refused_minute", 0))) for report in reports),
            "seq": state.colours.seq,
            "persons": state.colours.count,
            "spool": spool,
            "homeless": homeless,
            "queue": gate.intake.waiting,
            "workers": max(1, len(reports)),
            "leader": gate.leader.leads or any(report.get("leads") for report in reports),
            "role": "leader" if gate.leader.leads else "follower",
            "server_time": int(now),
        }
        headers = [("content-type", "application/json"), ("cache-control", "no-store")]
        return (200 if able else 503, headers, json_bytes(body))

    def text(self, gate: "Gate", now: float) -> str:
        """The Prometheus exposition of all gate processes of the machine."""
        state, reports = gate.state, gate.workers.all()
        spool, homeless = gate.spooled
        lines = []
        for key, (kind, name, help_text) in _NUMBERS.items():
            lines += [f"# HELP ankang_gate_{name} {help_text}", f"# TYPE ankang_gate_{name} {kind}"]
            lines += [f'ankang_gate_{name}{{worker="{report["worker"]}"}} {report[key]}' for report in reports]
        lines += _labelled(reports, "visits", "visits_total", ("kind", "verdict", "reason"))
        lines += _labelled(reports, "faults", "faults_total", ("code",))
        lines += [
            "# TYPE ankang_gate_feed_age_seconds gauge",
            f"ankang_gate_feed_age_seconds {now - state.colours.fresh_at:.1f}",
            "# TYPE ankang_gate_persons gauge",
            f"ankang_gate_persons {state.colours.count}",
            "# TYPE ankang_gate_spool_visits gauge",
            f"ankang_gate_spool_visits {spool}",
            "# TYPE ankang_gate_clock_error_seconds gauge",
            f"ankang_gate_clock_error_seconds {state.clock_error:.1f}",
            "# TYPE ankang_gate_homeless_visits gauge",
            f"ankang_gate_homeless_visits {homeless}",
        ]
        return "\n".join(lines) + "\n"


def _labelled(reports: list[dict[str, object]], key: str, name: str, labels: tuple[str, ...]) -> list[str]:
    lines = [f"# TYPE ankang_gate_{name} counter"]
    for report in reports:
        counts = report[key]
        assert isinstance(counts, dict)
        for words, count in sorted(counts.items()):
            pairs = zip(labels, str(words).split(" "), strict=True)
            inside = ",".join(f'{label}="{word}"' for label, word in pairs)
            lines.append(f'ankang_gate_{name}{{worker="{report["worker"]}",{inside}}} {count}')
    return lines
