"""The words of this room's pages: what a fault means and how to mend it, what each consent is for, what a device is."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .rules import PURPOSES, ConsentPurpose

FAULTS: dict[tuple[str, str], Any] = {
    ("document_kind", "unknown_kind"): _("Choose one of the documents in the list."),
    ("document_kind", "not_alone"): _("With this document a guardian or the town's service centre applies."),
    ("country", "missing"): _("Choose the country that issued the passport."),
    ("country", "unknown_country"): _("Choose the country that issued the passport."),
    ("born", "missing"): _("Give your date of birth, or the day you entered."),
    ("entered_on", "bad_date"): _("Choose the day of entry; it cannot lie in the future."),
    ("document_kind", "not_at_entry"): _("With this document one applies; a code on entry is for passports and travel permits."),
    ("born", "bad_date"): _("Write the birth date as 1985-01-31. It cannot lie in the future, nor before 1880."),
    ("name", "same_name"): _("This is the name on file already."),
    ("phone", "same_phone"): _("This is your number already."),
    ("companion", "nobody"): _("Nobody with this document and name lives in your region. Whoever walks along applies first."),
    ("guardian", "nobody"): _("Nobody with this document lives in your region. The guardian applies first."),
    ("pictures", "missing"): _("Add at least one picture of the document."),
    ("pictures", "too_many"): _("Three pictures at most."),
    ("pictures", "too_large"): _("A picture is larger than 600 kB. Choose a smaller size in your camera."),
    ("pictures", "not_a_picture"): _("A picture must be JPEG or PNG."),
    ("reason", "missing"): _("Please give the reason."),
    ("reason", "too_long"): _("This is too long. Please check it."),
    ("system", "unknown_system"): _("Choose from the list."),
    ("number", "not_yours"): _("No code with this number waits under your name and document. Compare it with the old code."),
    ("file", "unreadable"): _("The file cannot be read. Use CSV or an Excel workbook (.xlsx)."),
    ("document", "bad_length"): _("The number is too short or too long. A resident ID has 18 characters."),
    ("document", "bad_characters"): _(
        "A resident ID has 17 digits and a digit or X at the end; other documents have letters and digits only."
    ),
    ("document", "bad_checksum"): _(
        "One of the digits does not fit the others. Compare the number with the card, digit by digit."
    ),
    ("document", "unknown_region"): _("The first six digits never stood for a place. Compare them with the card."),
    ("document", "bad_birth_date"): _(
        "The birth date in the number (digits 7 to 14) does not exist. Compare it with the card."
    ),
    ("document", "future_birth"): _(
        "The birth date in the number lies in the future. Compare digits 7 to 14 with the card."
    ),
    ("name", "too_short"): _("Write the full name, at least two characters."),
    ("name", "too_long"): _("The name is too long: 50 characters at most. Write it as on the document."),
    ("name", "bad_characters"): _("Write Chinese characters or Latin letters as on the document; no digits or signs."),
    ("name", "mixed_scripts"): _("Write the name in Chinese characters or Latin letters, as on the document."),
    ("name", "bad_joiner"): _("A dot or hyphen must stand between two parts of the name, for example 迪丽·努尔."),
    ("phone", "bad_length"): _(
        "A mainland mobile number has 11 digits. For other countries begin with + and the country code."
    ),
    ("phone", "bad_characters"): _(
        "This is not a mobile number. Write the 11 digits; for other countries begin with + and the country code."
    ),
    ("old_code", "bad_code"): _("The code has 6 digits. Look at the newest message."),
    ("absorbed", "nobody"): _("Nobody, or several people, with this document or phone live in your region. Try the document."),
    ("survivor", "nobody"): _("Nobody, or several people, with this document or phone live in your region. Try the document."),
    ("who", "nobody"): _("Nobody, or several people, with this document or phone live in your region. Try the document."),
    ("code", "bad_code"): _("The code has 6 digits. Look at the newest message."),
    ("town", "missing"): _("Choose the town where you live now."),
    ("town", "unknown_town"): _("Choose a town from the list."),
    ("consents", "required_consent_missing"): _("Without these the code cannot work. Tick each one if you agree."),
    ("consents", "unknown_purpose"): _("Choose from the list."),
    ("document", "yourself"): _("This is you. Give the document of the person who walks with you."),
    ("document", "nobody"): _("Nobody with this document lives in your region. Check it digit by digit."),
    ("kind", "unknown_kind"): _("Choose the kind of card."),
    ("number", "bad_number"): _("A card number has 4 to 32 digits and Latin letters."),
    ("number", "bad_uid"): _("After nfc: come 8, 14 or 20 characters 0-9 and A-F, or ten digits."),
    ("number", "bad_length"): _("This is too long. Please check it."),
    ("declared", "declaration_missing"): _("Please confirm that what you gave is true."),
}


def fault_words(field: str, code: str) -> str:
    """The sentence for one fault of one field; a plain one if none was written."""
    return str(FAULTS.get((field, code), _("This cannot be right. Please check it.")))


@dataclass(frozen=True)
class PurposeWords:
    """A consent as people read it: what it is for, and what stops when it is withdrawn."""

    purpose: ConsentPurpose
    title: Any
    why: Any
    stops: Any

    @property
    def slug(self) -> str:
        """The purpose's stable name."""
        return self.purpose.slug


_CODE_STOPS = _("Your code, sheets and cards stop at once. Applying again brings the same code back.")
_SECTION_STOPS = _("The section disappears from your archive, no office can open it here, and nothing new is taken in.")
_PURPOSE_WORDS = {
    "verification": (
        _("Make, show and check my code"),
        _("Name, document number and phone are kept encrypted; a door sees only a masked name and the colour."),
        _CODE_STOPS,
    ),
    "health_checks": (
        _("Work out my colour from epidemic-control records"),
        _("By the one rule set of the province. You can see each reason; nobody can set a colour by hand."),
        _CODE_STOPS,
    ),
    "visit_records": (
        _("Record where my code was checked"),
        _("Kept for 30 days to trace infections, under a different pseudonym each day, then destroyed."),
        _CODE_STOPS,
    ),
    "notices": (
        _("Send me messages when my colour changes"),
        _("To the phone you apply with. You can switch this off at any time."),
        _("No more messages about your colour; the code goes on working."),
    ),
    "form_filling": (
        _("Fill in forms at service windows with my details"),
        _("Only when you show your code there. You can switch this off at any time."),
        _("Windows ask you to write your details yourself; the code goes on working."),
    ),
    "archive_household": (
        _("Household register in my archive"),
        _("The police send what the household register says of you, so that you see it in one place."),
        _SECTION_STOPS,
    ),
    "archive_social_security": (
        _("Social security in my archive"),
        _("The social security office sends your insurances and how long you have paid."),
        _SECTION_STOPS,
    ),
    "archive_medical_insurance": (
        _("Medical insurance in my archive"),
        _("The medical insurance office sends your plan, its state and your balance."),
        _SECTION_STOPS,
    ),
    "archive_credit": (
        _("Public credit in my archive"),
        _("The credit office sends honours, pledges and breaches. They never touch your colour."),
        _SECTION_STOPS,
    ),
    "archive_licences": (
        _("E-licences in my archive"),
        _("Issuing offices send your licences, so that you need not carry them."),
        _SECTION_STOPS,
    ),
}
PURPOSE_WORDS = tuple(PurposeWords(purpose, *_PURPOSE_WORDS[purpose.slug]) for purpose in PURPOSES)

CARRIER_KINDS = {
    "paper": _("Printed sheet"),
    "social_security": _("Social-security card"),
    "city": _("City card"),
    "bus": _("Bus card"),
    "park": _("Park card"),
    "fob": _("Access fob"),
}
COMPANION_BASES = {
    "consent": _("agreed on the own phone"),
    "phone": _("the same phone number"),
    "staff": _("checked by staff"),
    "guardian": _("guardianship"),
}
VOID_REASONS = {
    "reissued": _("replaced by a new sheet"),
    "lost": _("reported lost"),
    "consent_withdrawn": _("ended with an agreement that was withdrawn"),
    "left": _("ended with the record"),
    "expired": _("expired"),
}
DEVICES = {
    "android": _("Android phone"),
    "iphone": _("iPhone or iPad"),
    "harmony": _("HarmonyOS phone"),
    "computer": _("Computer"),
    "api": _("Another application"),
    "demo": _("Demonstration"),
}
APPLIED_VIA = {
    "page": _("citizen's page"),
    "api": _("open API"),
    "register": _("loaded from a register"),
    "family": _("a relative"),
    "desk": _("service window"),
    "entry": _("entry at the border"),
    "demo": _("Demonstration"),
}
OTHER_DEVICE = _("Another device")

STATES = {
    "pending": _("entered, not claimed yet"),
    "active": _("active"),
    "moved": _("moved away"),
    "deceased": _("deceased"),
    "closed": _("closed by the holder"),
    "merged": _("merged into another record"),
}
MERGE_STATES = {
    "asked": _("waiting for a decision"),
    "done": _("merged"),
    "refused": _("refused"),
    "undone": _("undone"),
}
GUARDIAN_KINDS = {"minor": _("child under 18"), "adult": _("adult of the family")}
REQUEST_KINDS = {"family": _("application for a relative"), "name": _("new name")}
REQUEST_STATES = {
    "waiting": _("waiting for review"),
    "approved": _("approved"),
    "declined": _("not approved"),
    "withdrawn": _("withdrawn"),
}
LEGACY_STATES = {
    "checked": _("looked at, not taken"),
    "taken": _("taken"),
    "dropped": _("thrown away"),
    "undone": _("undone"),
}
LEGACY_SYSTEMS = {
    "return_to_work": _("Return-to-work registration"),
    "compound": _("Compound pass"),
    "bus": _("Bus registration"),
    "taxi": _("Taxi registration"),
    "school": _("School registration"),
    "other": _("Another registration"),
}

READ_PURPOSES = {
    "window": _("Service at a window, the person is present"),
    "investigation": _("Epidemiological investigation"),
    "hotline": _("Answering an appeal or a 12345 call"),
    "correction": _("Correcting the person's data"),
}
# Purposes that the house itself writes; nobody chooses them in a form.
HOUSE_PURPOSES = {
    "download": _("Your own file, fetched by yourself"),
    "export": _("A list taken out by an office"),
    "review": _("Reviewing your request"),
}
READ_FIELDS = {
    "name": _("full name"),
    "document": _("document number"),
    "phone": _("phone"),
    "address": _("address"),
    "carriers": _("sheets and cards"),
    "guardians": _("guardians"),
    "request": _("request with pictures"),
    "merge": _("comparison of two records"),
    "state": _("state of the record"),
    "companions": _("companions"),
    "groups": _("groups"),
    "colour_history": _("colour history"),
    "whole_file": _("everything that is kept"),
    "household": _("household register"),
    "social_security": _("social security"),
    "medical_insurance": _("medical insurance"),
    "credit": _("public credit"),
    "licences": _("e-licences"),
    "correction": _("request for a correction"),
}


def read_purpose_words(purpose: str) -> str:
    """``hotline: order 12`` → the words for hotline, and the note; ``review: 3`` → the words for a review, no. 3."""
    slug, colon, note = purpose.partition(": ")
    if slug == "review" and note.isdecimal():
        return f"{HOUSE_PURPOSES[slug]} ({note})"
    words = READ_PURPOSES.get(slug) or HOUSE_PURPOSES.get(slug.partition(" ")[0] if colon else slug) or slug
    return f"{words}{': ' if colon else ''}{note}"
