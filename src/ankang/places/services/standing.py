"""When a checkpoint is open, and what is done to it with a reason: opening hours, closing for a time, voiding a poster."""

from datetime import datetime
from typing import Any

from django.db import transaction

from ankang.base.services import bump_revision
from ankang.core.opening import HoursFault, tidy

from ..errors import CloseRefused, HoursRefused, ReasonMissing
from ..models import Checkpoint
from .checkpoints import fetch_checkpoint, void_posters
from .tree_moves import note_event


def set_hours(pk: int, hours: str, by: Any, now: datetime) -> Checkpoint:
    """Opening hours as ``core.opening`` reads them; empty: always open. Raises NotFound, HoursRefused."""
    door = fetch_checkpoint(pk, by, "checkpoints.edit")
    try:
        tidied = tidy(hours)
    except HoursFault as fault:
        raise HoursRefused(details={"part": str(fault)}) from None
    if tidied != door.hours:
        with transaction.atomic():
            Checkpoint.objects.filter(pk=pk).update(hours=tidied)
            note_event(pk, "hours", {"from": door.hours, "to": tidied}, "", by, now)
            bump_revision("places")
    door.refresh_from_db()
    return door


def close_for_a_time(
    pk: int, since: datetime | None, until: datetime | None, reason: str, by: Any, now: datetime
) -> Checkpoint:
    """Nobody enters from ``since`` (None: now) until ``until`` (None: until somebody opens it); whoever is inside leaves.

    Raises NotFound, ReasonMissing, CloseRefused.
    """
    fetch_checkpoint(pk, by, "checkpoints.edit")
    since = since or now
    if not reason.strip():
        raise ReasonMissing(details={"fields": {"reason": "required"}})
    if until is not None and until <= max(since, now):
        raise CloseRefused()
    with transaction.atomic():
        Checkpoint.objects.filter(pk=pk).update(closed_from=since, closed_until=until)
        detail = {"from": since.isoformat(), "until": until.isoformat() if until else None}
        note_event(pk, "closed", detail, reason, by, now)
        bump_revision("places")
    return Checkpoint.objects.get(pk=pk)


def open_again(pk: int, by: Any, now: datetime) -> Checkpoint:
    """End a closure, also one that has not begun. Raises NotFound."""
    fetch_checkpoint(pk, by, "checkpoints.edit")
    with transaction.atomic():
        if Checkpoint.objects.filter(pk=pk, closed_from__isnull=False).update(closed_from=None, closed_until=None):
            note_event(pk, "opened", {}, "", by, now)
            bump_revision("places")
    return Checkpoint.objects.get(pk=pk)


def void_poster(pk: int, reason: str, by: Any, now: datetime) -> int:
    """Withdraw a poster that hangs at the wrong address, was copied or lost; the reason goes on record. The new edition.

    Raises NotFound, ReasonMissing, PosterEditionsUsedUp.
    """
    if not reason.strip():
        raise ReasonMissing(details={"fields": {"reason": "required"}})
    with transaction.atomic():
        edition = void_posters(pk, by)
        note_event(pk, "voided", {"edition": edition}, reason, by, now)
    return edition
