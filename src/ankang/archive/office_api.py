"""HTTP of the office's side: one person's own section, on record; the queue of corrections and the answers (B1, I8)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Reason, ReasonIn, Short
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.permissions import sensitive, staff_only
from ankang.people.services import masked
from ankang.people.words import READ_PURPOSES

from .kinds import SectionKind
from .mine_api import ArchiveItemOut, item_out
from .models import Correction
from .rules import OPEN_STATES
from .services import answering
from .services.looking import find_for_section, look
from .services.reach import queue_for, sections_for

router = Router(tags=["archive"])


class ArchiveLookIn(Given):
    """Whose section (document or phone), and why: the person sees it."""

    section: Short = Field(examples=["household"])
    who: Short
    purpose: Literal["window", "investigation", "hotline", "correction"]
    note: Short = ""


class ArchiveLookOut(Schema):
    """The masked person, and what my office sent about it."""

    name: str
    document: str
    items: list[ArchiveItemOut]


class CorrectionQueueIn(PageIn):
    """``show``: those that wait, or those that were answered."""

    show: Literal["open", "decided"] = "open"


class QueuedOut(Schema):
    """A request that lies with my office."""

    number: int
    section: str
    region: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str
    has_document: bool


class QueuedWholeOut(QueuedOut):
    """The same with the person's words and the item."""

    words: str
    reason: str
    item: ArchiveItemOut


class ProposalIn(Given):
    """The right values, typed as the cells of the feed are."""

    values: Annotated[dict[Short, Reason], Field(max_length=40, examples=[{"address": "港口镇 2 号"}])]


class ProposedOut(QueuedOut):
    """``approval``: what a colleague decides."""

    approval: int


@router.post("archive/look-ups", response=ArchiveLookOut)
@staff_only
@sensitive
def post_look(request: HttpRequest, body: ArchiveLookIn) -> Any:
    """What my office sent about one person, in clear; the look is on record. Errors: not_found, section_withdrawn."""
    assert body.purpose in READ_PURPOSES
    kind = next((one for one in _sections(request) if one.slug == body.section), None)
    person = find_for_section(request.user, kind, body.who) if kind else None
    if kind is None or person is None:
        raise NotFound()
    note = body.note.strip()
    items = look(request.user, kind, person, f"{body.purpose}: {note}" if note else body.purpose, timezone.now())
    shown = masked(person)
    return {"name": shown.name, "document": shown.document, "items": [item_out(item) for item in items]}


@router.get("archive/corrections", response=Page[QueuedOut])
@staff_only
def list_queue(request: HttpRequest, wanted: Query[CorrectionQueueIn]) -> Any:
    """The corrections that lie with my office, oldest first; or those that were answered, newest first."""
    _sections(request)
    rows = queue_for(request.user)
    if wanted.show == "open":
        return page_of(rows.filter(state__in=OPEN_STATES), ("asked_at", "pk"), wanted, _row, "archive.queue.open")
    return page_of(rows.exclude(state__in=OPEN_STATES), ("-asked_at", "-pk"), wanted, _row, "archive.queue.decided")


@router.get("archive/corrections/{number}", response=QueuedWholeOut)
@staff_only
@sensitive
def get_correction(request: HttpRequest, number: Number) -> Any:
    """One request with its item; the look is on record. Errors: section_withdrawn."""
    _sections(request)
    row, item = answering.open_correction(request.user, number, timezone.now())
    return {**_row(row), "words": row.words, "reason": row.reason, "item": item_out(item)}


@router.get("archive/corrections/{number}/document")
@staff_only
@sensitive
def get_document(request: HttpRequest, number: Number) -> HttpResponse:
    """The picture or PDF that the person sent along, never cached."""
    _sections(request)
    content, media_type = answering.document_of(request.user, number)
    return HttpResponse(content, content_type=media_type, headers={"Cache-Control": "no-store"})


@router.post("archive/corrections/{number}/accept", response=QueuedOut)
@staff_only
def post_accept(request: HttpRequest, number: Number) -> Any:
    """We agree and send the right row through the feed. Errors: correction_decided."""
    _sections(request)
    answering.accept_correction(request.user, number, timezone.now())
    return _row(answering.correction_for(request.user, number))


@router.post("archive/corrections/{number}/decline", response=QueuedOut)
@staff_only
def post_decline(request: HttpRequest, number: Number, body: ReasonIn) -> Any:
    """The item is right as it stands; the person reads the reason. Errors: correction_decided."""
    _sections(request)
    answering.decline_correction(request.user, number, body.reason, timezone.now())
    return _row(answering.correction_for(request.user, number))


@router.post("archive/corrections/{number}/proposal", response={202: ProposedOut})
@staff_only
def post_proposal(request: HttpRequest, number: Number, body: ProposalIn) -> Any:
    """Enter the right values; they count when a colleague agrees. Errors: correction_decided, already_decided."""
    _sections(request)
    kind = answering.kind_of(answering.correction_for(request.user, number))
    if unknown := set(body.values) - {column.attribute for column in kind.columns}:
        raise BadInput(details={"fields": dict.fromkeys(sorted(unknown), "unknown")})
    asked = answering.propose_correction(request.user, number, body.values, timezone.now())
    return 202, {**_row(answering.correction_for(request.user, number)), "approval": asked.pk}


def _sections(request: HttpRequest) -> list[SectionKind]:
    """The sections of the reader's duties. Raises NotAllowed without any."""
    kinds = sections_for(request.user)
    if not kinds:
        raise NotAllowed()
    return kinds


def _row(row: Correction) -> dict[str, Any]:
    names = ("section", "state", "asked_at", "decided_at")
    said = {"number": row.pk, "region": row.region_id, "decided_by": row.decided_by_name}
    return {**said, "has_document": row.document is not None, **{name: getattr(row, name) for name in names}}
