"""HTTP of a resident's changes: town, phone, name, the requests about them, and closing one's code."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Digits, Given, Number, Short
from ankang.base.permissions import for_resident

from .errors import PictureRefused
from .resident_api import SentOut, digits_in, own_resident
from .rules import PICTURE_BYTES, PICTURES_PER_REQUEST
from .services import changing, leaving, requests

router = Router(tags=["people"])
Phone = Annotated[str, Field(max_length=40, examples=["13800000001"])]
Picture = Annotated[str, Field(max_length=PICTURE_BYTES * 4 // 3 + 4, description="base64 of a JPEG or PNG")]


class TownIn(Given):
    """The town's region code."""

    town: Annotated[str, Field(max_length=40, examples=["341881-01"])]


class PhoneIn(Given):
    """My new number."""

    phone: Phone


class NewPhoneIn(PhoneIn):
    """The digits of the new phone, and those of the old one where there is one."""

    code: Digits
    old_code: Digits = ""


class NameIn(Given):
    """My new name, with pictures of the document that shows it."""

    name: Short
    pictures: Annotated[list[Picture], Field(min_length=1, max_length=PICTURES_PER_REQUEST)]


class RequestOut(Schema):
    """A request that the town's office reviews."""

    number: int
    kind: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    reason: str | None


class CloseIn(Given):
    """The digits that came; ``erase``: delete name and document too, as soon as they may go."""

    code: Digits
    erase: bool = False


class ClosingOut(Schema):
    """When the account closes; null: nothing is on its way."""

    due_at: datetime | None


@router.put("me/town", response={204: None})
@for_resident
def put_town(request: HttpRequest, body: TownIn) -> Any:
    """Where I live from now on. Errors: own_code_only."""
    changing.change_town(own_resident(request).person, body.town, None, timezone.now())
    return 204, None


@router.post("me/phone/codes", response={202: SentOut})
@for_resident
def post_phone_codes(request: HttpRequest, body: PhoneIn) -> Any:
    """Send digits to my new phone, and to the old one. Errors: own_code_only, code_too_soon, too_many_codes, phone_full."""
    changing.ask_new_phone(own_resident(request).person, body.phone, timezone.now())
    return 202, SentOut()


@router.put("me/phone", response={204: None})
@for_resident
def put_phone(request: HttpRequest, body: NewPhoneIn) -> Any:
    """The new phone counts from now on. Errors: own_code_only, code_wrong, code_expired, phone_full."""
    digits, old = digits_in(body.code), digits_in(body.old_code, "old_code") if body.old_code else ""
    changing.change_phone(own_resident(request).person, body.phone, digits, old, timezone.now())
    return 204, None


@router.post("me/name", response={201: RequestOut})
@for_resident
def post_name(request: HttpRequest, body: NameIn) -> Any:
    """Ask for my new name; the town's office reviews it. Errors: own_code_only, picture_refused, too_many_requests_waiting."""
    made = requests.ask_for_name(own_resident(request).person, body.name, pictures_of(body.pictures), timezone.now())
    return 201, request_out(made)


@router.get("me/requests", response=Page[RequestOut])
@for_resident
def list_requests(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """What I asked the town's office for, newest first. Errors: own_code_only."""
    rows = requests.requests_of(own_resident(request).person)
    return page_of(rows, ("-asked_at", "-pk"), wanted, request_out, "me.requests")


@router.post("me/requests/{number}/withdraw", response={204: None})
@for_resident
def post_withdraw_request(request: HttpRequest, number: Number) -> Any:
    """Take a request back. Errors: own_code_only, already_reviewed."""
    requests.withdraw_request(own_resident(request).person, number, timezone.now())
    return 204, None


@router.get("me/closing", response=ClosingOut)
@for_resident
def get_closing(request: HttpRequest) -> Any:
    """Whether my account closes soon. Errors: own_code_only."""
    row = leaving.closing_of(own_resident(request).person)
    return {"due_at": row.due_at if row else None}


@router.post("me/closing/codes", response={202: SentOut})
@for_resident
def post_closing_code(request: HttpRequest) -> Any:
    """Send the digits that confirm a closing. Errors: own_code_only, not_in_this_state, code_too_soon, too_many_codes."""
    leaving.ask_closing_code(own_resident(request).person, timezone.now())
    return 202, SentOut()


@router.post("me/closing", response={202: ClosingOut})
@for_resident
def post_closing(request: HttpRequest, body: CloseIn) -> Any:
    """Close my account in a week. Errors: own_code_only, code_wrong, code_expired, leaving_open, not_in_this_state."""
    row = leaving.ask_to_close(own_resident(request).person, digits_in(body.code), body.erase, timezone.now())
    return 202, {"due_at": row.due_at}


@router.delete("me/closing", response={204: None})
@for_resident
def delete_closing(request: HttpRequest) -> Any:
    """I keep my account. Errors: own_code_only."""
    leaving.keep_account(own_resident(request).person, timezone.now())
    return 204, None


def pictures_of(texts: list[str]) -> list[bytes]:
    """The pictures of a body. Raises PictureRefused."""
    try:
        return [b64decode(text, validate=True) for text in texts]
    except ValueError:
        raise PictureRefused(details={"fields": {"pictures": "base64"}}) from None


def request_out(row: Any) -> dict[str, Any]:
    """A request as its owner sees it."""
    return {
        "number": row.pk,
        "kind": row.kind,
        "state": row.state,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
    }
