"""HTTP of the resident's own pages: signing in, devices, agreements, who looked at me, sheets, changes, closing."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

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
from .errors import OwnCodeOnly
from .models import Carrier, Consent, Credential
from .reads import reader_offices
from .rules import CODE_GAP_SECONDS, CODE_SECONDS, PURPOSES, check_digits

router = Router(tags=["people"])


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

    id: UUID = Field(description="For a question about it: POST me/reads/{id}/question")
    at: datetime
    office: str = Field(description="Where the reader works; not who it was")
    role: str
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
    digits = digits_in(body.code)
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


def own_resident(request: HttpRequest) -> Resident:
    """The resident on the own phone, not while it shows a ward's code. Raises OwnCodeOnly."""
    resident = require_resident(request)
    if resident.guardianship is not None:
        raise OwnCodeOnly()
    return resident


def digits_in(text: str, field: str = "code") -> str:
    """Six digits as typed, full width too. Raises BadInput naming ``field``."""
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
    names = ("id", "at", "role", "purpose", "fields")
    return {"office": reader_offices([row])[row.id], **{name: getattr(row, name) for name in names}}


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
