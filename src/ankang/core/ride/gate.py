"""A transit gate without a network: one ride code in, one answer out. For makers of gates; ``ankang ride verify`` is a
small program around it.

The order: form, the three signatures, times, revocation, colour by the day's list, the place's policy, use. What cannot be
verified is referred to the staff, never green. Nothing here reads a clock, a file or a network.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ankang.core.codes.faults import CodeFault
from ankang.core.colours import Colour
from ankang.core.lists import Held, Indices, ListFault
from ankang.core.policies import BY_SLUG, Policy, decide
from ankang.core.ride.authority import Authorities, check_certificate, is_foreign
from ankang.core.ride.check import check_authorisation, check_times
from ankang.core.ride.code import RideCode, parse_ride
from ankang.core.ride.custom import read_rider
from ankang.core.ride.layout import TOLERANCE, VALID_MOST
from ankang.core.ride.revoked import Revoked
from ankang.core.verdicts import Direction, Reason, Verdict

CLOCK_SLACK = 60
"""Seconds by which a clock may be set back before nothing can be verified any more."""
OLD_KEYS = ("unknown_authority", "expired_authority")
"""Perhaps the gate's own keys are old: the staff look."""
_SWEEP = 60


@dataclass(frozen=True, slots=True)
class RideAnswer:
    """What the gate does and why; ``detail`` is the exact fault, or empty. ``code`` is there when the form was right.

    ``colour`` is grey when it is not known.
    """

    verdict: Verdict
    reason: Reason
    colour: Colour = Colour.GREY
    detail: str = ""
    code: RideCode | None = None


class RideGate:
    """One gate with its memory of the last minutes. Not for several threads at once.

    ``authorities``: key number → authority. ``lists``: the day lists that were taken. ``revoked``: None when
    this gate takes no revocations. ``latest``: the last moment an earlier run was asked about. ``issuer``: the eight digits of the
    house whose lists these are; a code of another one is authentic or not, and its rider is never looked for in them.
    """

    def __init__(
        self,
        authorities: Authorities,
        lists: Iterable[Held] = (),
        revoked: Revoked | None = None,
        policy: Policy = BY_SLUG["station"].policy,
        latest: float = 0,
        issuer: str | None = None,
    ) -> None:
        self.authorities, self.revoked, self.policy, self.latest = dict(authorities), revoked, policy, latest
        self.issuer = issuer
        self._lists = {held.header.epoch: held for held in lists if held.header.indices is Indices.DAY}
        self._issuers: dict[bytes, tuple[bytes, float]] = {}
        self._used: dict[tuple[bytes, int], float] = {}
        self._swept = 0.0

    def check(self, raw: bytes, now: float, direction: Direction = Direction.ENTRY) -> RideAnswer:
        """The answer to a code shown at ``now`` (unix seconds). About 2 ms; the certificate's check is kept for a minute."""
        if now < self.latest - CLOCK_SLACK:
            return RideAnswer(Verdict.REFER, Reason.STALE, detail="clock_set_back")
        self.latest = max(self.latest, now)
        code = None
        try:
            code = parse_ride(raw)
            check_authorisation(code, self._issuer(code.authorisation.certificate, now))
            check_times(code, now, not self._is_foreign(code))
        except CodeFault as fault:
            verdict = Verdict.REFER if fault.detail in OLD_KEYS else Verdict.DENY
            return RideAnswer(verdict, fault.reason, detail=fault.detail, code=code)
        return self._decided(code, now, direction)

    def _issuer(self, certificate: bytes, now: float) -> bytes:
        """The issuer's point; checked once a minute, because every rider brings the same certificate."""
        known = self._issuers.get(certificate)
        if known is None or not known[1] <= now < known[1] + _SWEEP:
            public = check_certificate(certificate, self.authorities, now)
            self._issuers = {} if len(self._issuers) > 100 else self._issuers
            known = self._issuers[certificate] = public, now
        return known[0]

    def _is_foreign(self, code: RideCode) -> bool:
        return is_foreign(self.authorities, code.authorisation.certificate, self.issuer)

    def _decided(self, code: RideCode, now: float, direction: Direction) -> RideAnswer:
        if self.revoked is not None and code.authorisation.account in self.revoked:
            return RideAnswer(Verdict.DENY, Reason.REVOKED, detail="revoked_authorisation", code=code)
        colour, detail = self._colour(code, now)
        verdict, reason = decide(self.policy, colour, None, direction)
        if detail and verdict is not Verdict.ADMIT:
            reason = Reason.STALE
        if verdict == Verdict.ADMIT and not self._first_use(code, now, direction):
            return RideAnswer(Verdict.DENY, Reason.ALREADY_USED, detail="already_used", code=code)
        return RideAnswer(verdict, reason, colour, detail, code)

    def _colour(self, code: RideCode, now: float) -> tuple[Colour, str]:
        """The colour, or grey and why it is not known."""
        if self._is_foreign(code):
            return Colour.GREY, "foreign_issuer"
        rider = read_rider(code.authorisation.custom)
        if rider is None:
            return Colour.GREY, "no_index"
        if self.revoked is not None and now >= self.revoked.next_update:
            return Colour.GREY, "revocations_too_old"
        held = self._lists.get(rider.epoch)
        if held is None:
            return Colour.GREY, "no_list"
        try:
            return held.colour_of(rider.index, now), ""
        except ListFault as fault:
            return Colour.GREY, fault.detail

    def _first_use(self, code: RideCode, now: float, direction: Direction) -> bool:
        """Note an admission. One account passes one way once while any of its codes could still be the same one."""
        if now >= self._swept + _SWEEP:
            self._swept = now
            self._used = {use: until for use, until in self._used.items() if until > now}
        use = (code.authorisation.account, int(direction))
        if self._used.get(use, 0) > now:
            return False
        self._used[use] = now + min(code.authorisation.valid, VALID_MOST) + 2 * TOLERANCE
        return True
