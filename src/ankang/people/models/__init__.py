"""Persons, what they agreed to, where they are signed in, what they carry instead of a
phone, and the one-time codes that prove a phone."""

from .carriers import Carrier
from .persons import MOST_PERSONS, Consent, Person
from .signing_in import Credential, OneTimeCode, Voiding

__all__ = ["MOST_PERSONS", "Carrier", "Consent", "Credential", "OneTimeCode", "Person", "Voiding"]
