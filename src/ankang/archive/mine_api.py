"""HTTP of my own archive: sections, items, what I ask to have corrected, and everything to take along."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of, page_of_sequence
from ankang.base.api.shapes import Digits, Given, Short, Words
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import for_resident
from ankang.people.credentials import Resident, require_resident
from ankang.people.errors import OwnCodeOnly
from ankang.people.rules import CODE_GAP_SECONDS, CODE_SECONDS, check_digits

from .errors import DocumentRefused, SectionWithdrawn
from .kinds import SectionKind
from .models import Correction, Item
from .rules import DOCUMENT_BYTES, WORDS_LONGEST
from .services.asking import ask_correction
from .services.consent import is_withdrawn
from .services.downloading import confirm_code, send_code, whole_file
from .services.items import items_of, shown_sections, values_of

router = Router(tags=["archive"])


class ArchiveSectionOut(Schema):
    """A section that my city feeds; ``items`` null: I withdrew it."""

    section: str
    title: Words
    office: Words
    purpose: str
    items: int | None


class ArchiveItemOut(Schema):
    """One fact; ``values`` by the feed's attributes, ``source``: organisation, feed, batch and row."""

    id: UUID
    values: dict[str, Any]
    source: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime


class CorrectionIn(Given):
    """What is wrong and how it should be; a picture or PDF that shows it may come along."""

    words: Annotated[str, Field(max_length=WORDS_LONGEST, examples=["门牌是 2 号"])]
    document: Annotated[
        str, Field(max_length=DOCUMENT_BYTES * 4 // 3 + 8, description="base64 of a JPEG, PNG or PDF")
    ] = ""


class CorrectionOut(Schema):
    """A request of mine; ``reason``: why it was declined."""

    number: int
    item: UUID
    section: str
    words: str
    state: str
    reason: str
    asked_at: datetime
    decided_at: datetime | None


class DownloadIn(Given):
    """The digits that came; left out while the sign-in is younger than a quarter of an hour."""

    code: Digits = ""


class DownloadCodeOut(Schema):
    """Digits are on their way; seconds they are good for, and until more may be asked for."""

    expires_in: int = CODE_SECONDS
    retry_after: int = CODE_GAP_SECONDS


@router.get("me/archive", response=list[ArchiveSectionOut])
@for_resident
def list_sections(request: HttpRequest) -> Any:
    """The sections that my city feeds. Errors: own_code_only."""
    person = _own(request).person
    return [_section(person, kind) for kind in shown_sections(person)]


@router.get("me/archive/{section}", response=Page[ArchiveItemOut])
@for_resident
def list_items(request: HttpRequest, section: Short, wanted: Query[PageIn]) -> Any:
    """The items of a section that count now, latest fact first. Errors: own_code_only, section_withdrawn."""
    person = _own(request).person
    kind = next((kind for kind in shown_sections(person) if kind.slug == section), None)
    if kind is None:
        raise NotFound()
    if is_withdrawn(person, kind):
        raise SectionWithdrawn()
    return page_of_sequence(items_of(person, section), wanted, item_out, f"me.archive.{section}")


@router.post("me/archive/items/{item}/corrections", response={201: CorrectionOut})
@for_resident
def post_correction(request: HttpRequest, item: UUID, body: CorrectionIn) -> Any:
    """Ask the office that sent an item to correct it.

    Errors: own_code_only, document_refused, correction_open, too_many_corrections.
    """
    document = _document(body.document) if body.document else None
    return 201, _correction(ask_correction(_own(request).person, item, body.words, document, timezone.now()))


@router.get("me/corrections", response=Page[CorrectionOut])
@for_resident
def list_corrections(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """What I asked to have corrected, newest first. Errors: own_code_only."""
    rows = Correction.objects.filter(person=_own(request).person).defer("document")
    return page_of(rows, ("-asked_at", "-pk"), wanted, _correction, "me.corrections")


@router.post("me/whole-file/codes", response={202: DownloadCodeOut})
@for_resident
def post_download_code(request: HttpRequest) -> Any:
    """Send the digits for a download to my phone. Errors: own_code_only, not_in_this_state, code_too_soon, too_many_codes."""
    send_code(_own(request), timezone.now())
    return 202, DownloadCodeOut()


@router.post("me/whole-file", response=dict[str, Any])
@for_resident
def post_download(request: HttpRequest, body: DownloadIn) -> Any:
    """Everything that is kept on me (docs/archive.md); four times a day, on record.

    Errors: own_code_only, fresh_code_needed, downloads_used_up, not_in_this_state, code_wrong, code_expired.
    """
    resident, now = _own(request), timezone.now()
    proof = confirm_code(resident, _digits(body.code), now) if body.code else None
    return whole_file(resident, proof, now)


def item_out(item: Item) -> dict[str, Any]:
    """An item as the API tells it."""
    said = {"id": item.id, "values": values_of(item), "source": item.source}
    return said | {"occurred_at": item.occurred_at, "recorded_at": item.recorded_at}


def _section(person: int, kind: SectionKind) -> dict[str, Any]:
    return {
        "section": kind.slug,
        "title": {"zh": kind.zh, "en": kind.en},
        "office": {"zh": kind.office[0], "en": kind.office[1]},
        "purpose": kind.purpose,
        "items": None if is_withdrawn(person, kind) else len(items_of(person, kind.slug)),
    }


def _correction(row: Correction) -> dict[str, Any]:
    names = ("item", "section", "words", "state", "reason", "asked_at", "decided_at")
    return {"number": row.pk, **{name: getattr(row, name) for name in names}}


def _own(request: HttpRequest) -> Resident:
    """The resident on the own phone. Raises OwnCodeOnly while it shows a ward's code."""
    resident = require_resident(request)
    if resident.guardianship is not None:
        raise OwnCodeOnly()
    return resident


def _digits(text: str) -> str:
    digits, faults = check_digits(text)
    if faults:
        raise BadInput(details={"fields": {"code": "bad_code"}})
    return digits


def _document(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise DocumentRefused(details={"fields": {"document": "base64"}}) from None
