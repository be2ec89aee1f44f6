"""A door without a network: one code in, one answer out, from public keys, signed lists and the place's policy.

For makers of gates and scanners; ``ankang scan`` is a small program around it. Nothing here reads a clock, a file or a
network: the caller gives the moment, and takes lists with :func:`ankang.core.lists.take_list`. What cannot be verified
is referred to the staff: it is never denied for that, and never green (docs/offline-scanner.md).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ankang.core.cards import is_register_number
from ankang.core.codes import CodeFault, PaperCode, check_as_stranger, check_paper, parse_shown
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.lists import Held, Indices, ListFault
from ankang.core.policies import Policy, decide
from ankang.core.verdicts import Direction, Reason, Verdict

CLOCK_SLACK = 60
"""Seconds by which a clock may be set back before nothing can be verified any more."""
LIVES = 240
"""Seconds for which the use of a dynamic code is remembered; before they are over it has expired."""
PAPER_REST = 60
"""Seconds after which a sheet admits again in the same direction; it has no minute of its own."""
NEWS = 60
"""Seconds by which a pass must be later than a list to be the newer word for sure."""

_WORSE = (Colour.GREEN, Colour.GREY, Colour.YELLOW, Colour.RED)


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
    """An authentic code: whose, which kind and epoch of list speaks of it, and its minute (0 on paper).

    ``counts``: what a list of withdrawals compares (seconds of the epoch at issue; the generation of a sheet).
    ``said``: the colour inside a dynamic code. ``issued``: when a sheet was, None when it does not say.
    """

    name: str
    index: int
    indices: Indices
    epoch: int
    counts: int
    minute: int = 0
    said: Colour | None = None
    issued: int | None = None


class Scanner:
    """One door with its memory of the last minutes. Not for several threads at once.

    ``keys``: key id → SM2 point of 65 bytes, as ``GET /g/v1/keys`` gives them. ``lists``: what was taken; of
    one chain, the older first. ``latest``: the last moment that an earlier run
    was asked about (:attr:`latest`), so that setting the clock back over a restart does not help either.
    ``limit``: the most seconds of age at which this place trusts a list (its issuer's own limit counts in any case).
    ``strict``: without a list of withdrawals nobody is verified; otherwise such a list counts once it is held.
    """

    def __init__(
        self,
        keys: Mapping[int, bytes],
        lists: Iterable[Held],
        policy: Policy,
        latest: float = 0,
        *,
        limit: float = math.inf,
        strict: bool = False,
    ) -> None:
        self.keys, self.policy, self.latest, self.limit, self.strict = dict(keys), policy, latest, limit, strict
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

        About 2 ms. The order is the gate's: authentic, of this minute and not withdrawn, then the colour, then policy
        and use.
        """
        if now < self.latest - CLOCK_SLACK:
            return _cannot("clock_set_back")
        self.latest = max(self.latest, now)
        if is_register_number(text):
            return _cannot("needs_network")
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
            epoch = epoch_of(now)
            return _Known(code.name, code.index, Indices.PAPER, epoch, code.generation, issued=code.issued_at)
        check_as_stranger(code, self.keys, now)
        counts = code.issued_at - epoch_start(code.epoch)
        return _Known(code.name, code.index, Indices.DAY, code.epoch, counts, code.minute, code.colour)

    def _decided(self, known: _Known, now: float, temperature: int | None, direction: Direction) -> Answer:
        try:
            if self._is_withdrawn(known, now):
                return Answer(Verdict.DENY, Reason.REVOKED, name=known.name, index=known.index, detail="withdrawn")
            colour, detail = self._colour(known, now), ""
        except _CannotTell as fault:
            if direction != Direction.EXIT:
                return _cannot(fault.detail, known.name, known.index)
            colour, detail = Colour.GREY, fault.detail  # whoever leaves may leave
        verdict, reason = decide(self.policy, colour, temperature, direction)
        if verdict == Verdict.ADMIT and not self._first_use(known, now, direction):
            return Answer(Verdict.DENY, Reason.ALREADY_USED, name=known.name, index=known.index)
        return Answer(verdict, reason, colour, known.name, known.index, detail)

    def _colour(self, known: _Known, now: float) -> Colour:
        held = self._best(known.indices, known.epoch, now)
        if held is None:
            raise _CannotTell("no_list")
        listed = Colour(self._value(held, known.index, now))
        if known.said is None:
            return colour_of_sheet(listed, known.issued, held.header.not_before)
        issued = epoch_start(known.epoch) + known.counts
        return colour_of_both(listed, known.said, issued, held.header.not_before)

    def _is_withdrawn(self, known: _Known, now: float) -> bool:
        held = self._best(known.indices.withdrawals, known.epoch, now)
        if held is None:
            if self.strict:
                raise _CannotTell("no_list")
            return False
        value = self._value(held, known.index, now)
        return known.counts < value if known.indices is Indices.DAY else known.counts <= value

    def _value(self, held: Held, index: int, now: float) -> int:
        try:
            held.require_fresh(now, self.limit)
            return held.content.value_of(index)
        except ListFault as fault:
            raise _CannotTell(fault.detail) from None

    def _best(self, kind: Indices, epoch: int, now: float) -> Held | None:
        """The list of that epoch; for sheets, whose indices stay, the newest of the days around it."""
        if kind in (Indices.DAY, Indices.WITHDRAWN_PASSES):
            return self._lists.get((kind, epoch))
        around = [held for day in (epoch, epoch - 1, epoch + 1) if (held := self._lists.get((kind, day)))]
        begun = [held for held in around if held.header.not_before <= now]
        return max(begun or around, key=lambda held: held.header.not_before, default=None)

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


class _CannotTell(Exception):
    """无法核验; ``detail``: a fault of docs/list-format.md §7, or ``no_list``."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def colour_of_both(listed: Colour, said: Colour, issued_at: int, made: int) -> Colour:
    """The colour of a person of whom a list made at ``made`` and a pass issued at ``issued_at`` speak (list-format.md §7).

    A list that is newer than the pass counts alone. A pass that may be newer never makes things better: a worse colour
    in it counts when it is newer for sure, and everything else that they disagree about is ``newer``: cannot verify.
    """
    if listed == said or issued_at < made:
        return listed
    is_news = issued_at >= max(made, epoch_start(epoch_of(issued_at))) + NEWS
    is_worse = _WORSE.index(said) > _WORSE.index(listed)
    if is_news == is_worse:
        return said if is_news else listed
    raise _CannotTell("newer")


def colour_of_sheet(listed: Colour, issued_at: int | None, made: int) -> Colour:
    """The colour by a list made at ``made`` of whose sheet was issued at ``issued_at`` (None: of version 1, does not say).

    Whoever is not listed is green, unless the sheet is not older than the list: its holder may have been registered since, and
    nothing signed says a colour. What a list does say counts.
    """
    if listed is Colour.GREEN and issued_at is not None and issued_at >= made:
        raise _CannotTell("newer")
    return listed


def _cannot(detail: str, name: str = "", index: int = -1) -> Answer:
    """无法核验: the staff look."""
    return Answer(Verdict.REFER, Reason.STALE, Colour.GREY, name, index, detail)
