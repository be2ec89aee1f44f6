"""A door without a network: one code in, one answer out, from public keys, signed lists and the place's policy.

For makers of gates and scanners; ``ankang scan`` is a small program around it. Nothing here reads a clock, a file or a
network: the caller gives the moment, and takes lists with :func:`ankang.core.lists.take_list`. What cannot be verified
is referred to the staff: it is never denied for that, and never green (docs/offline-scanner.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ankang.core.codes import CodeFault, PaperCode, check_as_stranger, check_paper, parse_shown
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.lists import Held, Indices, ListFault
from ankang.core.policies import Policy, decide
from ankang.core.verdicts import Direction, Reason, Verdict

CLOCK_SLACK = 60
"""Seconds by which a clock may be set back before nothing can be verified any more."""
LIVES = 240
"""Seconds for which the use of a dynamic code is remembered; before they are over it has expired."""
PAPER_REST = 60
"""Seconds after which a sheet admits again in the same direction; it has no minute of its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door does and why; ``detail`` is for logs: the exact fault, or empty.

    ``index`` is the code index of an authentic code, −1 otherwise. ``colour`` is grey when it is not known.
    """

    verdict: Verdict
    reason: Reason
    colour: Colour = Colour.GREY
    name: str = ""
    index: int = -1
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """An authentic code: whose, which kind and epoch of list speaks of it, and its minute (0 on paper)."""

    name: str
    index: int
    indices: Indices
    epoch: int
    minute: int = 0


class Scanner:
    """One door with its memory of the last minutes. Not for several threads at once.

    ``keys``: key id → SM2 point of 65 bytes, as ``GET /g/v1/keys`` gives them. ``lists``: what was taken; of
    one chain, the older first. ``latest``: the last moment that an earlier run
    was asked about (:attr:`latest`), so that setting the clock back over a restart does not help either.
    """

    def __init__(self, keys: Mapping[int, bytes], lists: Iterable[Held], policy: Policy, latest: float = 0) -> None:
        self.keys, self.policy, self.latest = dict(keys), policy, latest
        self._lists: dict[tuple[Indices, int], Held] = {}
        self._used: dict[tuple[Indices, int, int, int], float] = {}
        self._swept = 0.0
        for held in lists:
            self.hold(held)

    def hold(self, held: Held) -> None:
        """Answer from this list from now on; ``ListFault`` ``rollback`` for one older than what is held."""
        place = (held.header.indices, held.header.epoch)
        before = self._lists.get(place)
        if before is not None and held.header.sequence < before.header.sequence:
            raise ListFault("rollback")
        self._lists[place] = held

    def check(
        self, text: str, now: float, temperature: int | None = None, direction: Direction = Direction.ENTRY
    ) -> Answer:
        """The answer to a code shown at ``now`` (unix seconds); ``temperature`` in tenths of a degree Celsius.

        About 2 ms. The order is the gate's: authentic and of this minute, then the colour, then policy and use.
        """
        if now < self.latest - CLOCK_SLACK:
            return _cannot("clock_set_back")
        self.latest = max(self.latest, now)
        try:
            known = self._authentic(text, now)
        except CodeFault as fault:
            if fault.detail == "unknown_key":
                return _cannot(fault.detail)
            return Answer(Verdict.DENY, fault.reason, detail=fault.detail)
        return self._decided(known, now, temperature, direction)

    def _authentic(self, text: str, now: float) -> _Known:
        code = parse_shown(text)
        if isinstance(code, PaperCode):
            check_paper(code, self.keys, now)
            return _Known(code.name, code.index, Indices.PAPER, epoch_of(now))
        check_as_stranger(code, self.keys, now)
        return _Known(code.name, code.index, Indices.DAY, code.epoch, code.minute)

    def _decided(self, known: _Known, now: float, temperature: int | None, direction: Direction) -> Answer:
        try:
            colour, detail = self._colour(known, now), ""
        except ListFault as fault:
            if direction != Direction.EXIT:
                return _cannot(fault.detail, known.name, known.index)
            colour, detail = Colour.GREY, fault.detail  # whoever leaves may leave
        verdict, reason = decide(self.policy, colour, temperature, direction)
        if verdict == Verdict.ADMIT and not self._first_use(known, now, direction):
            return Answer(Verdict.DENY, Reason.ALREADY_USED, name=known.name, index=known.index)
        return Answer(verdict, reason, colour, known.name, known.index, detail)

    def _colour(self, known: _Known, now: float) -> Colour:
        held = self._lists.get((known.indices, known.epoch))
        if known.indices is Indices.PAPER and (held is None or now < held.header.not_before):
            held = self._lists.get((known.indices, known.epoch - 1), held)  # yesterday's may be good a little longer
        if held is None:
            raise ListFault("other_epoch")
        return held.colour_of(known.index, now)

    def _first_use(self, known: _Known, now: float, direction: Direction) -> bool:
        """Note an admission; False when this showing was admitted before in this direction."""
        if now >= self._swept + PAPER_REST:
            self._swept = now
            self._used = {use: until for use, until in self._used.items() if until > now}
        use = (known.indices, known.index, known.minute, int(direction))
        if self._used.get(use, 0) > now:
            return False
        self._used[use] = now + (PAPER_REST if known.indices is Indices.PAPER else LIVES)
        return True


def _cannot(detail: str, name: str = "", index: int = -1) -> Answer:
    """无法核验: the staff look."""
    return Answer(Verdict.REFER, Reason.STALE, Colour.GREY, name, index, detail)
