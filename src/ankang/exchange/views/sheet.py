"""What the page of a batch says: its steps, its counts, how far it is, what was found, and what may be done now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ..faults import sentence
from ..models import Batch
from ..rules import MAY_CANCEL, MAY_RESUME, MAY_STOP
from ..services import approval_of, batches_of, feed_kind, progress_of
from .feeds import titles_in

PATH = ("draft", "validated", "pending_approval", "approved", "running", "finished")
STANDS_AT = {"paused": "running", "limit_exceeded": "running", "scheduled": "approved"}
"""States that are a way of standing at a step of the path."""

LIVE = ("approved", "running")


@dataclass(frozen=True)
class Step:
    """One step of a batch's life: what it is called, when it was reached, and ``done``, ``now`` or ``next``."""

    word: str
    at: datetime | None
    standing: str


@dataclass(frozen=True)
class Outcome:
    """How many rows came out one way; ``share`` of all rows in per cent."""

    slug: str
    word: str
    rows: int
    share: float


@dataclass(frozen=True)
class FaultOfColumn:
    """What is wrong in one column, in words, in how many of the first faults, and the rows it begins with."""

    column: str
    word: str
    count: int
    rows: str


def sheet_of(batch: Batch, user: Any, now: datetime, lang: str) -> dict[str, Any]:
    """Everything the part of the page shows that refreshes while the batch is under way."""
    outcomes = outcomes_of(batch)
    return {
        "batch": batch,
        "comma": _(", "),
        "kind": feed_kind(batch.feed),
        "feed": feed_kind(batch.feed).word(lang),
        "live": is_live(batch),
        "steps": steps_of(batch),
        "said": said_of(batch),
        "progress": pace_of(batch, now) if batch.state in ("running", "paused", "limit_exceeded") else None,
        "outcomes": outcomes,
        "settled": sum(outcome.rows for outcome in outcomes),
        **rights_of(batch, user),
        **found_of(batch, lang),
    }


def rights_of(batch: Batch, user: Any) -> dict[str, bool]:
    """What this reader may do about the batch now: only where they may send, and only what its state allows."""
    sends = batches_of(user, "feeds.send").filter(pk=batch.pk).exists()
    asked = approval_of(batch) if batch.state == "pending_approval" else None
    return {
        "may_send": sends,
        "may_submit": sends
        and batch.state == "validated"
        and bool(found_good(batch))
        and not batch.submit_when_checked,
        "may_stop": sends and batch.state in MAY_STOP and not batch.stop_wanted,
        "may_resume": sends and batch.state in MAY_RESUME,
        "may_cancel": sends and batch.state in MAY_CANCEL and (asked is None or asked.asked_by == user.pk),
        "may_rematch": sends and batch.state == "finished",
    }


def is_live(batch: Batch) -> bool:
    """Whether something is being done about the batch at this moment."""
    checked = batch.state == "draft" and batch.sent_at is not None
    return checked or batch.state in LIVE or (batch.state == "validated" and batch.submit_when_checked)


def found_good(batch: Batch) -> int:
    """How many rows the check found to be good."""
    return int((batch.findings or {}).get("good", 0))


def steps_of(batch: Batch) -> list[Step]:
    """The steps from the first byte to the last row; a batch that ended early ends with how it ended."""
    words, times = _steps(), _times(batch)
    path = [slug for slug in PATH if _needs_approval(batch) or slug not in ("pending_approval", "approved")]
    stands = STANDS_AT.get(batch.state, batch.state)
    if stands == "approved" and "approved" not in path:
        stands = "running"
    if stands in path:
        at = path.index(stands)
        now = words["running"] if batch.state == "approved" and stands == "running" else batch.get_state_display()
        return [
            Step(now if number == at else words[slug], times[slug], _standing(number, at))
            for number, slug in enumerate(path)
        ]
    reached = [slug for slug in path if times[slug] is not None and slug != "finished"]
    done = [Step(words[slug], times[slug], "done") for slug in reached]
    return [*done, Step(batch.get_state_display(), batch.ended_at or batch.decided_at, "now")]


def _steps() -> dict[str, str]:
    """The steps as they are called before and after a batch stands at them."""
    return {
        "draft": _("file sent"),
        "validated": _("rows checked"),
        "pending_approval": _("handed in"),
        "approved": _("approved"),
        "running": _("rows recorded"),
        "finished": _("finished"),
    }


def _standing(number: int, at: int) -> str:
    return "done" if number < at else "now" if number == at else "next"


def _needs_approval(batch: Batch) -> bool:
    if batch.validated_at is None:
        return feed_kind(batch.feed).worsens != "never"
    return bool(batch.worsening or batch.approval)


def _times(batch: Batch) -> dict[str, datetime | None]:
    return {
        "draft": batch.created_at,
        "validated": batch.validated_at,
        "pending_approval": batch.submitted_at,
        "approved": batch.decided_at if batch.decided_at != batch.ended_at else None,
        "running": batch.started_at,
        "finished": batch.ended_at,
    }


def said_of(batch: Batch) -> str:
    """What is so at this moment, and what comes next, in one or two sentences."""
    match batch.state:
        case "draft" if batch.sent_at is None and batch.way == "records":
            return _(
                "The records are collected here; after a quarter of an hour they are checked and handed in by themselves."
            )
        case "draft" if batch.sent_at is None:
            return _("The file has not arrived in full. Send it again, or cancel this batch.")
        case "draft":
            return _("The file is here; its rows are being checked. Nothing is recorded yet.")
        case "validated" if batch.submit_when_checked:
            return _("It is handed in as soon as it is known whom its rows would turn. Nothing is recorded yet.")
        case "validated" if not found_good(batch):
            return _("No row of this file can be taken. Mend the file and send it again.")
        case "validated":
            return _("The rows are checked, nothing is recorded yet. Look at what was found, then hand it in.")
        case "pending_approval":
            return _(
                "Rows of this batch can turn colours worse, so somebody else has to agree. Nothing is recorded yet."
            )
        case "approved":
            return _("Approved. It begins as soon as a worker is free.")
        case "scheduled":
            return _("It begins by itself at the moment that was set. Nothing is recorded yet.")
        case "running" if batch.stop_wanted:
            return _("It stops after the rows that are being recorded.")
        case "running":
            return _("The rows are being recorded. You may close this page; the work goes on.")
        case "paused":
            return _("It was stopped. What is recorded stays; it goes on with the next row.")
        case "finished":
            return _finished(batch)
        case "rejected" if batch.succeeded:
            return _("It was not approved to go on. What was recorded before stays on file.")
        case "rejected":
            return _("It was not approved. Nothing was recorded. Mend the file and send it again.")
        case "cancelled":
            return _cancelled(batch)
        case "limit_exceeded":
            return _("It would turn more people than the alarm allows. It goes on only when two people agree.")
    return _("The file could not be taken. Nothing of it was recorded.")


def _finished(batch: Batch) -> str:
    if batch.failed:
        return _("Done. Download the refused rows, mend them and send that file again.")
    if batch.waiting:
        return _("Done. The waiting rows are recorded as soon as their person is on file.")
    return _("Done. Every row is on file.")


def _cancelled(batch: Batch) -> str:
    if batch.fault == "same_file":
        return _("The same file was sent before, so nothing was changed.")
    if batch.fault == "abandoned":
        return _("Nobody handed it in for 30 days, so its file was deleted. Nothing was recorded.")
    if batch.succeeded:
        return _("It was cancelled. What was recorded before stays on file.")
    return _("It was cancelled. Nothing was recorded.")


def outcomes_of(batch: Batch) -> list[Outcome]:
    """Rows by outcome, in the order in which people ask for them."""
    counts = (
        ("succeeded", _("taken"), batch.succeeded),
        ("duplicates", _("already on file"), batch.duplicates),
        ("waiting", _("waiting for their person"), batch.waiting),
        ("failed", _("refused rows"), batch.failed),
        ("skipped", _("skipped"), batch.skipped),
    )
    return [Outcome(slug, word, rows, 100 * rows / batch.rows if batch.rows else 0.0) for slug, word, rows in counts]


def pace_of(batch: Batch, now: datetime) -> dict[str, Any]:
    """How far, how fast, how long still."""
    progress = progress_of(batch, now)
    left = progress.remaining
    return {
        "done": progress.done,
        "total": max(progress.total, 1),
        "percent": round(100 * progress.share),
        "rate": round(progress.rate),
        "left": _time_left(round(left)) if left is not None and batch.state == "running" else "",
        "alive": progress.alive,
    }


def _time_left(seconds: int) -> str:
    if seconds < 60:
        return _("less than a minute left")
    return _("about %(minutes)d min left") % {"minutes": round(seconds / 60)}


def found_of(batch: Batch, lang: str) -> dict[str, Any]:
    """What the check found: good and bad rows, what is wrong by column, headers nobody asked for."""
    findings = batch.findings or {}
    return {
        "good": found_good(batch),
        "bad": findings.get("bad", 0),
        "faults": [(sentence(code, lang), count) for code, count in _by_count(findings.get("faults", {}))],
        "by_column": faults_by_column(findings.get("first", []), batch.feed, lang),
        "notices": [
            (sentence(notice["code"], lang), notice.get("columns", [])) for notice in findings.get("notices", [])
        ],
        "fault": sentence(batch.fault, lang) if batch.state == "error" else "",
        "fault_columns": titles_in(batch.feed, findings.get("columns", []), lang),
        "known_columns": [column.word(lang) for column in feed_kind(batch.feed).columns],
    }


def faults_by_column(first: Sequence[Mapping[str, Any]], feed: str, lang: str) -> list[FaultOfColumn]:
    """The first faults, gathered by column and kind of fault, in the order of the template."""
    found: dict[tuple[str, str], list[int]] = {}
    for fault in first:
        found.setdefault((fault.get("column", ""), fault["code"]), []).append(fault["row"])
    titles = {column.zh: (number, column.word(lang)) for number, column in enumerate(feed_kind(feed).columns)}
    last = (len(titles), "")
    return [
        FaultOfColumn(titles.get(column, (0, column))[1], sentence(code, lang), len(rows), _some(rows))
        for (column, code), rows in sorted(found.items(), key=lambda one: (titles.get(one[0][0], last)[0], one[0][1]))
    ]


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _some(rows: Sequence[int]) -> str:
    return ", ".join(str(row) for row in rows[:8]) + (" …" if len(rows) > 8 else "")
