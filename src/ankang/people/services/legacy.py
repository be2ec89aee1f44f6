"""Registration codes that were there before the one code (A1): a list comes in, is looked at, taken, and undone.

The list is kept sealed for a month, so that refused rows can be mended; findings name rows and faults, never contents. A code's
person is known by document and name; where nobody applied yet it waits, and finds its person when they apply.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import regions_where
from ankang.base.reach import province_wide
from ankang.base.reading import (
    Column,
    FileFault,
    GoodRow,
    Reading,
    Refusal,
    RowFault,
    Words,
    read_table,
    refused_table,
    sentence,
)
from ankang.base.services import region_codes_below
from ankang.core.sm import sm3
from ankang.trust.keyring import keyring

from ..errors import AlreadyReviewed, TooManyClaims
from ..locks import lock_document
from ..models import ClaimTry, FormerDocument, LegacyCode, LegacyImport, Person
from ..rules import CODES_PER_DAY, LEGACY_SYSTEMS, same_name
from .finding import Known, document_blind, known_by_documents, match_of
from .keeping import name_of

DUTY = "people.import"
MOST_ROWS = 20_000
LIST_KEPT = timedelta(days=30)
_LABEL = "legacyimport.content"
COLUMNS = (
    Column("number", "登记码", "code", "text", also=("登记编号", "码号"), required=True, example="FG-2020-000123"),
    Column("name", "姓名", "name", "text", required=True, example="王小明"),
    Column("document_kind", "证件类型", "document_kind", "document_kind"),
    Column("document", "证件号码", "document", "document", also=("身份证号", "身份证号码"), required=True, example="110101199003070134"),
)  # fmt: skip
FAULTS: Words = {
    "bad_code": ("登记码应为 4 至 40 位字母或数字", "A code has 4 to 40 letters or digits"),
    "code_twice": ("登记码在名单里出现两次", "The code is in the list twice"),
    "code_taken": ("登记码已经登记过", "The code is on file already"),
    "name_differs": ("姓名与登记的不一致", "The name is not the one on file"),
}


def check_list(user: Any, system: str, region: str, file_name: str, body: bytes, now: datetime) -> LegacyImport:
    """Read a list and say what would become of each row; nothing is taken yet. The same list again is the same import, looked at
    anew: what was on file then may be another's by now.

    Raises BadInput: unknown system, another office's region, or a file that cannot be read (details.fields.file).
    """
    if system not in LEGACY_SYSTEMS or region not in region_codes_below(regions_where(user, DUTY)):
        raise BadInput(details={"fields": {"system": "unknown_system"}})
    digest = sm3(system.encode() + b"\0" + body)
    there = LegacyImport.objects.filter(digest=digest, state__in=("checked", "taken")).first()
    if there is not None and there.state == "taken":
        return there
    try:
        good, refused, reading = _sorted_rows(user, system, read_table(body, file_name, COLUMNS, MOST_ROWS))
    except FileFault as fault:
        raise BadInput(details={"fields": {"file": "unreadable"}, "file": fault.code}) from None
    findings = {
        "good": len(good),
        "refused": len(refused),
        "on_file": sum(person is not None for _, person in good),
        "faults": [{"row": one.row, "code": one.code, "column": one.column} for one in refused[:200]],
        "header": len(reading.header),
    }
    if there is not None:
        there.findings = findings
        there.save(update_fields=["findings"])
        return there
    return LegacyImport.objects.create(
        system=system,
        file_name=file_name[:200],
        region_id=region,
        content=keyring().seal("people", body, _LABEL),
        digest=digest,
        findings=findings,
        by=user.pk,
        by_name=name_of(user),
        at=now,
    )


def take_list(user: Any, number: int, now: datetime) -> LegacyImport:
    """Take the good rows. Raises NotFound, AlreadyReviewed."""
    row = _locked(user, number, "checked")
    body = keyring().unseal("people", bytes(row.content or b""), _LABEL)
    good, _refused, _reading = _sorted_rows(user, row.system, read_table(body, row.file_name, COLUMNS, MOST_ROWS))
    LegacyCode.objects.bulk_create([_code(row, *one) for one in good], batch_size=1000, ignore_conflicts=True)
    row.state, row.taken_at = "taken", now
    row.save(update_fields=["state", "taken_at"])
    return row


def undo_list(user: Any, number: int, now: datetime) -> int:
    """It was the wrong list: its codes go; how many. Raises NotFound, AlreadyReviewed."""
    row = _locked(user, number, "taken")
    gone, _ = LegacyCode.objects.filter(source=row).delete()
    row.state, row.undone_at, row.content = "undone", now, None
    row.save(update_fields=["state", "undone_at", "content"])
    return gone


def drop_list(user: Any, number: int) -> None:
    """Throw a list away that was only looked at. Raises NotFound, AlreadyReviewed."""
    row = _locked(user, number, "checked")
    row.state, row.content = "dropped", None
    row.save(update_fields=["state", "content"])


def forget_lists(now: datetime) -> int:
    """A month after a list was handed in its content goes: what was not taken is dropped, refused rows are mended no more."""
    old = LegacyImport.objects.filter(at__lt=now - LIST_KEPT, content__isnull=False)
    old.filter(state="checked").update(state="dropped")
    return old.update(content=None)


def refused_rows(user: Any, number: int, lang: str) -> Any:
    """The rows that were refused, as they came, with why: to mend and hand in again. Raises NotFound."""
    row = imports_in_reach(user).filter(pk=number, content__isnull=False).first()
    if row is None:
        raise NotFound()
    body = keyring().unseal("people", bytes(row.content or b""), _LABEL)
    _good, refused, reading = _sorted_rows(user, row.system, read_table(body, row.file_name, COLUMNS, MOST_ROWS), row.pk)
    return refused_table(reading.header, refused, lang, FAULTS)


def imports_in_reach(user: Any) -> "QuerySet[LegacyImport]":
    """The lists of the regions of this member of staff, newest first."""
    towns = region_codes_below(regions_where(user, DUTY))
    return LegacyImport.objects.filter(region__in=towns).select_related("region").order_by("-at", "-pk")


def person_of_code(user: Any, system: str, text: str) -> Person | None:
    """Whose old code this is, in the towns of this member of staff; None when nobody's."""
    towns = region_codes_below(regions_where(user, "people.assist"))
    rows = LegacyCode.objects.filter(system=system, number_blind=_blind(system, _tidy(text)), person__town__in=towns)
    found = rows.select_related("person", "person__town").first()
    return found.person if found else None


def exchange_code(person: int, system: str, text: str, now: datetime) -> bool:
    """Merge an old code of the person into the one code: it waits under their document and name. False: it is theirs already.

    Raises BadInput, with one answer for a code that nobody has and for one of somebody else, so that nobody learns whose
    it is. Wrong tries are counted like wrong claims: raises TooManyClaims; the caller does not roll back.
    """
    mine = Person.objects.get(pk=person)
    key = keyring().blind("legacy try", str(person))
    lock_document(bytes(mine.document_blind))
    if ClaimTry.objects.filter(key=key, at__gt=now - timedelta(days=1)).count() >= CODES_PER_DAY:
        raise TooManyClaims()
    rows = LegacyCode.objects.select_for_update().filter(system=system, number_blind=_blind(system, _tidy(text)))
    row = rows.first()
    documents = {bytes(mine.document_blind), *_former(person)}
    if row is None or row.person_id not in (None, person) or not _fits(row, mine, documents):
        ClaimTry.objects.create(key=key, at=now)
        raise BadInput(details={"fields": {"number": "not_yours"}})
    if row.person_id == person:
        return False
    row.person = mine
    row.save(update_fields=["person"])
    return True


def _fits(row: LegacyCode, person: Person, documents: set[bytes]) -> bool:
    return row.person_id == person.pk or (bytes(row.document_blind) in documents and same_name(row.name, person.name))


def _former(person: int) -> set[bytes]:
    rows = FormerDocument.objects.filter(person=person).values_list("document_blind", flat=True)
    return {bytes(blind) for blind in rows}


def fault_sentence(code: str, lang: str) -> str:
    """A row's fault in words."""
    return sentence(code, lang, FAULTS)


Good = tuple[GoodRow, Person | None]


def _sorted_rows(
    user: Any, system: str, reading: Reading, own: int | None = None
) -> tuple[list[Good], list[Refusal], Reading]:
    """Good rows with their person (None: nobody applied yet, or in another office's town), and the refused ones."""
    towns = set(region_codes_below(regions_where(user, DUTY)))
    good, refused, seen = list[Good](), list(reading.refused), set[str]()
    blinds = {_blind(system, _tidy(str(row.values["number"]))) for row in reading.good}
    documents = [document_blind(*str(row.values["document"]).split(":", 1)) for row in reading.good]
    with province_wide():
        there = LegacyCode.objects.filter(system=system, number_blind__in=blinds).exclude(source=own)
        taken = {bytes(blind) for blind in there.values_list("number_blind", flat=True)}
        known = known_by_documents(documents)
    for row, document in zip(reading.good, documents, strict=True):
        try:
            good.append((row, _owner(system, row, seen, taken, towns, known.get(document, []))))
        except RowFault as fault:
            refused.append(Refusal(row.number, fault.code, fault.column, row.cells))
    return good, sorted(refused), reading


def _owner(
    system: str, row: GoodRow, seen: set[str], taken: set[bytes], towns: set[str], known: list[Known]
) -> Person | None:
    number = _tidy(str(row.values["number"]))
    if not re.fullmatch(r"[0-9A-Z]{4,40}", number):
        raise RowFault("bad_code", "登记码")
    if number in seen:
        raise RowFault("code_twice", "登记码")
    if _blind(system, number) in taken:
        raise RowFault("code_taken", "登记码")
    seen.add(number)
    if not known or known[0].person.town_id not in towns:
        return None  # a list tells nobody who is on file elsewhere; there the person exchanges the code themselves
    match = match_of(known, str(row.values["name"]))
    if match.person is None and match.on_file:
        raise RowFault("name_differs", "姓名")
    return match.person


def _code(source: LegacyImport, row: GoodRow, person: Person | None) -> LegacyCode:
    number = _tidy(str(row.values["number"]))
    return LegacyCode(
        system=source.system,
        number_blind=_blind(source.system, number),
        last_digits=number[-4:],
        name=str(row.values["name"]),
        document_blind=keyring().blind("document", str(row.values["document"])),
        person=person,
        source=source,
    )


def _tidy(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text[:100])).upper()


def _blind(system: str, number: str) -> bytes:
    return keyring().blind("legacy code", f"{system}:{number}")


def _locked(user: Any, number: int, state: str) -> LegacyImport:
    if not imports_in_reach(user).filter(pk=number).exists():
        raise NotFound()
    row = LegacyImport.objects.select_for_update().get(pk=number)
    if row.state != state:
        raise AlreadyReviewed()
    return row
