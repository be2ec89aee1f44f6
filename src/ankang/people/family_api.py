"""HTTP of families (A6): whom I look after, applying for a relative, showing a ward's code."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from ankang.base.api.shapes import Digits, Given, Number, Short
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import for_resident

from . import family
from .changes_api import Picture, RequestOut, pictures_of, request_out
from .credentials import require_resident
from .resident_api import CredentialOut, SentOut, digits_in, own_resident
from .rules import PICTURES_PER_REQUEST, Application
from .services import relatives, requests

router = Router(tags=["people"])


class RelativeIn(Given):
    """Whom I apply for, as on the document; the same fields as an application of one's own."""

    name: Short
    document_kind: Short = Field(examples=["resident_id"])
    document: Short
    country: Annotated[str, Field(max_length=2)] = ""
    born: Annotated[str, Field(max_length=10)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    town: Annotated[str, Field(max_length=40)]
    declared: bool
    consents: Annotated[list[Short], Field(max_length=20)]


class ConsentIn(RelativeIn):
    """The same, and the digits that came to the relative's own phone."""

    code: Digits


class DocumentsIn(RelativeIn):
    """The same, with pictures of the documents; ``kind``: a minor, or an adult without a phone."""

    kind: Literal["minor", "adult"]
    pictures: Annotated[list[Picture], Field(min_length=1, max_length=PICTURES_PER_REQUEST)]


class RelativeOut(Schema):
    """The other side of a guardianship, masked."""

    number: int
    kind: str
    name: str
    since: datetime
    until: datetime | None


class FamilyOut(Schema):
    """Whom I look after, and who looks after me."""

    wards: list[RelativeOut]
    guardians: list[RelativeOut]


@router.get("me/family", response=FamilyOut)
@for_resident
def get_family(request: HttpRequest) -> Any:
    """My family. Errors: own_code_only."""
    return _family(own_resident(request).person)


@router.post("me/family/codes", response={202: SentOut})
@for_resident
def post_family_code(request: HttpRequest, body: RelativeIn) -> Any:
    """Send digits to the relative's own phone. Errors: own_code_only, code_too_soon, too_many_codes."""
    if not body.phone:
        raise BadInput(details={"fields": {"phone": "required"}})
    relatives.ask_consent(own_resident(request).person, _application(body), timezone.now())
    return 202, SentOut()


@router.post("me/family", response={201: FamilyOut})
@for_resident
def post_family(request: HttpRequest, body: ConsentIn) -> Any:
    """The relative agreed on their own phone: I look after their code from now on.

    Errors: own_code_only, code_wrong, code_expired, details_do_not_match, phone_full, not_of_age, of_age, birth_date_needed,
    chain_of_proxies, code_ended.
    """
    person = own_resident(request).person
    if not body.phone:
        raise BadInput(details={"fields": {"phone": "required"}})
    relatives.apply_with_consent(person, _application(body), digits_in(body.code), timezone.now())
    return 201, _family(person)


@router.post("me/family/requests", response={201: RequestOut})
@for_resident
def post_family_request(request: HttpRequest, body: DocumentsIn) -> Any:
    """Apply for a relative by documents, which the town's office reviews.

    Errors: own_code_only, picture_refused, too_many_requests_waiting.
    """
    person, pictures = own_resident(request).person, pictures_of(body.pictures)
    made = requests.ask_for_relative(person, body.kind, _application(body), pictures, timezone.now())
    return 201, request_out(made)


@router.post("me/family/{number}/credential", response=CredentialOut)
@for_resident
def post_ward_credential(request: HttpRequest, number: Number) -> Any:
    """A credential with which my device shows the ward's code. Errors: own_code_only."""
    issued = family.open_ward(own_resident(request), number, "api", timezone.now())
    return {"credential": issued.token, "expires_at": issued.expires}


@router.delete("me/family/{number}", response=FamilyOut)
@for_resident
def delete_family(request: HttpRequest, number: Number) -> Any:
    """Either of the two (an adult ward) ends it. Errors: own_code_only."""
    person, now = own_resident(request).person, timezone.now()
    row = family.live_guardianships(now).filter(pk=number).first()
    if row is None or person not in (row.guardian_id, row.ward_id):
        raise NotFound()
    family.end_guardianship(number, person, None, "by_guardian" if person == row.guardian_id else "by_ward", now)
    return _family(require_resident(request).person)


def _family(person: int) -> dict[str, Any]:
    now = timezone.now()
    sides = {"wards": family.wards_of(person, now), "guardians": family.guardians_of(person, now)}
    return {side: [_relative(one) for one in rows] for side, rows in sides.items()}


def _relative(one: family.Relative) -> dict[str, Any]:
    row = one.guardianship
    return {"number": row.pk, "kind": row.kind, "name": one.person.name, "since": row.started_at, "until": row.ends_at}


def _application(body: RelativeIn) -> Application:
    return Application(
        name=body.name,
        document_kind=body.document_kind,
        document=body.document,
        phone=body.phone or None,
        town=body.town,
        declared=body.declared,
        consents=frozenset(body.consents),
        proof=0,
        via="family",
        device="api",
        country=body.country,
        born=body.born,
    )
