"""The ride code R: the transport ministry's QR, 332 to 364 bytes, checked off line by three chained SM2 signatures.

Format: docs/ride-format.md (domain.md §6 "Ride QR", requirements A3, E6). Nothing here reads a clock.
"""

from ankang.core.ride.authority import (
    Authorities,
    Authority,
    check_authority,
    check_certificate,
    fingerprint,
    is_foreign,
)
from ankang.core.ride.certificate import Certificate, point_of, read_certificate, sign_certificate
from ankang.core.ride.check import check_authorisation, check_ride, check_times
from ankang.core.ride.code import (
    Authorisation,
    RideCode,
    parse_authorisation,
    parse_ride,
    ride_id,
    show,
    sign_authorisation,
)
from ankang.core.ride.custom import Rider, read_rider, write_rider
from ankang.core.ride.gate import RideAnswer, RideGate
from ankang.core.ride.revoked import Revoked, read_revoked, seal_revoked

__all__ = [
    "Authorisation",
    "Authorities",
    "Authority",
    "Certificate",
    "Revoked",
    "RideAnswer",
    "RideCode",
    "RideGate",
    "Rider",
    "check_authorisation",
    "check_authority",
    "check_certificate",
    "check_ride",
    "check_times",
    "fingerprint",
    "is_foreign",
    "parse_authorisation",
    "parse_ride",
    "point_of",
    "read_certificate",
    "read_revoked",
    "read_rider",
    "ride_id",
    "seal_revoked",
    "show",
    "sign_authorisation",
    "sign_certificate",
    "write_rider",
]
