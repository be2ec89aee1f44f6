"""The rows of a list of people who are to get sheets or cards: columns, whom they mean, and what is wrong with them."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ankang.base.permissions import regions_where
from ankang.base.reading import Column, GoodRow, Reading, Refusal, RowFault, Words
from ankang.base.services import region_codes_below
from ankang.core.cards import NFC, CardFault, card_name

from .carriers import is_bound_elsewhere
from .models import Person
from .rules import CARD_KINDS, same_name
from .services import find_person
from .words import CARRIER_KINDS

MOST_ROWS = 2_000
ISSUE = "carriers.issue_in_bulk"

_WHO = (
    Column("name", "姓名", "name", "text", example="王小明"),
    Column("document_kind", "证件类型", "document_kind", "document_kind"),
    Column("document", "证件号码", "document", "document", also=("身份证号", "身份证号码"), required=True, example="110101199003070134"),
)  # fmt: skip
_CARD_WORDS = {
    "社保卡": "social_security",
    "市民卡": "city",
    "公交卡": "bus",
    "公园卡": "park",
    "年卡": "park",
    "门禁卡": "fob",
}
COLUMNS: dict[str, tuple[Column, ...]] = {
    "print": _WHO,
    "bind": (
        *_WHO,
        Column(
            "kind", "卡种", "card_kind", "choice", also=("卡类型",), required=True, example="公交卡",
            values=_CARD_WORDS | {kind: kind for kind in CARD_KINDS},
        ),
        Column("number", "卡号", "card_number", "text", also=("卡面号码",), example="5555 6666"),
        Column("uid", "芯片号", "uid", "text", also=("NFC", "UID", "NFC号")),
    ),
}  # fmt: skip

OWN_FAULTS: Words = {
    "nobody": ("没有此人，或不在您的辖区", "Nobody with this document in your region"),
    "name_differs": ("姓名与登记的不一致", "The name is not the one on file"),
    "person_twice": ("此人在名单里出现两次", "The person is in the list twice"),
    "card_twice": ("这张卡在名单里出现两次", "The card is in the list twice"),
    "no_card": ("请填写卡号或芯片号，只填一个", "Give the card number or the chip's number, one of them"),
    "bad_uid": ("芯片号应为 8、14 或 20 位十六进制数", "A chip's number has 8, 14 or 20 hexadecimal digits"),
    "card_taken": ("这张卡已绑定他人", "The card is bound to somebody else"),
    "too_many_cards": ("此人已绑定 10 张卡", "Ten cards are bound to this person already"),
    "too_many_sheets": ("今天补办次数已满", "No more sheets for this person today"),
}


class Wanted(NamedTuple):
    """A row that can be done: for whom, and which card (empty for a sheet)."""

    row: int
    person: int
    kind: str
    number: str
    cells: list[str]


def people_in_reach(by: Any) -> Any:
    """The persons for whom this member of staff may do so by the list."""
    return Person.objects.filter(town__in=region_codes_below(regions_where(by, ISSUE)))


def wanted_rows(kind: str, reading: Reading, by: Any) -> tuple[list[Wanted], list[Refusal]]:
    """Good rows and refused ones, each in the order of the file."""
    reach, seen, good, refused = people_in_reach(by), set[str](), list[Wanted](), list(reading.refused)
    for row in reading.good:
        try:
            good.append(_wanted(kind, row, reach, seen))
        except RowFault as fault:
            refused.append(Refusal(row.number, fault.code, fault.column, row.cells))
    return good, sorted(refused)


def masked_rows(rows: Iterable[Wanted]) -> Iterator[dict[str, Any]]:
    """Rows as a preview shows them: who, masked; which card, its last four."""
    from .services import masked

    rows = list(rows)
    persons = Person.objects.select_related("town").in_bulk([row.person for row in rows])
    for row in rows:
        if (person := persons.get(row.person)) is not None:
            word = CARRIER_KINDS[row.kind] if row.kind else ""
            yield {"row": row.row, "person": masked(person), "card": word, "digits": row.number[-4:]}


def _wanted(kind: str, row: GoodRow, reach: Any, seen: set[str]) -> Wanted:
    document_kind, _, number = row.values["document"].partition(":")
    person = find_person(document_kind, number)
    if person is None or not reach.filter(pk=person.pk).exists():
        raise RowFault("nobody", "证件号码")
    if row.values.get("name") and not same_name(person.name, row.values["name"]):
        raise RowFault("name_differs", "姓名")
    if kind == "print":
        _once(f"person:{person.pk}", seen, "person_twice", "证件号码")
        return Wanted(row.number, person.pk, "", "", row.cells)
    name = _card(row.values)
    _once(name, seen, "card_twice", "卡号")
    if is_bound_elsewhere(name, person.pk):
        raise RowFault("card_taken", "卡号")
    return Wanted(row.number, person.pk, row.values["kind"], name, row.cells)


def _once(what: str, seen: set[str], code: str, column: str) -> None:
    if what in seen:
        raise RowFault(code, column)
    seen.add(what)


def _card(values: dict[str, Any]) -> str:
    """The card's one spelling (core.cards), from its printed number or its chip's."""
    number, uid = values.get("number", ""), values.get("uid", "")
    if bool(number) == bool(uid):
        raise RowFault("no_card", "卡号")
    try:
        return card_name(number or NFC + uid.lower().removeprefix(NFC))
    except CardFault as fault:
        raise RowFault("bad_uid" if uid else fault.detail, "芯片号" if uid else "卡号") from None
