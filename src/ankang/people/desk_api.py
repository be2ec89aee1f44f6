"""HTTP of the counter and the review queue: what staff do for a person, each look on record (I8)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Reason, Short
from ankang.base.errors import BadInput
from ankang.base.permissions import requires

from . import services
from .models import Request
from .rules import Application, check_number
from .services import changing, desk, leaving, requests

router = Router(tags=["people"])
Purpose = Annotated[str, Field(min_length=1, max_length=200, examples=["12345 hotline, order 8812"])]


class FindPersonIn(Given):
    """A document number or a phone, and why."""

    who: Short
    purpose: Purpose


class PersonOut(Schema):
    """A person, masked."""

    number: int
    name: str
    document_kind: str
    document: str
    phone: str
    town: str
    state: str


class FoundOut(Schema):
    """The one person of my towns with this document or phone; null also for several on a phone."""

    person: PersonOut | None


class RegisterIn(Given):
    """Somebody in front of me; ``guardian``: the document of who brings a minor. ``purpose`` is kept on record."""

    name: Short
    document_kind: Short = Field(examples=["resident_id", "provisional"])
    document: Short = ""
    country: Annotated[str, Field(max_length=2)] = ""
    born: Annotated[str, Field(max_length=10)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    phone_owner: Literal["own", "helper"] = "own"
    town: Annotated[str, Field(max_length=40)]
    declared: bool
    consents: Annotated[list[Short], Field(max_length=20)]
    guardian: Short = ""
    purpose: Purpose


class DeskPhoneIn(Given):
    """The number (empty: has none), and whose it is."""

    phone: Annotated[str, Field(max_length=40)] = ""
    owner: Literal["own", "helper"] = "own"
    purpose: Purpose


class DocumentIn(Given):
    """Another document of the person."""

    document_kind: Short
    document: Short
    country: Annotated[str, Field(max_length=2)] = ""
    purpose: Purpose


class PersonStateIn(Given):
    """``moved`` away, ``death`` or ``alive`` (a death was recorded wrongly; both wait for a second person)."""

    state: Literal["moved", "death", "alive"]
    reason: Reason


class QueueIn(PageIn):
    """What waits, oldest first; or what was decided, newest first."""

    show: Literal["waiting", "decided"] = "waiting"


class ReviewOut(Schema):
    """A request of my towns; ``content`` (in clear, on record) only where one request is opened."""

    number: int
    kind: str
    state: str
    town: str
    who: str
    asked_at: datetime
    decided_at: datetime | None
    content: dict[str, Any] | None = None


class ReviewDecisionIn(Given):
    """Approve, or decline with the reason the person reads."""

    approve: bool
    reason: Reason = ""


@router.post("people/search", response=FoundOut)
@requires("people.assist")
def post_search(request: HttpRequest, body: FindPersonIn) -> Any:
    """Find the person in front of me; the look is on record, and the person sees it."""
    found = desk.find_at_desk(request.user, body.who, body.purpose, timezone.now())
    return {"person": person_out(found) if found else None}


@router.get("people/{number}", response=PersonOut)
@requires("people.assist")
def get_person(request: HttpRequest, number: Number) -> Any:
    """A person of my towns, masked."""
    return person_out(desk.person_at_desk(request.user, number))


@router.post("people", response={201: PersonOut})
@requires("people.assist")
def post_person(request: HttpRequest, body: RegisterIn) -> Any:
    """Register somebody: no phone is needed, and no papers (kind ``provisional``).

    Errors: details_do_not_match, phone_full, not_of_age, of_age, birth_date_needed, chain_of_proxies, code_ended.
    """
    application = Application(
        name=body.name,
        document_kind=body.document_kind,
        document=body.document,
        phone=body.phone or None,
        town=body.town,
        declared=body.declared,
        consents=frozenset(body.consents),
        proof=0,
        via="desk",
        device="api",
        country=body.country,
        born=body.born,
        phone_owner=body.phone_owner,
    )
    taken = desk.register_at_desk(request.user, application, body.purpose, timezone.now(), body.guardian)
    return 201, person_out(taken.person)


@router.put("people/{number}/phone", response=PersonOut)
@requires("people.assist")
def put_phone(request: HttpRequest, number: Number, body: DeskPhoneIn) -> Any:
    """Another phone, or none; the old one is told. Errors: phone_full."""
    shown = desk.person_at_desk(request.user, number)
    phone, faults = check_number(body.phone) if body.phone.strip() else (None, {})
    if faults:
        raise BadInput(details={"fields": faults})
    desk.put_on_record(request.user, number, body.purpose, ("phone",), timezone.now())
    changing.put_phone(shown.pk, phone, body.owner, request.user, timezone.now())
    return person_out(desk.person_at_desk(request.user, number))


@router.put("people/{number}/document", response=PersonOut)
@requires("people.assist")
def put_document(request: HttpRequest, number: Number, body: DocumentIn) -> Any:
    """Another document; the number and the code stay. Errors: document_taken, not_in_this_state."""
    desk.person_at_desk(request.user, number)
    now = timezone.now()
    desk.put_on_record(request.user, number, body.purpose, ("document",), now)
    changing.give_document(number, body.document_kind, body.document, body.country, request.user, now)
    return person_out(desk.person_at_desk(request.user, number))


@router.post("people/{number}/state", response={202: PersonOut})
@requires("people.assist")
def post_state(request: HttpRequest, number: Number, body: PersonStateIn) -> Any:
    """Moved away, died, or a death taken back. Errors: not_in_this_state, leaving_open, already_decided."""
    act = {"moved": leaving.record_moved, "death": leaving.record_death, "alive": leaving.reverse_death}[body.state]
    act(request.user, number, body.reason, timezone.now())
    return 202, person_out(desk.person_at_desk(request.user, number))


@router.get("requests", response=Page[ReviewOut])
@requires("people.review")
def list_reviews(request: HttpRequest, wanted: Query[QueueIn]) -> Any:
    """The queue of my towns, masked."""
    if wanted.show == "waiting":
        return page_of(_with_person(requests.waiting_requests(request.user)), ("asked_at", "pk"), wanted, _review, "requests.w")
    return page_of(_with_person(requests.decided_requests(request.user)), ("-decided_at", "-pk"), wanted, _review, "requests.d")


@router.get("requests/{number}", response=ReviewOut)
@requires("people.review")
def get_review(request: HttpRequest, number: Number) -> Any:
    """One request in clear; the look is on record."""
    row = requests.request_in_reach(request.user, number)
    return {**_review(row), "content": requests.open_request(request.user, number, timezone.now())}


@router.post("requests/{number}/decision", response=ReviewOut)
@requires("people.review")
def post_review(request: HttpRequest, number: Number, body: ReviewDecisionIn) -> Any:
    """Do what was asked, or say why not.

    Errors: already_reviewed, details_do_not_match, phone_full, not_of_age, of_age, birth_date_needed, chain_of_proxies,
    code_ended.
    """
    if body.approve:
        requests.approve_request(request.user, number, timezone.now())
    else:
        requests.decline_request(request.user, number, body.reason, timezone.now())
    return _review(requests.request_in_reach(request.user, number))


def _with_person(rows: Any) -> Any:
    return rows.select_related("person", "person__town", "town")


def person_out(row: Any) -> dict[str, Any]:
    """A person, masked."""
    shown = services.masked(row)
    return {
        "number": row.pk,
        "name": shown.name,
        "document_kind": shown.document_kind,
        "document": shown.document,
        "phone": shown.phone,
        "town": shown.town,
        "state": row.state,
    }


def _review(row: Request) -> dict[str, Any]:
    return {
        "number": row.pk,
        "kind": row.kind,
        "state": row.state,
        "town": row.town_id,
        "who": services.masked(row.person).name,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
    }
