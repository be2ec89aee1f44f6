"""Several people at once: visits that become durable together, and the one answer about all of them."""

from collections.abc import Callable, Sequence

import msgspec

from ankang.core.verdicts import Verdict
from ankang.gate.visits import Visit, answer

Told = Callable[[Sequence[Visit], str], bytes]
_WORST = (Verdict.DENY, Verdict.REFER, Verdict.ADMIT)


class Party(msgspec.Struct, gc=False):
    """Visits of people who come together, and how their outcome is told (visits as they stand, language)."""

    visits: list[Visit]
    told: Told


def worst(visits: Sequence[Visit]) -> str:
    """The verdict on all: ``deny`` when anybody is denied, else ``refer`` when anybody is referred, else ``admit``; ``refer`` of nobody."""
    verdicts = {visit.verdict for visit in visits}
    return next((verdict.slug for verdict in _WORST if verdict in verdicts), Verdict.REFER.slug)


def told_company(visits: Sequence[Visit], lang: str) -> bytes:
    """The answer about the holder, with those who walk along."""
    holder, *others = (answer(visit, lang) for visit in visits)
    return b'%b,"companions":[%b],"all":"%b"}' % (holder[:-1], b",".join(others), worst(visits).encode())
