"""Applying for a relative who agrees on the own phone (A6): the digits that came there are the consent."""

from dataclasses import replace
from datetime import datetime

from ankang.trust.keyring import keyring

from ..errors import DetailsDoNotMatch
from ..family import start_guardianship
from ..models import Guardianship
from ..one_time_codes import check_proof, confirm_phone, send_one_time_code, spend_try
from ..rules import Application
from .applying import accept, check
from .finding import match_person


def ask_consent(guardian: int, application: Application, now: datetime) -> None:
    """Send the digits to the relative's own phone; they agree to this guardian and to nobody else.

    Raises BadInput, CodeTooSoon, TooManyCodes.
    """
    application = check(application, now)
    assert application.phone is not None
    send_one_time_code(application.phone, f"consent:{guardian}", now)


def apply_with_consent(guardian: int, application: Application, digits: str, now: datetime) -> Guardianship:
    """The relative has told the digits: the one code, new or as on file, and ``guardian`` shows it from now on.

    Who is on file agrees on the phone on file, no other. Raises CodeWrong, CodeExpired, DetailsDoNotMatch, PhoneFull, and
    what start_guardianship raises. CodeWrong and DetailsDoNotMatch count a try: the caller does not roll back.
    """
    application = check(replace(application, via="family"), now)
    assert application.phone is not None
    purpose = f"consent:{guardian}"
    proof = confirm_phone(application.phone, purpose, digits, now)
    check_proof(proof, application.phone, now, purpose)
    person = match_person(
        application.document_kind, application.document, application.name, application.country
    ).person
    elsewhere = person is not None and (
        person.phone_blind is None or bytes(person.phone_blind) != keyring().blind("phone", application.phone)
    )
    accepted = None if elsewhere else accept(application, now)
    if accepted is None:
        spend_try(proof)
        raise DetailsDoNotMatch()
    return start_guardianship(guardian, accepted.person.pk, "adult", "consent", now)
