"""What people do with a batch that is there: look, cancel, stop, go on."""

from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from ankang.base.approvals import withdraw_approval
from ankang.base.errors import NotAllowed
from ankang.base.models import Approval

from ..errors import BatchStateWrong
from ..models import Batch
from ..rules import MAY_CANCEL, MAY_RESUME, MAY_STOP, Progress, progress
from .senders import sent_batch
from .submitting import RUN_BATCH, end_batch


def cancel_batch(batch: int, by: Any, now: datetime) -> Batch:
    """Give a batch up; what a paused one has recorded stays. Raises NotFound, BatchStateWrong.

    A request for approval is withdrawn with it, which only who asked may do: for others NotAllowed.
    """
    found = _in_state(sent_batch(by, batch), MAY_CANCEL)
    asked = approval_of(found)
    if asked is not None and asked.state == "pending":
        if asked.asked_by != by.pk:
            raise NotAllowed()
        Batch.objects.filter(pk=found.pk).update(approval=None)
        withdraw_approval(asked.pk, by, now)
    end_batch(found, "cancelled", now)
    found.save()
    return found


def stop_batch(batch: int, by: Any, now: datetime) -> Batch:
    """Pause after the chunk that is being taken. Raises NotFound, BatchStateWrong."""
    found = _in_state(sent_batch(by, batch), MAY_STOP)
    found.stop_wanted = True
    found.save(update_fields=["stop_wanted"])
    return found


def resume_batch(batch: int, by: Any, now: datetime) -> Batch:
    """Go on behind the last row that was done. Raises NotFound, BatchStateWrong."""
    found = _in_state(sent_batch(by, batch), MAY_RESUME)
    found.state, found.stop_wanted = "running", False
    found.save(update_fields=["state", "stop_wanted"])
    app.configure_task(RUN_BATCH, queue="exchange").defer(batch=found.pk)
    return found


def approval_of(batch: Batch) -> Approval | None:
    """The approval that was last asked for."""
    return Approval.objects.filter(pk=batch.approval).first() if batch.approval else None


def progress_of(batch: Batch, now: datetime) -> Progress:
    """How far the run is; while a file is checked only the rows seen so far are known."""
    return progress(batch.cursor, batch.rows, batch.busy_seconds, batch.beat_at, now)


def _in_state(batch: Batch, states: tuple[str, ...]) -> Batch:
    if batch.state not in states:
        raise BatchStateWrong(details={"state": batch.state})
    return batch
