"""The consent a section is under. Offices send on their own duty, so nothing need be given first; the person may withdraw,
and then the section is neither taken in, nor shown, nor looked at (GB/T 35273; PIPL art. 15, 44).
"""

from collections.abc import Iterable

from ankang.people.models import Consent

from ..kinds import SectionKind


def withdrawn_among(people: Iterable[int], kind: SectionKind) -> set[int]:
    """Those of ``people`` who withdrew this section and did not give it again."""
    rows = Consent.objects.filter(person__in=list(people), purpose=kind.purpose).values_list("person", "withdrawn_at")
    live, gone = set(), set()
    for person, withdrawn_at in rows:
        (live if withdrawn_at is None else gone).add(person)
    return gone - live


def is_withdrawn(person: int, kind: SectionKind) -> bool:
    """Whether the person withdrew this section."""
    return person in withdrawn_among([person], kind)
