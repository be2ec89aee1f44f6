"""The three chained checks, off line: authority → issuer → phone. Then the times (docs/ride-format.md §7)."""

from ankang.core.codes.faults import CodeFault
from ankang.core.epochs import epoch_of
from ankang.core.ride.authority import Authorities, check_certificate, is_foreign
from ankang.core.ride.certificate import point_of
from ankang.core.ride.code import RideCode
from ankang.core.ride.custom import read_rider
from ankang.core.ride.layout import TOLERANCE, VALID_MOST
from ankang.core.sm import sm2_verify
from ankang.core.verdicts import Reason


def check_ride(code: RideCode, authorities: Authorities, now: float) -> None:
    """Return when ``code`` is authentic and in time at ``now`` (unix seconds); :class:`CodeFault` otherwise.

    ``authorities``: key number → authority. About 2.5 ms. Whether the authorisation was revoked, what colour the
    rider has and whether the code was used before, the caller asks his lists.
    """
    check_authorisation(code, check_certificate(code.authorisation.certificate, authorities, now))
    check_times(code, now, not is_foreign(authorities, code.authorisation.certificate, None))


def check_authorisation(code: RideCode, issuer: bytes) -> None:
    """The second and third signature; ``issuer`` is the point of a certificate that was checked."""
    if not sm2_verify(issuer, code.body, code.issuer_signature):
        raise CodeFault(Reason.INVALID, "bad_issuer_signature")
    phone = point_of(code.authorisation.public, "bad_user_key")
    if not sm2_verify(phone, code.shown, code.user_signature):
        raise CodeFault(Reason.INVALID, "bad_user_signature")


def check_times(code: RideCode, now: float, is_ours: bool = True) -> None:
    """Refuses an authorisation that is over or of a coming day, and a generation that is not of this moment.

    ``is_ours``: its custom field is read as ours.
    """
    authorisation, rider = code.authorisation, read_rider(code.authorisation.custom) if is_ours else None
    if now >= authorisation.expires:
        raise CodeFault(Reason.EXPIRED, "expired_authorisation")
    if rider is not None and epoch_of(now) < rider.epoch:
        raise CodeFault(Reason.NOT_YET_VALID, "future_authorisation")
    if now < code.generated - TOLERANCE:
        raise CodeFault(Reason.NOT_YET_VALID, "future_generation")
    if now > code.generated + min(authorisation.valid, VALID_MOST) + TOLERANCE:
        raise CodeFault(Reason.EXPIRED, "expired_generation")
