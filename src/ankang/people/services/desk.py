"""Staff at a counter serve somebody in front of them: elders, newborns, people without a phone or papers (A1, A6, E9).

Each act is on record with its purpose, for the person to see.
"""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.permissions import regions_where
from ankang.base.services import record_read, region_codes_below
from ankang.core.identifiers import DocumentKind, provisional_number

from .. import companions
from ..errors import DetailsDoNotMatch, RegisteredElsewhere
from ..family import end_guardianship, start_guardianship
from ..models import Companion, Guardianship, Person
from ..rules import Application, check_who, same_name
from .applying import Accepted, accept, check
from .finding import find_person, match_person, people_with
from .legacy import person_of_code

DUTY = "people.assist"
PURPOSE_LENGTH = 200


def people_in_reach(user: Any) -> "QuerySet[Person]":
    """Persons of the towns this member of staff serves."""
    return Person.objects.filter(town__in=region_codes_below(regions_where(user, DUTY))).select_related("town")


def find_at_desk(user: Any, text: str, purpose: str, now: datetime) -> Person | None:
    """The one person of the reach with this document or phone; the look is on record. None also for several on a phone."""
    found = list(people_in_reach(user).filter(people_with(text))[:2])
    if len(found) != 1:
        return None
    put_on_record(user, found[0].pk, purpose, ("name", "document", "phone"), now)
    return found[0]


def find_by_old_code(user: Any, system: str, text: str, purpose: str, now: datetime) -> Person | None:
    """Whose old registration code this is, in the reach; the look is on record. None when nobody's."""
    found = person_of_code(user, system, text)
    if found is not None:
        put_on_record(user, found.pk, purpose, ("name", "document", "phone"), now)
    return found


def person_at_desk(user: Any, person: int) -> Person:
    """The person, if in reach. Raises NotFound."""
    found = people_in_reach(user).filter(pk=person).first()
    if found is None:
        raise NotFound()
    return found


def register_at_desk(
    user: Any, application: Application, purpose: str, now: datetime, guardian: str = ""
) -> Accepted:
    """Register somebody: no phone is needed, and no papers (kind ``provisional``: the house gives a number).

    ``guardian``: the document number of a minor's guardian who is on file; needed for a newborn without a number. Raises
    BadInput (details.fields), NotAllowed (another office's town), RegisteredElsewhere, DetailsDoNotMatch, PhoneFull, and
    what start_guardianship raises.
    """
    if application.document_kind == DocumentKind.PROVISIONAL and not application.document:
        application = replace(application, document=provisional_number(application.town, secrets.randbelow(10**8)))
    application = check(replace(application, via="desk"), now, alone=False)
    if application.town not in region_codes_below(regions_where(user, DUTY)):
        raise NotAllowed(details={"region": application.town})
    _refuse_others_people(user, application)
    keeper = _guardian(user, guardian) if guardian else None
    accepted = accept(application, now, by=user)
    if accepted is None:
        raise DetailsDoNotMatch()
    put_on_record(user, accepted.person.pk, purpose, ("name", "document", "phone"), now)
    if keeper is not None:
        put_on_record(user, keeper.pk, purpose, ("guardians",), now)
        start_guardianship(keeper.pk, accepted.person.pk, "minor", "desk", now)
    return accepted


def bind_companion_at_desk(
    user: Any, holder: int, kind: str, document: str, name: str, purpose: str, now: datetime
) -> Companion:
    """``holder`` may bring the person of this document, which staff have seen beside them; on record for both.

    Raises BadInput (details.fields; ``nobody``: not on file in the reach under this document and name), NotFound,
    TooManyCompanions.
    """
    person_at_desk(user, holder)
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    other = find_person(kind, document)
    if other is None or not same_name(other.name, name) or not people_in_reach(user).filter(pk=other.pk, state="active"):
        raise BadInput(details={"fields": {"companion": "nobody"}})
    return companions.bind(holder, other.pk, "staff", now, user, purpose[:PURPOSE_LENGTH])


def end_companion_at_desk(user: Any, pair: int, person: int, purpose: str, now: datetime) -> bool:
    """End a pair in which the person in front of staff stands; on record for both. False when it had ended. Raises NotFound."""
    person_at_desk(user, person)
    row = Companion.objects.filter(Q(holder=person) | Q(companion=person), pk=pair).first()
    if row is None:
        raise NotFound()
    for one in (row.holder_id, row.companion_id):
        put_on_record(user, one, purpose, companions.READ, now)
    return companions.end_all(row.holder_id, "staff", now, companion=row.companion_id) > 0


def end_guardianship_at_desk(user: Any, guardianship: int, person: int, why: str, purpose: str, now: datetime) -> None:
    """End a guardianship in which the person in front of staff stands; on record for both. Raises NotFound."""
    person_at_desk(user, person)
    if not Guardianship.objects.filter(Q(ward=person) | Q(guardian=person), pk=guardianship).exists():
        raise NotFound()
    end_guardianship(guardianship, None, user, why, now, purpose)


def put_on_record(user: Any, person: int, purpose: str, fields: tuple[str, ...], now: datetime) -> None:
    """Write who served the person, and why."""
    record_read(user, person, DUTY, purpose[:PURPOSE_LENGTH], fields, now)


def _refuse_others_people(user: Any, application: Application) -> None:
    """Who is on file under another office stays there until they move themselves, or that office moves them."""
    there = match_person(application.document_kind, application.document, application.name, application.country).person
    if there is not None and not people_in_reach(user).filter(pk=there.pk).exists():
        raise RegisteredElsewhere()


def _guardian(user: Any, document: str) -> Person:
    found = list(people_in_reach(user).filter(people_with(document), state="active")[:2])
    if len(found) != 1:
        raise BadInput(details={"fields": {"guardian": "nobody"}})
    return found[0]
