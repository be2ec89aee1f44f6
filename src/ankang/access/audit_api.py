"""HTTP of the auditor: the record of reads, residents' questions, unusual patterns, look-ups (G3, I8)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.errors import BadInput
from ankang.base.models import AccessRecord
from ankang.base.permissions import requires

from .models import Alert, LookUp, Question
from .rules import LONGEST_TEXT
from .services import alerts_for, answer_question, fetch_alert, fetch_question, move_alert, questions_for, search_reads
from .services.reads import PERMISSION, Wanted, reach

router = Router(tags=["reads"])
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


class SearchReadsIn(PageIn):
    """Words in the reader's name, the office's and the purpose; from ``since`` on, before ``until``."""

    reader: Short = ""
    office: Short = ""
    purpose: Short = ""
    since: datetime | None = None
    until: datetime | None = None
    unusual: bool = False


class PersonReadsIn(SearchReadsIn):
    """The same for one person (document or phone), and why: this search is a read itself."""

    document: Annotated[str, Field(min_length=1, max_length=60)]
    why: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


class RecordedReadOut(Schema):
    """A read on record: who, with which duty of which region and office, whom, why, which fields."""

    id: UUID
    at: datetime
    reader: str
    role: str
    region: str
    office: int | None
    person: int
    duty: str
    purpose: str
    fields: list[str]


class ReadStateIn(PageIn):
    """``state``: only these."""

    state: Literal["open", "justified", "unjustified", ""] = "open"


class AlertsIn(PageIn):
    """``state``: only these."""

    state: Literal["open", "explained", "escalated", "closed", ""] = "open"


class LookUpsIn(PageIn):
    """``outcome``: only these."""

    outcome: Literal["found", "nobody", "outside", "no_number", ""] = ""


class ReadQuestionOut(Schema):
    """What a resident asks about a read."""

    number: int
    region: str
    text: str
    asked_at: datetime
    state: str
    answer: str | None
    decided_by: str
    decided_at: datetime | None


class ReadQuestionWholeOut(ReadQuestionOut):
    """The same with the read."""

    read: RecordedReadOut


class AnswerQuestionIn(Given):
    """Whether the read was right, and why; the resident reads the answer."""

    justified: bool
    answer: Text


class AlertOut(Schema):
    """An unusual pattern; ``counts``: the numbers that made it one."""

    number: int
    pattern: str
    reader: str
    region: str
    counts: dict[str, Any]
    raised_at: datetime
    state: str


class AlertNoteOut(Schema):
    """A decision about it."""

    at: datetime
    by: str
    state: str
    note: str


class AlertWholeOut(AlertOut):
    """The same with what was decided so far."""

    notes: list[AlertNoteOut]


class MoveAlertIn(Given):
    """What it is from now on, and why."""

    state: Literal["explained", "escalated", "closed"]
    note: Text


class LookUpRowOut(Schema):
    """A look-up; ``sought``: by ``number``, or by ``name`` and birth date. What was typed is not kept."""

    at: datetime
    by: str
    role: str
    region: str
    office: int | None
    purpose: str
    sought: str
    outcome: str


@router.get("reads", response=Page[RecordedReadOut])
@requires(PERMISSION)
def list_reads(request: HttpRequest, wanted: Query[SearchReadsIn]) -> Any:
    """The record of reads of my region, newest first."""
    return _reads(request, wanted)


@router.post("reads/of-person", response=Page[RecordedReadOut])
@requires(PERMISSION)
def post_reads_of_person(request: HttpRequest, body: PersonReadsIn) -> Any:
    """Reads of one person, newest first; this search is on record with its reason. Errors: bad_cursor."""
    return _reads(request, body, document=body.document, why=body.why.strip())


@router.get("reads/questions", response=Page[ReadQuestionOut])
@requires(PERMISSION)
def list_questions(request: HttpRequest, wanted: Query[ReadStateIn]) -> Any:
    """What residents of my region ask about reads, oldest first."""
    rows = questions_for(request.user)
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    return page_of(rows, ("asked_at", "pk"), wanted, _question, f"reads.questions.{wanted.state}")


@router.get("reads/questions/{number}", response=ReadQuestionWholeOut)
@requires(PERMISSION)
def get_question(request: HttpRequest, number: Number) -> Any:
    """One question with the read it is about."""
    row, read = fetch_question(request.user, number)
    return {**_question(row), "read": _read(read)}


@router.post("reads/questions/{number}/answer", response=ReadQuestionOut)
@requires(PERMISSION)
def post_answer(request: HttpRequest, number: Number, body: AnswerQuestionIn) -> Any:
    """Answer it; a read that was not right becomes an alert. Errors: already_answered, not_your_own_alert."""
    return _question(answer_question(request.user, number, body.justified, body.answer, timezone.now()))


@router.get("reads/alerts", response=Page[AlertOut])
@requires(PERMISSION)
def list_alerts(request: HttpRequest, wanted: Query[AlertsIn]) -> Any:
    """Unusual patterns of my region, newest first; never those about me."""
    rows = alerts_for(request.user)
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    return page_of(rows, ("-raised_at", "-pk"), wanted, _alert, f"reads.alerts.{wanted.state}")


@router.get("reads/alerts/{number}", response=AlertWholeOut)
@requires(PERMISSION)
def get_alert(request: HttpRequest, number: Number) -> Any:
    """One pattern, and what was decided about it."""
    return _alert_whole(fetch_alert(request.user, number))


@router.post("reads/alerts/{number}/move", response=AlertWholeOut)
@requires(PERMISSION)
def post_move(request: HttpRequest, number: Number, body: MoveAlertIn) -> Any:
    """Explain, escalate or close it, with a note. Errors: already_answered, not_your_own_alert."""
    return _alert_whole(move_alert(request.user, number, body.state, body.note, timezone.now()))


@router.get("reads/look-ups", response=Page[LookUpRowOut])
@requires(PERMISSION)
def list_look_ups(request: HttpRequest, wanted: Query[LookUpsIn]) -> Any:
    """Look-ups in my region, newest first, those that found nobody too."""
    rows = LookUp.objects.filter(region__in=reach(request.user))
    rows = rows.filter(outcome=wanted.outcome) if wanted.outcome else rows
    return page_of(rows, ("-at", "-pk"), wanted, _look_up, f"reads.look_ups.{wanted.outcome}")


def _reads(request: HttpRequest, asked: SearchReadsIn, **person: str) -> dict[str, Any]:
    texts = {name: getattr(asked, name).strip() for name in ("reader", "office", "purpose")} | person
    if any("\0" in text for text in texts.values()):
        raise BadInput(details={"fields": {"reader": "bad_sign"}})
    days = {"since": _aware(asked.since, "since"), "until": _aware(asked.until, "until")}
    rows = search_reads(request.user, Wanted(unusual=asked.unusual, **texts, **days), timezone.now())
    return page_of(rows, ("-at", "-id"), asked, _read, "reads")


def _aware(moment: datetime | None, field: str) -> datetime | None:
    if moment is not None and (moment.tzinfo is None or not 1971 <= moment.year < 9998):
        raise BadInput(details={"fields": {field: "bad_moment"}})
    return moment


def _read(row: AccessRecord) -> dict[str, Any]:
    names = ("id", "at", "role", "region", "office", "person", "duty", "purpose", "fields")
    return {"reader": row.reader_name, **{name: getattr(row, name) for name in names}}


def _question(row: Question) -> dict[str, Any]:
    names = ("text", "asked_at", "state", "answer", "decided_at")
    return {"number": row.pk, "region": row.region_id, "decided_by": row.decided_by_name} | {
        name: getattr(row, name) for name in names
    }


def _alert(row: Alert) -> dict[str, Any]:
    names = ("pattern", "counts", "raised_at", "state")
    return {"number": row.pk, "reader": row.reader_name, "region": row.region_id} | {
        name: getattr(row, name) for name in names
    }


def _alert_whole(row: Alert) -> dict[str, Any]:
    notes = [
        {"at": one.at, "by": one.by_name, "state": one.state, "note": one.note} for one in row.notes.order_by("at")
    ]
    return {**_alert(row), "notes": notes}


def _look_up(row: LookUp) -> dict[str, Any]:
    names = ("at", "role", "office", "purpose", "sought", "outcome")
    return {"by": row.by_name, "region": row.region_id, **{name: getattr(row, name) for name in names}}
