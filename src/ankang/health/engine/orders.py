"""What is said to a surveying process, and how: frames of msgpack over its pipes."""

from typing import Any, BinaryIO

import msgspec

from ankang.core.evidence import Evidence, stored
from ankang.core.rules import Area, AreaIndex, RuleSet
from ankang.core.rules.language import RuleFile
from ankang.core.rules.plan import a_plan

from .findings import Basis
from .reading import Wanted
from .records import a_stored_record


class Order(msgspec.Struct, frozen=True):
    """Everything a process needs to survey its share; ``extra``: person, id, kind, moment, attributes as JSON."""

    database: dict[str, str]
    rules: RuleFile
    areas: list[Area]
    moment: Any
    wanted: Wanted
    extra: list[tuple[int, str, str, int, str]]


def an_order(database: dict[str, str], basis: Basis, wanted: Wanted, extra: dict[int, list[Evidence]]) -> bytes:
    """The order as bytes."""
    rules = msgspec.structs.replace(basis.rule_set.file, examples=())
    records = [
        (
            person,
            record.id,
            record.kind.value,
            record.occurred_at,
            msgspec.json.encode(stored(record.attributes)).decode(),
        )
        for person, given in extra.items()
        for record in given
    ]
    return msgspec.msgpack.encode(Order(database, rules, list(basis.areas), basis.moment, wanted, records))


def read_order(message: bytes) -> tuple[Order, Basis, dict[int, list[Evidence]]]:
    """The order, the basis it stands on, and the evidence that is not on file."""
    order = msgspec.msgpack.decode(message, type=Order)
    plan = a_plan(order.rules.rules)
    extra: dict[int, list[Evidence]] = {}
    for person, *record in order.extra:
        extra.setdefault(person, []).append(a_stored_record(*record))
    return order, Basis(RuleSet(order.rules, frozenset(plan), plan), AreaIndex(order.areas), order.moment), extra


def send(pipe: BinaryIO, message: bytes) -> None:
    """One frame: its length in 4 bytes, then the message."""
    pipe.write(len(message).to_bytes(4, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """The next frame; None when the other side is gone."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    message = pipe.read(int.from_bytes(head, "big"))
    return message if len(message) == int.from_bytes(head, "big") else None
