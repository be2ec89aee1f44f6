"""Pure decisions of ride codes: what an authorisation says, which record a report becomes, how long things are kept."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ankang.core.epochs import epoch_start
from ankang.core.ride import Authorisation, Rider, write_rider
from ankang.core.sm import sm3
from ankang.core.verdicts import Direction, Reason, Verdict

from .errors import CertificateRefused

VALID_SECONDS = 60
"""For so long one generation of a code counts; then the phone signs the next one."""
LIMIT_FEN = 5_000
"""The most that one ride may cost; fares come later, the field is the ministry's."""
KIND = 1
"""An ordinary account; concessions come with fares."""
MOST_A_DAY = 20
"""Authorisations of one person on one day: each new sign-in or emptied phone takes one."""
CERTIFICATE_MONTHS = 24
RENEW_DAYS = 60
"""A certificate that ends sooner is replaced."""
REVOKED_SECONDS = 30 * 60
"""A list of revocations answers for so long."""
CERTIFICATE_BYTES = 117
MOST_RIDES = 200
ORDER, LIST = ("-at", "-ride"), "me.rides"
"""How my rides are put in pages, and the name that binds a cursor to them."""
OLDEST = 7 * 86_400
AHEAD = 120


def authorisation_of(
    certificate: bytes, issuer: str, account: bytes, card: str, public: bytes, rider: Rider
) -> Authorisation:
    """What the issuer signs for a phone's key: good to the end of the rider's epoch."""
    return Authorisation(
        certificate=certificate,
        account=account,
        card=card,
        issuer=issuer,
        platform=issuer,
        kind=KIND,
        limit=LIMIT_FEN,
        public=public,
        expires=epoch_start(rider.epoch + 1),
        valid=VALID_SECONDS,
        custom=write_rider(rider),
    )


def month_after(now_year: int, now_month: int, months: int) -> tuple[int, int]:
    """(year, month) so many months later."""
    count = now_year * 12 + now_month - 1 + months
    return count // 12, count % 12 + 1


def record_id(device: int, nonce: UUID) -> UUID:
    """The id of the ride that ``device`` reports with ``nonce``: SM3("ride" ‖ device 8 ‖ nonce)[:16], so a retry is the same."""
    return UUID(bytes=sm3(b"ride" + device.to_bytes(8, "big") + nonce.bytes)[:16])


def verdict_of(verdict: int, reason: int) -> Verdict:
    """What a kept ride came to: a gate's admission that the control plane rejected (it has a reason) counts as refused."""
    kept = Verdict(verdict)
    return Verdict.DENY if kept is Verdict.ADMIT and reason != Reason.OK else kept


def in_time(at: float, now: float) -> Reason:
    """Whether a ride at ``at`` may be reported ``now``; else why the device's clock is not believed."""
    if at > now + AHEAD:
        return Reason.NOT_YET_VALID
    return Reason.OK if at >= now - OLDEST else Reason.EXPIRED


@dataclass(frozen=True)
class Report:
    """One ride as a device tells it; ``at`` in unix seconds, ``code`` the bytes of the QR."""

    nonce: UUID
    code: bytes
    at: float
    checkpoint: int
    direction: Direction
    verdict: Verdict
    reason: Reason
    line: str
    vehicle: str


@dataclass(frozen=True)
class Judged:
    """What a report becomes: whose (None: nobody's), with which reason, and for our logs the exact fault."""

    person: int | None
    reason: Reason
    detail: str
    showing: UUID


@dataclass(frozen=True)
class Recorded:
    """The answer to one report: ``status`` is recorded, duplicate or rejected."""

    nonce: UUID
    ride: UUID
    status: str
    reason: Reason
    detail: str


def partition_of(table: str, day: date) -> str:
    """The name of a day's partition."""
    return f"{table}_{day:%Y%m%d}"


def certificate_in(body: bytes) -> bytes:
    """The certificate in what a house sends: its 117 bytes, or their hex or base64 (spaces and line ends do not count).

    Raises CertificateRefused: ``truncated``, ``oversized``, ``bad_certificate``.
    """
    text = b"".join(body.split())
    raw = body if len(body) == CERTIFICATE_BYTES else _from_hex(text) or _from_base64(text)
    if len(raw) != CERTIFICATE_BYTES:
        raise CertificateRefused(details={"certificate": "truncated" if len(raw) < CERTIFICATE_BYTES else "oversized"})
    return raw


def _from_hex(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return b""


def _from_base64(text: bytes) -> bytes:
    try:
        return b64decode(text.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except ValueError:
        return b""
