"""HTTP of one's own second factors: code generator, passkeys, recovery codes (G3). Wants a session that proved lately who is there."""

import json
from datetime import datetime
from typing import Annotated, Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal import flows as totp_flows
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.internal import flows as passkey_flows
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Digits, Given, Number
from ankang.base.errors import NotFound
from ankang.base.permissions import sensitive, staff_only

from .ceremonies import readable_answer
from .errors import FactorExists, LastFactor, NoFactor
from .forms import EnrolCodeForm, PasskeyForm, is_last_factor
from .own_api import OptionsOut, checked, own_session, plain_options
from .services import note

router = Router(tags=["staff"])
TOTP, PASSKEY, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES


class FactorOut(Schema):
    """A second factor of mine: ``totp``, ``webauthn`` (a passkey) or ``recovery_codes``; ``left``: recovery codes unused."""

    number: int
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None
    left: int | None = None


class FactorAddedOut(Schema):
    """The new factor; with the first one come the recovery codes, in this answer only."""

    factor: FactorOut
    recovery_codes: list[str] | None


class GeneratorOut(Schema):
    """For the app: the secret in Base32, and the same as an address for a QR code."""

    secret: str
    address: str


class CodeIn(Given):
    """What the app shows now."""

    code: Digits


class PasskeyIn(Given):
    """What the authenticator answered (``PublicKeyCredential.toJSON()``), and what the passkey shall be called."""

    name: Annotated[str, Field(max_length=40, examples=["office key"])] = ""
    credential: dict[str, Any]


class PasskeyNameIn(Given):
    """What the passkey shall be called."""

    name: Annotated[str, Field(min_length=1, max_length=40)]


class RecoveryOut(Schema):
    """New recovery codes, in this answer only; the ones before work no more."""

    codes: list[str]


@router.get("staff/self/factors", response=Page[FactorOut])
@staff_only
def list_factors(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My second factors. Errors: session_only."""
    rows = Authenticator.objects.filter(user=own_session(request))
    return page_of(rows, ("created_at", "pk"), wanted, _factor, "staff.self.factors")


@router.post("staff/self/factors/totp/begin", response=GeneratorOut)
@staff_only
@sensitive
def begin_totp(request: HttpRequest) -> Any:
    """The secret of a new code generator; it counts when its first code was sent. Errors: session_only, factor_exists."""
    user = own_session(request)
    _refuse_second(request)
    secret = totp.get_totp_secret(regenerate=True)
    return {"secret": secret, "address": get_adapter().build_totp_url(user, secret)}


@router.post("staff/self/factors/totp", response={201: FactorAddedOut})
@staff_only
@sensitive
def post_totp(request: HttpRequest, body: CodeIn) -> Any:
    """Its first code: the generator counts from now on. Errors: session_only, factor_exists."""
    user = own_session(request)
    _refuse_second(request)
    form = checked(EnrolCodeForm({"code": body.code}, user=user))
    return 201, _added(*totp_flows.activate_totp(request, form))


@router.post("staff/self/factors/passkeys/begin", response=OptionsOut)
@staff_only
@sensitive
def begin_passkey(request: HttpRequest) -> Any:
    """What the authenticator is asked to make (WebAuthn registration). Errors: session_only."""
    return plain_options(passkeys.begin_registration(own_session(request), True))


@router.post("staff/self/factors/passkeys", response={201: FactorAddedOut})
@staff_only
@sensitive
def post_passkey(request: HttpRequest, body: PasskeyIn) -> Any:
    """The authenticator's answer: the passkey counts from now on. Errors: session_only, passkey_unreadable."""
    given = {"name": body.name, "credential": json.dumps(body.credential), "passwordless": "on"}
    form = PasskeyForm(given, user=own_session(request))
    with readable_answer():
        form.full_clean()
    said = checked(form).cleaned_data
    return 201, _added(*passkey_flows.add_authenticator(request, said["name"], said["credential"]))


@router.put("staff/self/factors/{number}", response=FactorOut)
@staff_only
@sensitive
def put_factor(request: HttpRequest, number: Number, body: PasskeyNameIn) -> Any:
    """Call a passkey something else. Errors: session_only."""
    row = _mine(request, number, PASSKEY)
    passkey_flows.rename_authenticator(request, row, body.name)
    return _factor(row)


@router.delete("staff/self/factors/{number}", response={204: None})
@staff_only
@sensitive
def delete_factor(request: HttpRequest, number: Number) -> Any:
    """Take a code generator or a passkey off; never the last one. Errors: session_only, last_factor."""
    row = _mine(request, number, TOTP, PASSKEY)
    if is_last_factor(row):
        raise LastFactor()
    row.delete()
    note("factor_removed", request.user, timezone.now(), whom=request.user, before=row.type)  # type: ignore[arg-type]
    return 204, None


@router.post("staff/self/recovery-codes", response={201: RecoveryOut})
@staff_only
@sensitive
def post_recovery_codes(request: HttpRequest) -> Any:
    """New recovery codes. Errors: session_only, no_factor."""
    if not recovery.can_generate_recovery_codes(own_session(request)):
        raise NoFactor()
    return 201, {"codes": _codes(recovery.generate_recovery_codes(request))}


def _refuse_second(request: HttpRequest) -> None:
    if Authenticator.objects.filter(user=request.user, type=TOTP).exists():
        raise FactorExists()


def _mine(request: HttpRequest, number: int, *kinds: str) -> Authenticator:
    row = Authenticator.objects.filter(pk=number, user=own_session(request), type__in=kinds).first()
    if row is None:
        raise NotFound()
    return row


def _added(factor: Authenticator, codes: Authenticator | None) -> dict[str, Any]:
    return {"factor": _factor(factor), "recovery_codes": _codes(codes) if codes else None}


def _codes(row: Authenticator) -> list[str]:
    """The codes in clear, once: from now on they count as seen."""
    made = row.wrap()
    made.mark_as_viewed()
    return list(made.get_unused_codes())


def _factor(row: Authenticator) -> dict[str, Any]:
    return {
        "number": row.pk,
        "kind": row.type,
        "name": row.wrap().name if row.type == PASSKEY else "",
        "added_at": row.created_at,
        "used_at": row.last_used_at,
        "left": len(row.wrap().get_unused_codes()) if row.type == RECOVERY else None,
    }
