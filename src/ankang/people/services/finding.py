"""Who is it? Persons by document and phone, or by name and birth date, through blind indices; and the towns they may live in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from ankang.base.models import Region
from ankang.base.reach import province_wide
from ankang.core.identifiers import DocumentKind, IdentifierFault, check_document, check_phone
from ankang.trust.keyring import keyring

from ..known_by import name_born_blind
from ..models import FormerDocument, Person
from ..rules import same_name

AT_ONCE = 5_000
"""Documents asked for in one query."""


class Known(NamedTuple):
    """Somebody whom a document may mean, the names under which it opens, and the country it came with."""

    person: Person
    names: list[str]
    country: str


class Match(NamedTuple):
    """Whom document and name mean; ``on_file``: the document is known, whatever the name."""

    person: Person | None
    on_file: bool


def document_blind(kind: str, document: str) -> bytes:
    """The blind index of a checked document."""
    return keyring().blind("document", f"{kind}:{document}")


def towns() -> list[Region]:
    """The towns a resident may name, in the county's order."""
    return list(Region.objects.filter(level="town").order_by("code"))


def find_person(kind: str, document: str, country: str = "") -> Person | None:
    """The person with this checked document, also by a former one or one of a merged record."""
    with province_wide():
        return next((one.person for one in _known(kind, document, country)), None)


def match_person(kind: str, document: str, name: str, country: str = "") -> Match:
    """The person on file under this checked document and name.

    A passport is known by number and country; records that came without a country count where the name fits.
    """
    with province_wide():
        return match_of(_known(kind, document, country), name, country)


def match_of(known: Sequence[Known], name: str, country: str = "") -> Match:
    """The same among those whom :func:`known_by_documents` found."""
    fitting = [one.person for one in known if any(same_name(own, name) for own in one.names)]
    return Match(fitting[0] if fitting else None, any(country in ("", one.country) for one in known))


def known_by_documents(blinds: Iterable[bytes]) -> dict[bytes, list[Known]]:
    """Whom each of these documents may mean, by its blind index: who has it (a merged record means who it went into), then who
    had it. Two queries for ``AT_ONCE`` documents; the caller may see the whole province."""
    found, wanted = defaultdict[bytes, list[Known]](list), sorted(set(blinds))
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        rows = Person.objects.filter(document_blind__in=some).select_related("merged_into", "town")
        for row in rows.order_by("-document_country", "id"):
            into = row.merged_into
            found[bytes(row.document_blind)].append(Known(into or row, [row.name, *([into.name] if into else [])], row.document_country))
        for old in FormerDocument.objects.filter(document_blind__in=some).select_related("person", "person__merged_into"):
            person = old.person.merged_into or old.person
            found[bytes(old.document_blind)].append(Known(person, [person.name, old.person.name], old.country))
    return dict(found)


def blinds_matching(text: str) -> tuple[list[bytes], list[bytes]]:
    """The blind indices under which ``text`` would stand as a document and as a phone; empty where it is neither."""
    documents = []
    for kind in DocumentKind:
        try:
            documents.append(document_blind(kind.value, check_document(kind.value, text)))
        except IdentifierFault:
            continue
    try:
        phones = [keyring().blind("phone", check_phone(text))]
    except IdentifierFault:
        phones = []
    return documents, phones


def people_with(text: str) -> Q:
    """The condition on persons: this document (a former one too, or of a merged record), or this phone."""
    documents, phones = blinds_matching(text)
    persons = Person.objects.filter(document_blind__in=documents)
    return _one_of(
        persons.values("pk"),
        persons.filter(state="merged").values("merged_into"),
        Person.objects.filter(phone_blind__in=phones).values("pk"),
        FormerDocument.objects.filter(document_blind__in=documents).values("person"),
    )


def people_named(name: str, born: date) -> Q:
    """The condition on persons: this whole name and this birth date (also of a merged record)."""
    persons = Person.objects.filter(name_born_blind=name_born_blind(name, born))
    return _one_of(persons.values("pk"), persons.filter(state="merged").values("merged_into"))


def _one_of(first: "QuerySet[Any, Any]", *others: "QuerySet[Any, Any]") -> Q:
    """Persons whose number one of these finds, each by an index of its own: joined by OR they would read the whole table."""
    return Q(pk__in=first.union(*others, all=True)) & ~Q(state="merged")


def _known(kind: str, document: str, country: str) -> list[Known]:
    """Whom this document may mean; with a country, records of another one are left out."""
    blind = document_blind(kind, document)
    found = known_by_documents([blind]).get(blind, [])
    return [one for one in found if one.country in (country, "")] if country else found
