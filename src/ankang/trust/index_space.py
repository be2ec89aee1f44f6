"""How many code indices each epoch has, fixed ahead (docs/code-format.md §9).

All gates must compute the same index. So an epoch's size is written before the first pass for it can be fetched, and never
changed; gates that do not know the size of an epoch after the first one serve nobody in it rather than somebody else.
"""

from datetime import datetime

from ankang.config.settings import load_settings
from ankang.core.epochs import epoch_of, master_at
from ankang.core.permutation import space_for

from . import keyring
from .models import IndexSpace, Key

AHEAD = 2
"""Epochs after the running one; passes can be fetched one epoch ahead."""


def ensure_index_spaces(now: datetime, people: int) -> list[int]:
    """Give every epoch from today to the day after tomorrow its size; returns the epochs that got one. Idempotent.

    ``people``: the highest person number on file. A house that had people before it had sizes begins with the day after
    tomorrow: for today and tomorrow there may be passes with 30-bit indices.
    """
    today, known = epoch_of(now.timestamp()), set(IndexSpace.objects.values_list("epoch", flat=True))
    first = max(today, min(known)) if known else today + AHEAD if people else today
    missing = [epoch for epoch in range(first, today + AHEAD + 1) if epoch not in known]
    settings = load_settings()
    size = space_for(max(people + 1, settings.demo_residents if settings.demo else 0))
    IndexSpace.objects.bulk_create(
        [IndexSpace(epoch=epoch, size=size, made_at=now) for epoch in missing], ignore_conflicts=True
    )
    return missing


def index_space(epoch: int) -> int | None:
    """The size of the space of ``epoch``; None when it has none."""
    return IndexSpace.objects.filter(epoch=epoch).values_list("size", flat=True).first()


def epoch_master(epoch: int) -> bytes | None:
    """The master key of ``epoch``, as gates choose it; None when there is none."""
    rows = Key.objects.filter(purpose="epoch").order_by("-kid").values_list("not_before", "kid")
    kid = master_at(epoch, [(since.timestamp(), kid) for since, kid in rows])
    return None if kid is None else keyring.keyring().of_kid("epoch", kid).secret
