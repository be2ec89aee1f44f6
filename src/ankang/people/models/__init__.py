"""Persons, what they agreed to, where they are signed in, what they carry instead of a
phone, the one-time codes that prove a phone, who cares for whom, and how a record came to stand as it does."""

from .carrier_runs import CarrierFile, CarrierRun
from .carriers import Carrier
from .companions import Companion, CompanionEvent
from .entry import ClaimTry, Entry
from .family import Guardianship
from .legacy import LegacyCode, LegacyImport
from .persons import MOST_PERSONS, Change, Consent, FormerDocument, Person
from .requests import Picture, Request
from .signing_in import Credential, OneTimeCode, Voiding
from .standing import Leaving, Merge, Standing

__all__ = [
    "MOST_PERSONS",
    "Carrier",
    "CarrierFile",
    "CarrierRun",
    "Change",
    "ClaimTry",
    "Companion",
    "CompanionEvent",
    "Consent",
    "Credential",
    "Entry",
    "FormerDocument",
    "Guardianship",
    "Leaving",
    "LegacyCode",
    "LegacyImport",
    "Merge",
    "OneTimeCode",
    "Person",
    "Picture",
    "Request",
    "Standing",
    "Voiding",
]
