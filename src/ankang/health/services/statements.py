"""Signed reasons (I1): every yellow or red state of a person has one, made once, kept for ever, readable by its holder.

The same state gives the same statement: what is compared is the content without the moment of signing and the key.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.db import connection

from ankang.core.colours import Colour as CodeColour
from ankang.core.rules import RuleSet, Text, load
from ankang.core.statement_keys import PublicKey
from ankang.core.statements import (
    Holder,
    Issuer,
    RuleSetNamed,
    StatedReason,
    compact_text,
    file_text,
    make_statement,
    sign_statement,
)
from ankang.core.statements import Statement as Said
from ankang.people.services import MaskedPerson, masked_people
from ankang.trust.keyring import keyring
from ankang.trust.models import Key

from ..models import Colour, RuleRelease, Statement
from .colours import ReasonView, view_of

CHUNK = 500
STATED = (CodeColour.YELLOW, CodeColour.RED)
ISSUER = Text("安康码", "Ankang code")

# Who changed since the last statement, or has none. A state that came back finds its old statement and signs nothing.
_WAITING = """
SELECT c.person FROM health_colour c
WHERE c.colour IN (2, 3) AND c.person > %s AND NOT EXISTS (
    SELECT FROM health_statement s WHERE s.person = c.person AND s.made_at >= c.evaluated_at)
ORDER BY c.person LIMIT %s
"""
_INSERT = """
INSERT INTO health_statement (person, id, digest, document, signature, kid, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person, digest) DO NOTHING
"""


class StoredStatement(NamedTuple):
    """A statement as it was signed: what it says, the exact words (canonical form) and the signature over them."""

    id: UUID
    said: Said
    text: str
    signature: bytes
    made_at: datetime

    @property
    def file(self) -> str:
        """The file for its holder, with the public key for readers."""
        return file_text(self.text, self.signature, keyring().statement_keys().get(self.said.kid))

    @property
    def compact(self) -> str:
        """The form for a QR code."""
        return compact_text(self.text, self.signature)

    @property
    def colour(self) -> CodeColour:
        """The colour it explains."""
        return CodeColour[self.said.colour.upper()]


def statement_of(person: int, now: datetime) -> StoredStatement | None:
    """The signed reason of the person's present state; made now if the job was not there yet.

    None while the code is green (nothing to explain) or grey (being checked).
    """
    rows = list(Colour.objects.filter(person=person, colour__in=STATED))
    for said in _drafts(rows, now).values():
        stored = Statement.objects.filter(person=person, digest=said.digest).first()
        if stored is None:
            _store([(person, said)], now)
            stored = Statement.objects.get(person=person, digest=said.digest)
        return _view(stored)
    return None


def statements_of(person: int) -> list[StoredStatement]:
    """Every signed reason the person was ever given, newest first."""
    return [_view(row) for row in Statement.objects.filter(person=person).order_by("-made_at", "id")]


def one_statement(person: int, identity: UUID) -> StoredStatement | None:
    """The person's own statement ``identity``; None when it is not theirs."""
    row = Statement.objects.filter(person=person, id=identity).first()
    return _view(row) if row else None


def sign_waiting(now: datetime, after: int = 0, limit: int = CHUNK) -> tuple[int | None, int]:
    """Sign the states that wait for it, of at most ``limit`` people with numbers above ``after``.

    Returns the last number looked at (None: nobody is left) and how many statements were made; about 0.3 ms each.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [after, limit])
        people = [person for (person,) in cursor]
    if not people:
        return None, 0
    rows = Colour.objects.filter(person__in=people, colour__in=STATED)
    drafts = _drafts(list(rows), now)
    found = Statement.objects.filter(person__in=people).values_list("person", "digest")
    known = {(person, bytes(digest)) for person, digest in found}
    new = [(person, said) for person, said in drafts.items() if (person, said.digest) not in known]
    return people[-1], _store(new, now)


def _drafts(rows: Sequence[Colour], now: datetime) -> dict[int, Said]:
    """What is to be said of each state, by person, not yet signed. People who are no longer on file are left out."""
    people = masked_people({row.person for row in rows})
    named = dict(_rule_sets({row.rule_set for row in rows}))
    kid = keyring().statement_signer()[0]
    return {
        row.person: _draft(row, people[row.person], *named[row.rule_set], int(now.timestamp()), kid)
        for row in rows
        if row.person in people and row.rule_set in named
    }


def _rule_sets(names: Iterable[str]) -> Iterator[tuple[str, tuple[RuleSetNamed, RuleSet]]]:
    """The released rule sets by the name that colours carry: ``zhejiang-2020-07/1``."""
    for full in names:
        name, _, version = full.rpartition("/")
        approved = RuleRelease.objects.filter(state__in=RuleRelease.APPROVED, name=name)
        release = approved.filter(version=int(version)).first() if version.isdecimal() else None
        if release is not None:
            yield full, (RuleSetNamed(name, release.version, bytes(release.digest).hex()), _parsed(release.text))


@lru_cache(maxsize=16)
def _parsed(text: str) -> RuleSet:
    return load(text)


def _draft(row: Colour, person: MaskedPerson, named: RuleSetNamed, rules: RuleSet, issued_at: int, kid: int) -> Said:
    return make_statement(
        issuer=Issuer(ISSUER, settings.ANKANG_PUBLIC_URL),
        holder=Holder(person.name, person.document_kind, person.document),
        colour=CodeColour(row.colour).slug,
        since=int(row.since.timestamp()),
        until=int(row.until.timestamp()) if row.until else None,
        rule_set=named,
        reasons=reasons_by_rule(view_of(row).reasons, rules),
        appeal=appeal_of(person),
        issued_at=issued_at,
        kid=kid,
    )


def reasons_by_rule(reasons: Sequence[ReasonView], rules: RuleSet | None = None) -> list[StatedReason]:
    """One reason a rule with all the evidence behind it, worst first; with ``rules`` also the line each comes from."""
    grouped: dict[str, list[ReasonView]] = {}
    for reason in reasons:
        grouped.setdefault(reason.rule, []).append(reason)
    return [_stated(entries, rules) for entries in grouped.values()]


def _stated(entries: Sequence[ReasonView], rules: RuleSet | None) -> StatedReason:
    first = entries[0]
    written = rules.rule(first.rule) if rules else None
    ends = [entry.until for entry in entries if entry.until is not None]
    return StatedReason(
        rule=first.rule,
        text=Text(first.text_zh, first.text_en),
        evidence=tuple(sorted({entry.evidence for entry in entries})),
        since=min(int(entry.since.timestamp()) for entry in entries),
        until=int(max(ends).timestamp()) if len(ends) == len(entries) else None,
        ends_when=Text(first.ends_when_zh, first.ends_when_en),
        source=written.source if written else "",
    )


def appeal_of(person: MaskedPerson) -> Text:
    """What to do when the reason is wrong: the hotline, and the place in one's own town."""
    return Text(
        f"如有异议，请拨打12345，或带身份证件到{person.town}便民服务中心。",
        f"If this is wrong, call 12345, or bring your ID to the service centre of {person.town_en}.",
    )


def _store(new: Sequence[tuple[int, Said]], now: datetime) -> int:
    signer = keyring().statement_signer()[1]
    rows = [
        (person, uuid4(), said.digest, said.text, sign_statement(said, signer), said.kid, now) for person, said in new
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    return len(rows)


def _view(row: Statement) -> StoredStatement:
    said = msgspec.json.decode(row.document, type=Said)
    return StoredStatement(row.id, said, row.document, bytes(row.signature), row.made_at)


def published_keys() -> list[PublicKey]:
    """Every public key that ever signed reasons here, the newest first."""
    rows = Key.objects.filter(purpose="statement_sign", public__isnull=False).order_by("-kid")
    return [PublicKey(row.kid, "SM2", bytes(row.public).hex(), int(row.not_before.timestamp())) for row in rows]
