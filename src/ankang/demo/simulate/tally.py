"""What came of the simulated day: answers by verdict and reason, latencies, errors."""

from array import array
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts of one run; latencies in milliseconds by kind of request."""

    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, "array[float]"] = field(default_factory=dict)
    requests: int = 0
    retries: int = 0

    def took(self, what: str, seconds: float) -> None:
        """One request was answered."""
        self.requests += 1
        self.latencies.setdefault(what, array("f")).append(seconds * 1000)

    def answer(self, act: str, verdict: str, reason: str) -> None:
        """A door or a place answered."""
        self.answers[act, verdict, reason] += 1

    def error(self, what: str) -> None:
        """A request failed for good: an HTTP status with its code, or the connection."""
        self.errors[what] += 1

    def by_verdict(self) -> dict[str, int]:
        """How many were admitted, denied and referred."""
        verdicts: Counter[str] = Counter()
        for (_, verdict, _), count in self.answers.items():
            verdicts[verdict] += count
        return dict(verdicts)


def percentile(values: "array[float]", share: float) -> float:
    """The value below which ``share`` of ``values`` lie (nearest rank); 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
