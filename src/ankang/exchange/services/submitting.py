"""Handing in: what can turn a colour worse needs a second person, over the alarm two; the rest runs at once (I2, I7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from procrastinate.contrib.django import app

from ankang.base.approvals import MakerCannotDecide, ask_approval
from ankang.base.errors import BadInput
from ankang.base.models import Approval
from ankang.health.models import DryRun
from ankang.health.services.dry_runs import alarm_of, ask_dry_run, latest_dry_run, run_dry_run

from ..errors import BatchStateWrong
from ..models import TAKEN_BACK, Agent, Batch, Chunk
from ..rules import FARTHEST
from .kinds import feed_kind
from .senders import own_batch, sent_batch
from .weighing import MOST_WEIGHED

SUBJECT = "feed_batch"
RUN_BATCH = "exchange.run_batch"
CHECK_BATCH = "exchange.check_batch"


def submit_batch(
    batch: int, by: Any, now: datetime, note: str = "", run_at: datetime | None = None, agent: Agent | None = None
) -> Batch:
    """Hand in a checked batch: to the approver if it can turn a colour worse, else to work (at ``run_at``).

    While its dry run is still under way, it is handed in as soon as that is done. Raises NotFound, BatchStateWrong
    (``details.state``; nothing good in it: ``details.good`` is 0).
    """
    found = own_batch(by, batch, now, agent) if agent else sent_batch(by, batch)
    if found.state != "validated" or not found.findings.get("good"):
        raise BatchStateWrong(details={"state": found.state, "good": found.findings.get("good")})
    if run_at is not None and not now - FARTHEST < run_at < now + FARTHEST:
        raise BadInput(details={"fields": {"run_at": "out_of_range"}})
    found.note, found.run_at = note.strip()[:500], run_at
    weighed = _weighed(found)
    found.submit_when_checked = weighed is None
    if weighed is not None:
        found.submitted_at = now
        if found.worsening:
            found.alarm = alarm_of_batch(found, weighed, now)
            found.approval = _ask(found, by, found.alarm, now).pk
            found.state = "pending_approval"
        else:
            start_batch(found, now)
    found.save()
    return found


def weigh_batch(batch: Batch, now: datetime) -> None:
    """Find out whom a worsening batch would turn, before anybody decides. Commits; never inside a request."""
    if not batch.worsening or batch.worsening > MOST_WEIGHED:
        return
    by = User.objects.filter(pk=batch.sender).first()
    run = ask_dry_run(SUBJECT, batch.reference, bytes(batch.digest or b""), "", now, by, now)
    run_dry_run(run.pk)


def alarm_of_batch(batch: Batch, run: DryRun | bool, now: datetime) -> dict[str, Any] | None:
    """Why a batch needs two people; None: one will do. A batch that could not be weighed needs two."""
    if isinstance(run, DryRun) and run.state == "finished":
        return run.alarm or alarm_of(run.result, now)
    return {"not_weighed": True, "rows": batch.worsening}


def start_batch(batch: Batch, now: datetime) -> None:
    """Approved, or in no need of it: to work now, or at its moment. Does not save."""
    later = batch.run_at is not None and batch.run_at > now
    batch.state, batch.decided_at = ("scheduled" if later else "approved"), now
    if not later:
        app.configure_task(RUN_BATCH, queue="exchange").defer(batch=batch.pk)


def ask_again(batch: Batch, alarm: Mapping[str, Any], now: datetime) -> None:
    """A running batch turned more people than the alarm allows: it waits until two people confirm it."""
    by = User.objects.get(pk=batch.sender)
    batch.alarm, batch.state = dict(alarm), "limit_exceeded"
    batch.approval = _ask(batch, by, alarm, now).pk
    batch.save(update_fields=["alarm", "state", "approval"])


def batch_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does to its batch; called in the deciding transaction.

    Raises MakerCannotDecide: who sent the file does not decide it, whoever handed it in.
    """
    batch = Batch.objects.select_for_update().get(pk=int(approval.reference))
    if batch.approval != approval.pk or batch.state not in ("pending_approval", "limit_exceeded"):
        return
    if approval.state == "approved":
        if approval.decisions.filter(by=batch.sender).exists():
            raise MakerCannotDecide()
        batch.alarm_confirmed = batch.alarm_confirmed or approval.alarm is not None
        start_batch(batch, now)
    elif approval.state == "withdrawn" and batch.state == "pending_approval":
        batch.state, batch.submitted_at = "validated", None
    else:
        end_batch(batch, "rejected", now)
    batch.save()


def end_batch(batch: Batch, state: str, now: datetime) -> None:
    """The batch will not go on; its file goes, what it recorded stays. Does not save."""
    batch.state, batch.ended_at, batch.decided_at = state, now, now
    assert state in TAKEN_BACK
    Chunk.objects.filter(batch=batch).delete()


def address_of(reference: str) -> str:
    """The page of a batch."""
    return f"/console/feeds/batches/{reference}/"


def _weighed(batch: Batch) -> DryRun | bool | None:
    """The dry run that is done, True where none is needed or possible, None while it is under way."""
    if not batch.worsening or batch.worsening > MOST_WEIGHED:
        return True
    run = latest_dry_run(SUBJECT, batch.reference, bytes(batch.digest or b""))
    if run is None or run.state in ("waiting", "running"):
        return None
    return run


def _ask(batch: Batch, by: Any, alarm: Mapping[str, Any] | None, now: datetime) -> Approval:
    kind = feed_kind(batch.feed)
    rows, could = f"{batch.rows:,}", f"{batch.worsening:,}"
    return ask_approval(
        SUBJECT,
        batch.reference,
        bytes(batch.digest or b""),
        by,
        region=batch.region_id,
        permission="feeds.approve",
        summary={
            "zh": f"{kind.zh}：{batch.organisation}，共 {rows} 行，其中 {could} 行可能使人转为黄码或红码",
            "en": f"{kind.en}: {batch.organisation}, {rows} rows; {could} could turn somebody yellow or red",
        },
        now=now,
        note=batch.note,
        alarm=alarm,
    )
