"""HTTP of companions: the same as the pages do (A6)."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from ankang.base.api.shapes import Given, Number
from ankang.base.errors import BadInput
from ankang.base.permissions import for_resident
from ankang.core.masking import mask_name

from . import companion_wards, companions
from .credentials import require_resident
from .models import Companion
from .resident_api import own_resident
from .rules import COMPANIONS_PER_PERSON, check_digits

router = Router(tags=["people"])
Short = Annotated[str, Field(max_length=100)]


class WhoIn(Given):
    """Whom to bring, as on the document."""

    document_kind: Annotated[str, Field(max_length=40)]
    document: Short
    name: Short


class ConfirmIn(WhoIn):
    """The same, and the six digits that came to that person's phone."""

    code: Annotated[str, Field(max_length=40)]


class AlongIn(Given):
    """The pairs that walk with me from now on, all others not; ``until`` at the latest the day's end (04:00)."""

    pairs: Annotated[list[int], Field(max_length=COMPANIONS_PER_PERSON)]
    until: datetime | None = None


class PairOut(Schema):
    """One pair: the other's masked name, how it was agreed, and until when the two walk together."""

    pair: int
    name: str
    how: str
    agreed_at: datetime
    along_until: datetime | None


class CompanionsOut(Schema):
    """Whom I may bring, and who may bring me."""

    companions: list[PairOut]
    holders: list[PairOut]


class AskedOut(Schema):
    """``bound``: the pair is there (the same phone number). Else a code went to that person's phone, if there is one."""

    bound: bool


@router.get("me/companions", response=CompanionsOut)
@for_resident
def get_companions(request: HttpRequest) -> Any:
    """Whom I may bring, and who may bring me. Errors: not_signed_in."""
    return _answer(require_resident(request).person)


@router.post("me/companions", response=AskedOut)
@for_resident
def ask_companion(request: HttpRequest, body: WhoIn) -> Any:
    """Ask somebody to walk along. Errors: not_signed_in, bad_input, too_many_companions."""
    person = require_resident(request).person
    pair = companions.propose(person, body.document_kind, body.document, body.name, timezone.now())
    return {"bound": pair is not None}


@router.post("me/companions/confirm", response=CompanionsOut)
@for_resident
def confirm_companion(request: HttpRequest, body: ConfirmIn) -> Any:
    """The other one agreed. Errors: not_signed_in, bad_input, code_wrong, code_expired, too_many_companions."""
    person = require_resident(request).person
    digits, faults = check_digits(body.code)
    if faults:
        raise BadInput(details={"fields": faults})
    companions.confirm(person, body.document_kind, body.document, body.name, digits, timezone.now())
    return _answer(person)


@router.post("me/companions/wards/{guardianship}", response=CompanionsOut)
@for_resident
def bind_ward(request: HttpRequest, guardianship: Number) -> Any:
    """Somebody I look after becomes a companion of mine at once. Errors: not_signed_in, own_code_only, too_many_companions."""
    person = own_resident(request).person
    companion_wards.bind_ward(person, guardianship, timezone.now())
    return _answer(person)


@router.post("me/companions/{pair}/apart", response=CompanionsOut)
@for_resident
def step_out(request: HttpRequest, pair: Number) -> Any:
    """I do not walk along today after all; the pair stays. Errors: not_signed_in, not_found."""
    person = require_resident(request).person
    companions.step_out(pair, person, timezone.now())
    return _answer(person)


@router.put("me/companions/along", response=CompanionsOut)
@for_resident
def put_along(request: HttpRequest, body: AlongIn) -> Any:
    """Who walks with me today. Errors: not_signed_in, bad_input, not_found, chain_refused."""
    person, now = require_resident(request).person, timezone.now()
    until = body.until
    if until is not None and until.tzinfo is None:
        raise BadInput(details={"fields": {"until": "timezone_missing"}})
    companions.take_along(person, body.pairs, until, now)
    return _answer(person)


@router.delete("me/companions/{int:pair}", response=CompanionsOut)
@for_resident
def end_companion(request: HttpRequest, pair: int) -> Any:
    """Either side ends a pair; again: nothing changes. Errors: not_signed_in, not_found."""
    person = require_resident(request).person
    companions.end(min(pair, 2**63 - 1), person, timezone.now())
    return _answer(person)


def _answer(person: int) -> dict[str, Any]:
    now = timezone.now()
    mine, theirs = companions.companions_of(person), companions.holders_of(person)
    return {
        "companions": [_pair(row, row.companion.name, now) for row in mine],
        "holders": [_pair(row, row.holder.name, now) for row in theirs],
    }


def _pair(row: Companion, name: str, now: datetime) -> dict[str, Any]:
    until = row.along_until if row.along_until is not None and row.along_until > now else None
    return {"pair": row.pk, "name": mask_name(name), "how": row.how, "agreed_at": row.agreed_at, "along_until": until}
