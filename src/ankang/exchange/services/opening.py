"""Travellers who are not on file: the border's row opens a pending record with a code (A7)."""

from collections.abc import Mapping
from datetime import datetime

from ankang.base.errors import BadInput
from ankang.people.services.entering import register_at_entry

from ..faults import RowFault
from ..models import Batch
from .marking import Marked


def open_records(batch: Batch, strangers: Mapping[int, Marked], now: datetime) -> dict[int, int | RowFault | None]:
    """For each row of a traveller: the person, why it cannot be; None: too little is known, so the row waits.

    Residents' cards open nothing (their holders apply), nor does a passport without its country or a name.
    """
    return {at: _opened(batch, row, now) for at, row in strangers.items()}


def _opened(batch: Batch, row: Marked, now: datetime) -> int | RowFault | None:
    if row.traveller is None:
        return None
    try:
        accepted = register_at_entry(row.traveller, batch.region_id, now)
    except BadInput:
        return None
    return RowFault("name_differs", "姓名") if accepted is None else accepted.person.pk
