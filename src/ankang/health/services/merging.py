"""What becomes of colours when a person's record ends, comes back, or turns out to be another one's (requirement A1).

No colour is set. A record that ended is not evaluated: it is grey, "cannot know". Of two records of one person the evidence
of both is evaluated together: each standing record of the absorbed one is recorded again for the survivor, its source as it
was, with the merge and the original's number. An undo retracts those copies; the originals were never touched.
"""

from datetime import datetime

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.core.colours import Colour as CodeColour

from ..engine import NOT_RETRACTED
from ..models import Colour
from ..rules import change_of, unchecked
from .colours import check_person, colour_of, state_of
from .feed import append_changes, share_engine
from .negative_tests import forget_test, join_tests

_COPY = f"""
INSERT INTO health_evidence (person, id, kind, occurred_at, recorded_at, source, attributes)
SELECT %(survivor)s, gen_random_uuid(), e.kind, e.occurred_at, %(now)s,
    e.source || jsonb_build_object('merged_from', %(absorbed)s::bigint::text, 'original', e.id::text), e.attributes
FROM health_evidence e WHERE e.person = %(absorbed)s AND {NOT_RETRACTED}
"""
_TAKE_BACK = f"""
INSERT INTO health_retraction (person, evidence, reason, by, at)
SELECT e.person, e.id, %(reason)s, 'ankang', %(now)s FROM health_evidence e
WHERE e.person = %(survivor)s AND e.source->>'merged_from' = %(absorbed)s::bigint::text AND {NOT_RETRACTED}
"""
_COPIES_OF = f"""
SELECT e.person, e.id FROM health_evidence e
WHERE e.person = (SELECT p.merged_into_id FROM people_person p WHERE p.id = %s) AND e.source->>'original' = %s
    AND {NOT_RETRACTED}
"""


def shelve(person: int, now: datetime) -> None:
    """The record has ended: no door and no list shows it green from the next second on. One row of the feed."""
    share_engine()
    row = Colour.objects.select_for_update().filter(person=person).first()
    if row is None or row.colour == CodeColour.GREY:
        return
    state = unchecked(now)
    change = change_of(person, state_of(row), state)
    Colour.objects.filter(person=person).update(**state._asdict(), evaluated_at=now)
    append_changes([change] if change else [], now)


def unshelve(person: int, now: datetime) -> None:
    """The record is alive again: its colour is what the evidence says."""
    check_person(person, now)


def merge_evidence(absorbed: int, survivor: int, now: datetime) -> None:
    """What is on file of both counts for the survivor: the worse stands, with its reasons."""
    share_engine()
    with connection.cursor() as cursor:
        cursor.execute(_COPY, {"absorbed": absorbed, "survivor": survivor, "now": now})
    join_tests(absorbed, survivor)
    check_person(survivor, now)


def part_evidence(absorbed: int, survivor: int, now: datetime) -> None:
    """They are two people: the copies are retracted, each one's own evidence counts for each alone."""
    share_engine()
    words = {"absorbed": absorbed, "survivor": survivor, "now": now, "reason": "the merge of two records was undone"}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, words)
    for person in sorted((absorbed, survivor)):
        forget_test(person)
        check_person(person, now)


def copies_of(person: int, evidence: str) -> list[tuple[int, str]]:
    """Where a record of an absorbed person counts today: what is retracted there is retracted here too."""
    with connection.cursor() as cursor:
        cursor.execute(_COPIES_OF, [person, evidence])
        return [(other, str(number)) for other, number in cursor.fetchall()]


def facts_for_merge(person: int, now: datetime) -> list[tuple[str, str]]:
    """What a comparison of two records shows of each one's health: the colour and why."""
    lang, colour = get_language() or "zh-hans", colour_of(person)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM health_evidence e WHERE e.person = %s AND {NOT_RETRACTED}", [person])
        (count,) = cursor.fetchone()
    facts = [(_("colour"), colour.colour.word(lang)), (_("records of evidence"), str(count))]
    return facts + [(_("reason"), reason.text(lang)) for reason in colour.reasons[:5]]
