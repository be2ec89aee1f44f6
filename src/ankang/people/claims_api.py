"""HTTP of codes that were there before: one issued on entry (A7), and old registration codes merged into the one code (A1)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Digits, Given, Short
from ankang.base.errors import BadInput
from ankang.base.permissions import for_resident, public
from ankang.base.sign_in import address_of
from ankang.core.masking import mask_name

from . import services
from .models import LegacyCode
from .resident_api import digits_in, own_resident
from .rules import Application, Faults, check_application
from .services import entering, legacy

router = Router(tags=["people"])


class ClaimIn(Given):
    """Who entered, by document and birth date (``entered_on`` where the border gave none); phone, town and consents."""

    document_kind: Literal["passport", "hkm_permit", "taiwan_permit"]
    document: Short = Field(examples=["C01X00T47"])
    country: Annotated[str, Field(max_length=2, description="of a passport, ISO 3166-1 alpha-2", examples=["DE"])] = ""
    born: date | None = None
    entered_on: date | None = None
    phone: Annotated[str, Field(max_length=40)]
    code: Digits
    town: Annotated[str, Field(max_length=40)]
    declared: bool
    consents: Annotated[list[Short], Field(max_length=20)]


class ClaimedOut(Schema):
    """The bearer credential of the traveller's device; ``name`` is masked."""

    credential: str
    expires_at: datetime
    name: str


class OldCodeIn(Given):
    """An old registration code of mine, and the system it is of."""

    system: Literal["return_to_work", "compound", "bus", "taxi", "school", "other"]
    number: Short = Field(examples=["FG-2020-000123"])


class OldCodeOut(Schema):
    """An old code that leads to me."""

    system: str
    last_digits: str


class MergedOut(Schema):
    """``merged`` is false when the code led to me already."""

    merged: bool


@router.post("entry-claims", response=ClaimedOut)
@public("a traveller has no code yet; the phone is proved, and tries are counted by document and address")
def post_claim(request: HttpRequest, body: ClaimIn) -> Any:
    """Claim the code issued on entry; the digits come by POST one-time-codes.

    Errors: code_wrong, code_expired, details_do_not_match, too_many_claims, phone_full.
    """
    now = timezone.now()
    application = _application(body)
    _check_all_but_name(application, body)
    digits = digits_in(body.code)
    checked = check_application(application, (), timezone.localdate(now))[0]
    proof = services.confirm_phone(checked.phone or "", "apply", digits, now)
    claim = entering.Claim(checked.document_kind, checked.document, checked.country, body.born, body.entered_on)
    person = entering.check_claim(claim, address_of(request), now)
    applied = services.apply(Application(**{**vars(application), "name": person.name, "proof": proof}), now)
    issued = applied.credential
    return {"credential": issued.token, "expires_at": issued.expires, "name": mask_name(person.name)}


@router.get("me/old-codes", response=Page[OldCodeOut])
@for_resident
def list_old_codes(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Old registration codes that lead to me. Errors: own_code_only."""
    rows = LegacyCode.objects.filter(person=own_resident(request).person)
    return page_of(rows, ("system", "pk"), wanted, lambda row: {"system": row.system, "last_digits": row.last_digits}, "me.old-codes")


@router.post("me/old-codes", response=MergedOut)
@for_resident
def post_old_code(request: HttpRequest, body: OldCodeIn) -> Any:
    """Merge an old code of mine into the one code. Errors: own_code_only, too_many_claims."""
    return {"merged": legacy.exchange_code(own_resident(request).person, body.system, body.number, timezone.now())}


def _application(body: ClaimIn) -> Application:
    return Application(
        name="",
        document_kind=body.document_kind,
        document=body.document,
        phone=body.phone,
        town=body.town,
        declared=body.declared,
        consents=frozenset(body.consents),
        proof=0,
        country=body.country,
        via="api",
        device="api",
    )


def _check_all_but_name(application: Application, body: ClaimIn) -> None:
    """The border wrote the name; every other field is looked at before the digits are used up. Raises BadInput."""
    codes = {town.code for town in services.towns()}
    faults: Faults = check_application(application, codes, timezone.localdate())[1]
    faults = {field: code for field, code in faults.items() if field != "name"}
    if body.born is None and body.entered_on is None:
        faults["born"] = "missing"
    if faults:
        raise BadInput(details={"fields": faults})
