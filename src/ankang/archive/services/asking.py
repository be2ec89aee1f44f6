"""A person asks that an item be corrected (PIPL art. 46, GB/T 35273 8.2); the request goes to the office that sent it."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from ankang.base.errors import BadInput, NotFound
from ankang.core.names import has_control
from ankang.people.models import Person
from ankang.trust.keyring import keyring

from ..errors import CorrectionOpen, DocumentRefused, TooManyCorrections
from ..kinds import section_kinds
from ..models import Correction, Item
from ..rules import CORRECTIONS_OPEN, DOCUMENT_BYTES, DOCUMENT_DAYS, OPEN_STATES, WORDS_LONGEST, current
from .consent import is_withdrawn
from .items import fresh_item, numbers_of

LABEL = "correction.document"
_SIGNS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"))


def item_of(person: int, item: uuid.UUID) -> Item:
    """An item of the person that counts now, of a section that is not withdrawn. Raises NotFound."""
    found = fresh_item(person, item)
    if found is None or is_withdrawn(person, section_kinds()[found.section]):
        raise NotFound()
    alike = Item.objects.filter(person__in=numbers_of(person), section=found.section)
    if found.id not in {one.id for one in current(alike)}:
        raise NotFound()
    return found


def ask_correction(person: int, item: uuid.UUID, words: str, document: bytes | None, now: datetime) -> Correction:
    """Ask the office that sent ``item``. Raises NotFound, BadInput, DocumentRefused, CorrectionOpen, TooManyCorrections."""
    words = words.strip()
    if not words or len(words) > WORDS_LONGEST or has_control(words.replace("\n", "").replace("\r", "")):
        raise BadInput(details={"fields": {"words": "missing" if not words else "too_long"}})
    media_type = _media_type(document) if document else ""
    found = item_of(person, item)
    Person.objects.select_for_update().get(pk=person)
    if Correction.objects.filter(person=person, state__in=OPEN_STATES).count() >= CORRECTIONS_OPEN:
        raise TooManyCorrections()
    try:
        with transaction.atomic():
            return Correction.objects.create(
                person=person,
                item=found.id,
                section=found.section,
                region_id=found.region_id,
                office=found.office,
                words=words,
                document=keyring().seal("archive", document, LABEL) if document else None,
                media_type=media_type,
                asked_at=now,
            )
    except IntegrityError:
        raise CorrectionOpen() from None


def corrections_of(person: int) -> list[Correction]:
    """What the person asked for, newest first."""
    return list(Correction.objects.filter(person=person).order_by("-asked_at")[:100])


def forget_documents(now: datetime) -> int:
    """Destroy the uploads of requests that were answered a month ago; how many."""
    old = Correction.objects.filter(decided_at__lt=now - timedelta(days=DOCUMENT_DAYS), document__isnull=False)
    return old.exclude(state__in=OPEN_STATES).update(document=None, media_type="")


def _media_type(document: bytes) -> str:
    if len(document) > DOCUMENT_BYTES:
        raise DocumentRefused(details={"fields": {"document": "too_large"}})
    for sign, media_type in _SIGNS:
        if document.startswith(sign):
            return media_type
    raise DocumentRefused(details={"fields": {"document": "not_a_picture"}})
