"""An officer looks at the own section of one person: the purpose first, and the look on record (G3, I8)."""

from datetime import datetime
from typing import Any

from ankang.base.errors import BadInput, NotAllowed
from ankang.base.permissions import may
from ankang.base.services import record_read
from ankang.people.models import Person
from ankang.people.services import people_with

from ..errors import SectionWithdrawn
from ..kinds import SectionKind
from ..models import Item
from ..rules import current
from .consent import is_withdrawn
from .items import numbers_of
from .reach import own_items, people_for


def find_for_section(user: Any, kind: SectionKind, text: str) -> Person | None:
    """The one person of the reach with this document or phone; None also for several on one phone."""
    found = list(people_for(user, kind).filter(people_with(text))[:2])
    return found[0] if len(found) == 1 else None


def look(user: Any, kind: SectionKind, person: Person, purpose: str, now: datetime) -> list[Item]:
    """What the user's office sent about the person, in clear, after the look is on record.

    Raises NotAllowed, BadInput without a purpose, SectionWithdrawn.
    """
    if not may(user, kind.permission) or not people_for(user, kind).filter(pk=person.pk).exists():
        raise NotAllowed(details={"permission": kind.permission})
    if not purpose.strip():
        raise BadInput(details={"fields": {"purpose": "missing"}})
    if is_withdrawn(person.pk, kind):
        raise SectionWithdrawn()
    record_read(user, person.pk, kind.permission, purpose[:200], (kind.slug,), now)
    return current(own_items(user, kind, numbers_of(person.pk)))
