"""A good row with its person and its numbers as blind indexes: from here on no document and no phone is in clear."""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from ankang.archive.kinds import Values
from ankang.core.evidence import Attributes
from ankang.people.services.entering import Traveller
from ankang.trust.keyring import keyring

from ..faults import RowFault
from ..kinds import FeedKind
from ..rows import Parsed


class Marked(NamedTuple):
    """A good row. ``document`` or ``phone``: the blind index of its person; ``number``: of its issuer's number;
    ``content``: an HMAC of all it says, by which the same row is known again. ``traveller``, of a feed that opens records
    alone: who entered, in clear, for as long as the row is worked on.
    """

    occurred_at: int
    attributes: Attributes | Values
    name: str
    worsens: bool
    document: bytes | None
    phone: bytes | None
    number: bytes | None
    content: bytes
    traveller: Traveller | None = None


class ReadRow(NamedTuple):
    """A row after reading: its number, its cells, and what they say, or why they cannot be taken; None: it is empty."""

    number: int
    cells: list[str]
    content: Marked | RowFault | None


def marked(kind: FeedKind, row: Parsed) -> Marked:
    """``row`` with its blind indexes."""
    blind = keyring().blind
    said = msgspec.json.encode(row.attributes).decode()
    return Marked(
        row.occurred_at,
        row.attributes,
        row.name,
        row.worsens,
        None if row.document is None else blind("document", row.document),
        None if row.document is not None else blind("phone", row.phone or ""),
        blind(f"feed number {kind.slug}", row.number)[:16] if row.number else None,
        blind(f"feed row {kind.slug}", f"{row.document or row.phone}\0{row.occurred_at}\0{said}"),
        _traveller(row) if kind.opens else None,
    )


def _traveller(row: Parsed) -> Traveller | None:
    if row.document is None:
        return None
    kind, document = row.document.split(":", 1)
    return Traveller(row.name, kind, document, row.issuer, row.born, datetime.fromtimestamp(row.occurred_at, UTC))
