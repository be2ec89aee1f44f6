"""The policy sets a gate holds: the one in force by its own clock, and those that will be (B3, F6)."""

import logging
from collections.abc import Sequence
from math import inf

from ankang.core.policies import SHIPPED, Policies, Policy, PolicyFault, load_policies
from ankang.gate.tables import PolicyRow

_log = logging.getLogger("ankang.gate")


class Released:
    """Policy sets in the order of their moments. What is in force changes at a set's moment on the caller's clock, whether
    or not the database can be reached; before the first set, and without any, version 0 holds.
    """

    def __init__(self) -> None:
        self._sets: list[tuple[float, Policies]] = [(-inf, SHIPPED)]
        self._known: dict[str, Policies] = {}
        self._since, self._until, self._now = -inf, inf, SHIPPED

    def replace(self, rows: Sequence[PolicyRow]) -> None:
        """Take what the table holds. A text this gate cannot read is passed over and complained about: the one before holds."""
        sets: list[tuple[float, Policies]] = [(-inf, SHIPPED)]
        for row in rows:
            try:
                policies = self._known.get(row.text) or load_policies(row.text)
            except PolicyFault as fault:
                _log.error("gate: a policy set is not understood: %s", fault)
                continue
            self._known[row.text] = policies
            sets.append((row.effective_at, policies))
        self._sets = sets
        self._turn(self._since if self._since > -inf else 0.0)

    def at(self, now: float) -> Policies:
        """The set in force at ``now`` (unix seconds)."""
        if not self._since <= now < self._until:
            self._turn(now)
        return self._now

    def of(self, place_type: int, now: float) -> Policy:
        """The policy of a place type at ``now``."""
        return self.at(now).of(place_type)

    def coming(self, now: float) -> tuple[float, Policies] | None:
        """The next set and the moment from which it holds."""
        return next(((since, policies) for since, policies in self._sets if since > now), None)

    def _turn(self, now: float) -> None:
        at = max(place for place, (since, _) in enumerate(self._sets) if since <= now)
        self._since, self._now = self._sets[at]
        self._until = self._sets[at + 1][0] if at + 1 < len(self._sets) else inf
