"""Use cases of rides: keys and certificates, authorisations of phones, revocations, records, days."""

from .authorisations import Issued, issue_authorisation, live_authorisations, revoke_authorisations
from .authorities import end_authority, import_authority, imported_authorities, preview_authority
from .certificates import ensure_certificate, issuer_digits, prepare_certificate, public_keys
from .days import prepare_partitions, run_retention
from .devices import device_of
from .records import days_kept, my_rides, record_rides, rides_of
from .revocations import revoked_list

__all__ = [
    "Issued",
    "days_kept",
    "device_of",
    "end_authority",
    "ensure_certificate",
    "import_authority",
    "imported_authorities",
    "issue_authorisation",
    "issuer_digits",
    "live_authorisations",
    "my_rides",
    "prepare_certificate",
    "prepare_partitions",
    "preview_authority",
    "public_keys",
    "record_rides",
    "revoke_authorisations",
    "revoked_list",
    "rides_of",
    "run_retention",
]
