"""Who comes along on a holder's code: each judged on the own colour, each a visit of their own (A6)."""

from ankang.core.epochs import epoch_of
from ankang.core.gate_names import open_name
from ankang.core.verdicts import Reason, VisitKind
from ankang.gate.companions import Along
from ankang.gate.faults import BadField, NotReady
from ankang.gate.handlers.judging import is_nobody, judge, refusal
from ankang.gate.requests import tenths
from ankang.gate.state import Checkpoint, State
from ankang.gate.visits import NOBODY, Visit, visit_of_id

_COMPANION = int(VisitKind.COMPANION)


def company(
    state: State, holder: Visit, along: list[Along], checkpoint: Checkpoint, temperatures: list[float | None] | None
) -> list[Visit]:
    """The visits of those who walk along with ``holder``, in the order of ``along``.

    Their codes were not shown, but count as used: with the index of their own code, in the minute of the holder's.
    ``temperatures``: theirs in the same order, in °C; without, only the holder's was taken.
    """
    if temperatures is not None and len(temperatures) != len(along):
        raise BadField(field="temperatures", expected=len(along))
    taken = temperatures or [None] * len(along)
    return [_visit(state, holder, one, checkpoint, tenths(heat)) for one, heat in zip(along, taken, strict=True)]


def _visit(state: State, holder: Visit, one: Along, checkpoint: Checkpoint, temperature: int) -> Visit:
    now, keys = holder.at / 1_000_000, state.keys
    today = keys.epoch(epoch_of(now)) if keys else None
    if keys is None or today is None:
        raise NotReady
    if is_nobody(state, one.person, now):
        verdict, reason, colour = refusal(Reason.INVALID)
    else:
        verdict, reason, colour = judge(state, checkpoint, one.person, temperature, holder.direction, now)
    return Visit(
        visit_of_id(holder.visit, one.person), today.trace(one.person) or NOBODY, holder.at, holder.received_at,
        holder.checkpoint, holder.device, holder.direction, temperature, verdict, reason, colour, _COMPANION,
        open_name(keys.names, one.person, one.name), today.permutation.index(one.person), holder.minute, True,
    )  # fmt: skip
