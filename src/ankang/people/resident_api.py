"""HTTP of the resident's own pages: signing in, devices, agreements, who looked at me, sheets, changes, closing."""

from base64 import b64decode
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of, page_of_sequence
from ankang.base.api.shapes import Digits, Given, Number, Short
from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord
from ankang.base.permissions import for_resident, public

from . import carriers, services
from .credentials import Resident, require_resident
from .errors import OwnCodeOnly, PictureRefused
from .models import Carrier, Consent, Credential
from .rules import CODE_GAP_SECONDS, CODE_SECONDS, PICTURE_BYTES, PICTURES_PER_REQUEST, PURPOSES, check_digits
from .services import changing, leaving, requests

router = Router(tags=["people"])
Phone = Annotated[str, Field(max_length=40, examples=["13800000001"])]
Picture = Annotated[str, Field(max_length=PICTURE_BYTES * 4 // 3 + 4, description="base64 of a JPEG or PNG")]


class SignInWhoIn(Given):
    """Who signs in, as on the document."""

    document_kind: Short = Field(examples=["resident_id"])
    document: Short
    name: Short = Field(examples=["王小明"])


class SignInIn(SignInWhoIn):
    """The same, and the six digits that came to the phone on file."""

    code: Digits


class CredentialOut(Schema):
    """The bearer credential of this device."""

    credential: str
    expires_at: datetime


class SentOut(Schema):
    """Digits are on their way; seconds they are good for, and until more may be asked for."""

    expires_in: int = CODE_SECONDS
    retry_after: int = CODE_GAP_SECONDS


class MyDeviceOut(Schema):
    """One of my signed-in devices; ``here``: the one that asks."""

    number: int
    kind: str
    since: datetime
    until: datetime
    here: bool


class ConsentOut(Schema):
    """One purpose; ``required``: without it the code ends. ``given_at`` null: not agreed."""

    purpose: str
    required: bool
    given_at: datetime | None


class ReadOut(Schema):
    """Somebody of the staff saw these fields of mine in clear."""

    at: datetime
    reader: str
    purpose: str
    fields: list[str]


class CarrierOut(Schema):
    """A sheet or card of mine."""

    number: int
    kind: str
    last_digits: str
    issued_at: datetime
    last_day: date | None
    voided_at: datetime | None
    void_reason: str


class SheetOut(CarrierOut):
    """A sheet; ``code``: the text of its QR."""

    code: str


class CardIn(Given):
    """A card of mine: the number printed on it, or its NFC identifier."""

    kind: Short = Field(examples=["social_security"])
    number: Short


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


@router.post("sign-in/codes", response={202: SentOut})
@public("anybody may try to sign in; the answer does not tell who is on file")
def post_sign_in_code(request: HttpRequest, body: SignInWhoIn) -> Any:
    """Send digits to the phone on file; the answer is the same if nobody is. Errors: code_too_soon, too_many_codes."""
    services.send_sign_in_code(body.document_kind, body.document, body.name, timezone.now())
    return 202, SentOut()


@router.post("sign-in", response=CredentialOut)
@public("the digits on the phone on file are the proof")
def post_sign_in(request: HttpRequest, body: SignInIn) -> Any:
    """A credential for this device. Errors: code_wrong, code_expired."""
    digits = _digits(body.code)
    issued = services.sign_in(body.document_kind, body.document, body.name, digits, "api", timezone.now())
    return {"credential": issued.token, "expires_at": issued.expires}


@router.get("me/devices", response=Page[MyDeviceOut])
@for_resident
def list_devices(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Where I am signed in, newest first."""
    resident = require_resident(request)
    live = Credential.objects.filter(person=resident.person, revoked_at=None, expires_at__gt=timezone.now())
    return page_of(live, ("-issued_at", "-pk"), wanted, lambda row: _device(row, resident), "me.devices")


@router.delete("me/devices/{number}", response={204: None})
@for_resident
def delete_device(request: HttpRequest, number: Number) -> Any:
    """Sign a device of mine out; this one too."""
    services.revoke_credential(require_resident(request).person, number, timezone.now())
    return 204, None


@router.get("me/consents", response=list[ConsentOut])
@for_resident
def list_consents(request: HttpRequest) -> Any:
    """Every purpose, and whether I agreed."""
    return _consents(require_resident(request).person)


@router.put("me/consents/{purpose}", response=list[ConsentOut])
@for_resident
def put_consent(request: HttpRequest, purpose: Short) -> Any:
    """Agree to the present words of a purpose."""
    person = require_resident(request).person
    services.grant_consent(person, purpose, timezone.now())
    return _consents(person)


@router.delete("me/consents/{purpose}", response={204: None})
@for_resident
def delete_consent(request: HttpRequest, purpose: Short) -> Any:
    """Withdraw an agreement; without a required one the code, all devices, sheets and cards end."""
    if purpose not in {one.slug for one in PURPOSES}:
        raise NotFound()
    services.withdraw_consent(require_resident(request).person, purpose, timezone.now())
    return 204, None


@router.get("me/reads", response=Page[ReadOut])
@for_resident
def list_reads(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Who looked at me, newest first."""
    rows = AccessRecord.objects.filter(person=require_resident(request).person)
    return page_of(rows, ("-at", "-id"), wanted, _read, "me.reads")


@router.get("me/carriers", response=Page[CarrierOut])
@for_resident
def list_carriers(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My sheets and cards, those that ended too."""
    return page_of_sequence(carriers.carriers_of(require_resident(request).person), wanted, _carrier, "me.carriers")


@router.post("me/carriers/sheet", response={201: SheetOut})
@for_resident
def post_sheet(request: HttpRequest) -> Any:
    """A new sheet; the one before ends. Errors: too_many_sheets."""
    made = carriers.issue_sheet(require_resident(request).person, None, timezone.now(), "")
    return 201, {**_carrier(made), "code": carriers.print_sheet(made).text}


@router.post("me/carriers/cards", response={201: CarrierOut})
@for_resident
def post_card(request: HttpRequest, body: CardIn) -> Any:
    """Bind a card of mine. Errors: card_taken, too_many_cards."""
    person = require_resident(request).person
    return 201, _carrier(carriers.bind_card(person, body.kind, body.number, None, timezone.now(), ""))


@router.post("me/carriers/{number}/lost", response={204: None})
@for_resident
def post_lost(request: HttpRequest, number: Number) -> Any:
    """It is lost: doors refuse it from now on."""
    carriers.report_lost(number, require_resident(request).person, None, timezone.now(), "")
    return 204, None


@router.put("me/town", response={204: None})
@for_resident
def put_town(request: HttpRequest, body: TownIn) -> Any:
    """Where I live from now on. Errors: own_code_only."""
    changing.change_town(_own(request).person, body.town, None, timezone.now())
    return 204, None


@router.post("me/phone/codes", response={202: SentOut})
@for_resident
def post_phone_codes(request: HttpRequest, body: PhoneIn) -> Any:
    """Send digits to my new phone, and to the old one. Errors: own_code_only, code_too_soon, too_many_codes, phone_full."""
    changing.ask_new_phone(_own(request).person, body.phone, timezone.now())
    return 202, SentOut()


@router.put("me/phone", response={204: None})
@for_resident
def put_phone(request: HttpRequest, body: NewPhoneIn) -> Any:
    """The new phone counts from now on. Errors: own_code_only, code_wrong, code_expired, phone_full."""
    digits, old = _digits(body.code), _digits(body.old_code, "old_code") if body.old_code else ""
    changing.change_phone(_own(request).person, body.phone, digits, old, timezone.now())
    return 204, None


@router.post("me/name", response={201: RequestOut})
@for_resident
def post_name(request: HttpRequest, body: NameIn) -> Any:
    """Ask for my new name; the town's office reviews it. Errors: own_code_only, picture_refused, too_many_requests_waiting."""
    made = requests.ask_for_name(_own(request).person, body.name, pictures_of(body.pictures), timezone.now())
    return 201, request_out(made)


@router.get("me/requests", response=Page[RequestOut])
@for_resident
def list_requests(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """What I asked the town's office for, newest first. Errors: own_code_only."""
    rows = requests.requests_of(_own(request).person)
    return page_of(rows, ("-asked_at", "-pk"), wanted, request_out, "me.requests")


@router.post("me/requests/{number}/withdraw", response={204: None})
@for_resident
def post_withdraw_request(request: HttpRequest, number: Number) -> Any:
    """Take a request back. Errors: own_code_only, already_reviewed."""
    requests.withdraw_request(_own(request).person, number, timezone.now())
    return 204, None


@router.get("me/closing", response=ClosingOut)
@for_resident
def get_closing(request: HttpRequest) -> Any:
    """Whether my account closes soon. Errors: own_code_only."""
    row = leaving.closing_of(_own(request).person)
    return {"due_at": row.due_at if row else None}


@router.post("me/closing/codes", response={202: SentOut})
@for_resident
def post_closing_code(request: HttpRequest) -> Any:
    """Send the digits that confirm a closing. Errors: own_code_only, not_in_this_state, code_too_soon, too_many_codes."""
    leaving.ask_closing_code(_own(request).person, timezone.now())
    return 202, SentOut()


@router.post("me/closing", response={202: ClosingOut})
@for_resident
def post_closing(request: HttpRequest, body: CloseIn) -> Any:
    """Close my account in a week. Errors: own_code_only, code_wrong, code_expired, leaving_open, not_in_this_state."""
    row = leaving.ask_to_close(_own(request).person, _digits(body.code), body.erase, timezone.now())
    return 202, {"due_at": row.due_at}


@router.delete("me/closing", response={204: None})
@for_resident
def delete_closing(request: HttpRequest) -> Any:
    """I keep my account. Errors: own_code_only."""
    leaving.keep_account(_own(request).person, timezone.now())
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


def _own(request: HttpRequest) -> Resident:
    """The resident on the own phone, not while it shows a ward's code. Raises OwnCodeOnly."""
    resident = require_resident(request)
    if resident.guardianship is not None:
        raise OwnCodeOnly()
    return resident


def _digits(text: str, field: str = "code") -> str:
    digits, faults = check_digits(text)
    if faults:
        raise BadInput(details={"fields": {field: "bad_code"}})
    return digits


def _device(row: Credential, resident: Resident) -> dict[str, Any]:
    here = row.pk == resident.serial
    return {"number": row.pk, "kind": row.label, "since": row.issued_at, "until": row.expires_at, "here": here}


def _consents(person: int) -> list[dict[str, Any]]:
    given = dict(Consent.objects.filter(person=person, withdrawn_at=None).values_list("purpose", "granted_at"))
    return [{"purpose": one.slug, "required": one.required, "given_at": given.get(one.slug)} for one in PURPOSES]


def _read(row: AccessRecord) -> dict[str, Any]:
    return {"at": row.at, "reader": row.reader_name, "purpose": row.purpose, "fields": row.fields}


def _carrier(row: Carrier) -> dict[str, Any]:
    return {
        "number": row.pk,
        "kind": row.kind,
        "last_digits": row.last_digits,
        "issued_at": row.issued_at,
        "last_day": carriers.last_day(row),
        "voided_at": row.voided_at,
        "void_reason": row.void_reason,
    }
