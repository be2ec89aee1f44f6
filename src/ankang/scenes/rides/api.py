"""HTTP of rides: a phone has its key authorised, a transit gate reports rides. Shapes here, the rest in services."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.api.shapes import Reason as Why
from ankang.base.errors import BadInput
from ankang.base.permissions import for_resident, public, requires
from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.epochs import epoch_start
from ankang.core.verdicts import Direction, Reason, Verdict, sentence
from ankang.people.credentials import require_resident

from . import services
from .models import ForeignAuthority, Ride
from .rules import LIST, MOST_RIDES, ORDER, VALID_SECONDS, Recorded, Report, certificate_in, verdict_of

router = Router(tags=["rides"])
DIRECTIONS = {direction.slug: direction for direction in Direction}
VERDICTS = {verdict.slug: verdict for verdict in Verdict}
REASONS = {reason.slug: reason for reason in Reason}


class CertificateIn(Given):
    """An authority's certificate: 117 bytes in hex or base64."""

    certificate: Annotated[str, Field(max_length=600)]


class AuthorityIn(CertificateIn):
    """``name``: whose it is; ``reason``: why, and how the fingerprint was compared."""

    name: Short
    reason: Why


class EndIn(Given):
    """Why it is trusted no more."""

    reason: Why


class CertificateOut(Schema):
    """What a certificate says; ``fingerprint``: SM3, hex in groups of four. Nothing was kept."""

    number: int
    issuer: str
    serial: int
    public: str
    ends_at: datetime
    fingerprint: str


class AuthorityOut(Schema):
    """Another house's authority; ``state``: pending, approved, rejected, withdrawn, ended. ``approval``: what is to be decided."""

    authority: int
    number: int
    name: str
    issuer: str
    fingerprint: str
    state: str
    reason: str
    approval: int | None
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    ended_why: str


class KeyIn(Given):
    """``public_key``: base64url of the phone's compressed SM2 point, 33 bytes; ``epoch``: ``next`` for the day ahead."""

    public_key: Annotated[str, Field(max_length=64)]
    epoch: Literal["next"] | None = None


class AuthorisationOut(Schema):
    """What the phone keeps; it adds the time and its signature (docs/ride-format.md §6). Times in unix seconds."""

    authorisation: str
    account: str
    epoch: int
    valid_from: int
    expires_at: int
    valid_seconds: int
    server_time: float


class LiveOut(Schema):
    """Accounts (hex) of this sign-in that gates accept, today's and tomorrow's."""

    live: list[str]
    server_time: float


class StoppedOut(Schema):
    """How many ride codes were ended."""

    stopped: int


class MyRide(Schema):
    """One ride of mine."""

    at: datetime
    line: str
    vehicle: str
    direction: str
    verdict: str
    reason: str


class RideIn(Given):
    """One ride as the gate saw it; ``code``: base64url of the bytes of the QR, ``at``: unix seconds."""

    nonce: UUID
    code: Annotated[str, Field(max_length=600)]
    at: Annotated[float, Field(ge=0, le=2**33)]
    checkpoint: Annotated[int, Field(ge=1, le=2**32 - 1)]
    direction: Literal["entry", "exit"] = "entry"
    verdict: Literal["admit", "deny", "refer"]
    reason: Annotated[str, Field(max_length=40)] = "ok"
    line: Annotated[str, Field(max_length=40)] = ""
    vehicle: Annotated[str, Field(max_length=40)] = ""


class RidesIn(Given):
    """Rides that a device took, at most 200 at once."""

    rides: Annotated[list[RideIn], Field(max_length=MOST_RIDES)]


class RideOut(Schema):
    """What became of one ride: ``recorded``, ``duplicate`` (it was here) or ``rejected`` (kept, with our reason)."""

    nonce: UUID
    ride: UUID
    status: str
    reason: str
    detail: str
    message: str


class RidesOut(Schema):
    """Answers in the order of the rides; they come when all are kept."""

    results: list[RideOut]


@router.get("me/ride", response=LiveOut)
@for_resident
def get_ride(request: HttpRequest) -> Any:
    """Which of this sign-in's ride codes are live. Errors: not_signed_in."""
    now = timezone.now()
    rows = services.live_authorisations(require_resident(request), now)
    return LiveOut(live=[row.account.hex for row in rows], server_time=now.timestamp())


@router.post("me/ride", response=AuthorisationOut)
@for_resident
def post_ride(request: HttpRequest, body: KeyIn) -> Any:
    """Authorise this phone's key. Errors: not_signed_in, bad_input, too_many_requests, no_index_space."""
    now = timezone.now()
    issued = services.issue_authorisation(require_resident(request), _point(body.public_key), body.epoch == "next", now)
    return AuthorisationOut(
        authorisation=to_base64url(issued.raw),
        account=issued.account.hex,
        epoch=issued.epoch,
        valid_from=epoch_start(issued.epoch),
        expires_at=int(issued.expires_at.timestamp()),
        valid_seconds=VALID_SECONDS,
        server_time=now.timestamp(),
    )


@router.post("me/ride/revoke", response=StoppedOut)
@for_resident
def post_revoke(request: HttpRequest) -> Any:
    """End my ride codes on all my phones. Errors: not_signed_in."""
    return StoppedOut(stopped=services.revoke_authorisations(require_resident(request).person, timezone.now()))


@router.get("me/rides", response=Page[MyRide])
@for_resident
def get_rides(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My rides as long as they are kept, newest first. Errors: not_signed_in, bad_cursor."""
    person = require_resident(request).person
    return page_of(services.my_rides(person, timezone.now()), ORDER, wanted, _mine, LIST)


@router.post("rides", response=RidesOut)
@public("a transit gate calls; the bearer of a paired device is asked for")
def post_rides(request: HttpRequest, body: RidesIn) -> Any:
    """Report rides; again and again if need be. Errors: device_unknown, device_stopped, bad_input."""
    now = timezone.now()
    device = services.device_of(request, now)
    told = services.record_rides(device, [_report(ride, place) for place, ride in enumerate(body.rides)], now)
    return RidesOut(results=[_told(one) for one in told])


@router.get("rides/authorities", response=Page[AuthorityOut])
@requires("rides.authorities")
def list_authorities(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """The authorities of other houses that were ever imported, newest first."""
    return page_of(services.imported_authorities(request.user), ("-asked_at", "-pk"), wanted, _authority, "rides.authorities")


@router.post("rides/authorities/preview", response=CertificateOut)
@requires("rides.authorities")
def post_preview(request: HttpRequest, body: CertificateIn) -> Any:
    """What a certificate says; nothing is kept. Errors: certificate_refused, authority_known, authority_number_taken."""
    seen = services.preview_authority(certificate_in(body.certificate.encode()), request.user, timezone.now())
    told = {name: getattr(seen, name) for name in ("issuer", "serial", "public", "ends_at", "fingerprint")}
    return {"number": seen.kid, **told}


@router.post("rides/authorities", response={201: AuthorityOut})
@requires("rides.authorities")
def post_authority(request: HttpRequest, body: AuthorityIn) -> Any:
    """Ask a second person to trust it. Errors: certificate_refused, authority_known, authority_number_taken, bad_input."""
    raw = certificate_in(body.certificate.encode())
    return 201, _authority(services.import_authority(raw, body.name, body.reason, request.user, timezone.now()))


@router.post("rides/authorities/{number}/end", response=AuthorityOut)
@requires("rides.authorities")
def post_end(request: HttpRequest, number: Number, body: EndIn) -> Any:
    """Trust it no more, at once. Errors: not_found, authority_not_trusted, bad_input."""
    return _authority(services.end_authority(number, body.reason, request.user, timezone.now()))


def _authority(row: ForeignAuthority) -> dict[str, Any]:
    names = ("name", "issuer", "state", "reason", "approval", "asked_at", "decided_at", "ends_at", "ended_at", "ended_why")
    told = {name: getattr(row, name) for name in names}
    return {"authority": row.pk, "number": row.kid, "fingerprint": row.digest, "asked_by": row.asked_by_name, **told}


def _mine(row: Ride) -> MyRide:
    return MyRide(
        at=row.at,
        line=row.line,
        vehicle=row.vehicle,
        direction=Direction(row.direction).slug,
        verdict=verdict_of(row.verdict, row.reason).slug,
        reason=Reason(row.reason).slug,
    )


def _report(ride: RideIn, place: int) -> Report:
    verdict, reason = VERDICTS[ride.verdict], REASONS.get(ride.reason)
    if reason is None or (verdict is Verdict.ADMIT and reason is not Reason.OK):
        raise BadInput(details={"fields": {f"rides.{place}.reason": "unknown"}})
    if any("\0" in text for text in (ride.line, ride.vehicle)):
        raise BadInput(details={"fields": {f"rides.{place}": "control_characters"}})
    return Report(
        nonce=ride.nonce,
        code=_bytes(ride.code),
        at=ride.at,
        checkpoint=ride.checkpoint,
        direction=DIRECTIONS[ride.direction],
        verdict=verdict,
        reason=reason,
        line=ride.line.strip(),
        vehicle=ride.vehicle.strip(),
    )


def _told(one: Recorded) -> RideOut:
    fine = one.reason is Reason.OK
    message = "" if fine else sentence(one.reason, get_language() or "zh-hans")
    return RideOut(
        nonce=one.nonce, ride=one.ride, status=one.status, reason=one.reason.slug, detail=one.detail, message=message
    )


def _point(text: str) -> bytes:
    found = _bytes(text)
    if len(found) != 33:
        raise BadInput(details={"fields": {"public_key": "base64url of 33 bytes"}})
    return found


def _bytes(text: str) -> bytes:
    """What the text holds; nothing when it is no base64url, which no format of ours takes for a code."""
    try:
        return from_base64url(text)
    except (ValueError, UnicodeEncodeError):
        return b""
