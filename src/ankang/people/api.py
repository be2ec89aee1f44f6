"""HTTP of people: ask for a one-time code, apply, read my own data. Shapes are checked here, the rest in services."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from ankang.base.api.shapes import Given
from ankang.base.errors import BadInput
from ankang.base.permissions import for_resident, public
from ankang.core.masking import mask_name

from . import services
from .carrier_runs_api import router as carrier_runs_router
from .changes_api import router as changes_router
from .claims_api import router as claims_router
from .companion_api import router as companions_router
from .credentials import require_resident
from .desk_api import router as desk_router
from .family_api import router as family_router
from .legacy_api import router as legacy_router
from .merges_api import router as merges_router
from .models import Consent
from .resident_api import router as resident_router
from .rules import CODE_GAP_SECONDS, CODE_SECONDS, Application, check_digits, check_number

router = Router(tags=["people"])
router.add_router("", companions_router)
router.add_router("", carrier_runs_router)
router.add_router("", legacy_router)
router.add_router("", resident_router)
router.add_router("", changes_router)
router.add_router("", claims_router)
router.add_router("", family_router)
router.add_router("", desk_router)
router.add_router("", merges_router)

Short = Annotated[str, Field(max_length=100)]
Phone = Annotated[str, Field(max_length=40)]


class CodeRequest(Given):
    """The phone that shall receive a one-time code for an application."""

    phone: Phone


class CodeSent(Schema):
    """Seconds the code is good for, and after which another may be asked for."""

    expires_in: int
    retry_after: int


class ApplicationIn(Given):
    """An application as in ``rules.Application``; ``code`` is the one-time code sent to ``phone``."""

    name: Short
    document_kind: Annotated[str, Field(max_length=40)]
    document: Short
    phone: Phone
    code: Annotated[str, Field(max_length=40)]
    town: Annotated[str, Field(max_length=40)]
    declared: bool
    consents: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
    country: Annotated[str, Field(max_length=2)] = ""


class ApplicationOut(Schema):
    """The bearer credential of the one person behind the document; ``new`` is false for a repeated application."""

    credential: str
    expires_at: datetime
    name: str
    new: bool


class MeOut(Schema):
    """My data, masked, and the purposes I agreed to."""

    name: str
    document_kind: str
    document: str
    phone: str
    town: str
    consents: list[str]
    credential_expires_at: datetime


@router.post("one-time-codes", response={202: CodeSent})
@public("anybody may apply; paced by number")
def send_code(request: HttpRequest, body: CodeRequest) -> Any:
    """Send a one-time code. Errors: bad_input, code_too_soon, too_many_codes."""
    phone, faults = check_number(body.phone)
    if faults:
        raise BadInput(details={"fields": faults})
    services.send_one_time_code(phone, "apply", timezone.now())
    return 202, CodeSent(expires_in=CODE_SECONDS, retry_after=CODE_GAP_SECONDS)


@router.post("applications", response={200: ApplicationOut, 201: ApplicationOut})
@public("anybody may apply; the phone is proved by a one-time code")
def post_application(request: HttpRequest, body: ApplicationIn) -> Any:
    """Apply, or come back to one's code. 201 for a new person.

    Errors: bad_input, code_wrong, code_expired, phone_full, details_do_not_match.
    """
    now = timezone.now()
    application = services.check(_application(body), now)
    digits, faults = check_digits(body.code)
    if faults:
        raise BadInput(details={"fields": faults})
    proof = services.confirm_phone(application.phone, "apply", digits, now)
    applied = services.apply(Application(**{**vars(application), "proof": proof}), now)
    name = mask_name(application.name)
    issued = applied.credential
    answer = ApplicationOut(credential=issued.token, expires_at=issued.expires, name=name, new=applied.is_new)
    return 201 if applied.is_new else 200, answer


@router.get("me", response=MeOut)
@for_resident
def get_me(request: HttpRequest) -> Any:
    """My data, for the holder of a resident credential. Errors: not_signed_in."""
    resident = require_resident(request)
    person = services.masked_people([resident.person])[resident.person]
    live = Consent.objects.filter(person=resident.person, withdrawn_at=None).exclude(purpose="declaration")
    return MeOut(
        name=person.name,
        document_kind=person.document_kind,
        document=person.document,
        phone=person.phone,
        town=person.town,
        consents=sorted(live.values_list("purpose", flat=True)),
        credential_expires_at=resident.expires,
    )


def _application(body: ApplicationIn) -> Application:
    return Application(
        name=body.name,
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
