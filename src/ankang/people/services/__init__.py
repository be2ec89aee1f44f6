"""Use cases of people, the only door for other rooms (requirement A1).

Errors are the classes of ``errors.py``. No service commits; CodeWrong and DetailsDoNotMatch count a try, so the caller
answers them without rolling back (a view that renders its form again, an API handler).
"""

from ..one_time_codes import check_proof, confirm_phone, send_one_time_code
from .applying import Accepted, Applied, accept, apply, check, check_applicant
from .consents import VERSIONS, grant_consent, withdraw_consent
from .finding import Match, blinds_matching, document_blind, find_person, match_person, people_with, towns
from .masked import MaskedPerson, applications_by_town, masked, masked_people, unmask_person
from .signing_in import revoke_credential, send_sign_in_code, sign_in

__all__ = [
    "VERSIONS",
    "Accepted",
    "Applied",
    "Match",
    "MaskedPerson",
    "accept",
    "applications_by_town",
    "apply",
    "blinds_matching",
    "check",
    "check_applicant",
    "check_proof",
    "confirm_phone",
    "document_blind",
    "find_person",
    "grant_consent",
    "masked",
    "masked_people",
    "match_person",
    "people_with",
    "revoke_credential",
    "send_one_time_code",
    "send_sign_in_code",
    "sign_in",
    "towns",
    "unmask_person",
    "withdraw_consent",
]
