"""Who is it? Persons by document and phone, through blind indices; and the towns they may live in."""

from ankang.base.models import Region
from ankang.core.identifiers import DocumentKind, IdentifierFault, check_document, check_phone
from ankang.trust.keyring import keyring

from ..models import Person


def document_blind(kind: str, document: str) -> bytes:
    """The blind index of a checked document."""
    return keyring().blind("document", f"{kind}:{document}")


def towns() -> list[Region]:
    """The towns a resident may name, in the county's order."""
    return list(Region.objects.filter(level="town").order_by("code"))


def find_person(kind: str, document: str) -> Person | None:
    """The person with this checked document."""
    return Person.objects.filter(document_blind=document_blind(kind, document)).first()


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
