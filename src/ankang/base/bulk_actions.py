"""One action on many rows of a list: choose, see what will happen to each, confirm, see what happened, undo where possible.

A room names its actions once, in ``AppConfig.ready``. The rows come through the room's own service, so nobody acts on what
is not theirs; each row is done in a savepoint of its own, so that one refusal leaves the others done. What each row was
before is kept with the run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from .errors import BadInput, NotAllowed, NotFound, Problem
from .models import BulkRun
from .permissions import may

MOST_ROWS = 500
UNDO_HOURS = 24
TEXT_LENGTH = 500


class NothingToUndo(Problem):
    status = 409
    zh, en = "这次操作已经撤销、不能撤销，或者已超过 24 小时。", "This is undone already, cannot be undone, or is older than 24 hours."


@dataclass(frozen=True)
class Preview:
    """What will happen to one row: how it stands, how it will; ``then`` empty: an exception, and ``why``."""

    id: int
    name: str
    now: str
    then: str
    why: str = ""


@dataclass(frozen=True)
class Input:
    """Something the reader adds: a text, or one of ``choices`` (called for each page: words in the reader's language)."""

    name: str
    label: Any
    choices: Callable[[], Sequence[tuple[Any, str]]] | None = None
    hint: Any = ""


@dataclass(frozen=True)
class BulkAction:
    """An action: who may, which rows, what it does to one, and how it is undone.

    ``rows(user, ids)``: the rows in the reader's reach. ``act(id, user, inputs, now)``: does it and answers what the row
    was before (JSON). ``undo(id, before, user, now)``. ``after(run)``: label and address of what comes next.
    """

    key: str
    permission: str
    title: Any
    explanation: Any
    rows: Callable[[Any, Sequence[int]], Sequence[Any]]
    preview: Callable[[Any], Preview]
    act: Callable[[int, Any, Mapping[str, str], datetime], Any]
    back: str
    undo: Callable[[int, Any, Any, datetime], None] | None = None
    inputs: Sequence[Input] = field(default_factory=tuple)
    after: Callable[[BulkRun], tuple[str, str]] | None = None
    sensitive: bool = False


ACTIONS: dict[str, BulkAction] = {}


def register(*actions: BulkAction) -> None:
    """Called in ``AppConfig.ready``."""
    ACTIONS.update({action.key: action for action in actions})


def action_for(user: Any, key: str) -> BulkAction:
    """The action, if ``user`` holds its permission. Raises NotFound, NotAllowed."""
    found = ACTIONS.get(key)
    if found is None:
        raise NotFound()
    if found.permission and not may(user, found.permission):
        raise NotAllowed(details={"permission": found.permission})
    return found


def ids_of(text: str) -> list[int]:
    """Numbers of rows, ``1,2,3``; MOST_ROWS at most, each once."""
    numbers = [int(part) for part in text.split(",") if part.isascii() and part.isdecimal() and len(part) <= 18]
    return list(dict.fromkeys(numbers))[:MOST_ROWS]


def preview(action: BulkAction, user: Any, ids: Sequence[int]) -> list[Preview]:
    """What would happen now, row by row."""
    return [action.preview(row) for row in action.rows(user, ids)]


def run(action: BulkAction, user: Any, ids: Sequence[int], inputs: Mapping[str, str], now: datetime, lang: str) -> BulkRun:
    """Do it to the rows that can take it, and keep what became of each. Raises BadInput (``fields``)."""
    given = _inputs(action, inputs)
    seen = preview(action, user, ids)
    if not seen:
        raise BadInput(details={"fields": {"ids": "required"}})
    rows = [_one(action, row, user, given, now, lang) for row in seen]
    return BulkRun.objects.create(
        action=action.key,
        by=user.pk,
        by_name=user.get_full_name() or user.username,
        at=now,
        inputs=given,
        rows=rows,
    )


def undo(action: BulkAction, run: BulkRun, user: Any, now: datetime, lang: str) -> BulkRun:
    """Put the rows back that were done. Raises NothingToUndo."""
    locked = BulkRun.objects.select_for_update().get(pk=run.pk)
    if not may_undo(action, locked, now) or action.undo is None:
        raise NothingToUndo()
    for row in locked.rows:
        if row["outcome"] != "done":
            continue
        try:
            with transaction.atomic():
                action.undo(row["id"], row["before"], user, now)
            row["outcome"] = "undone"
        except Problem as problem:
            row["outcome"], row["why"] = "kept", problem.message(lang)
    locked.undone_at = now
    locked.save(update_fields=["rows", "undone_at"])
    return locked


def may_undo(action: BulkAction, run: BulkRun, now: datetime) -> bool:
    """Whether the button is shown."""
    fresh = now <= run.at + timedelta(hours=UNDO_HOURS)
    return action.undo is not None and run.undone_at is None and fresh and any(r["outcome"] == "done" for r in run.rows)


def run_of(user: Any, number: int) -> BulkRun:
    """One of the reader's own runs. Raises NotFound."""
    found = BulkRun.objects.filter(by=user.pk, pk=number).first()
    if found is None:
        raise NotFound()
    return found


def _inputs(action: BulkAction, inputs: Mapping[str, str]) -> dict[str, str]:
    given = {one.name: inputs.get(one.name, "").strip()[:TEXT_LENGTH] for one in action.inputs}
    faults = {
        one.name: "required"
        for one in action.inputs
        if not given[one.name] or (one.choices and given[one.name] not in {str(value) for value, _ in one.choices()})
    }
    if faults:
        raise BadInput(details={"fields": faults})
    return given


def _one(
    action: BulkAction, row: Preview, user: Any, inputs: Mapping[str, str], now: datetime, lang: str
) -> dict[str, Any]:
    told = {"id": row.id, "name": row.name, "before": None, "outcome": "exception", "why": row.why}
    if not row.then:
        return told
    try:
        with transaction.atomic():
            before = action.act(row.id, user, inputs, now)
    except Problem as problem:
        return told | {"why": problem.message(lang)}
    return told | {"before": before, "outcome": "done", "why": row.then}
