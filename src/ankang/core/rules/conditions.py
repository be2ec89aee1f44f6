"""Whether conditions on attributes make sense: the attribute and its values exist, something fits."""

from collections.abc import Iterator
from functools import cache
from typing import get_type_hints

import msgspec
from msgspec import inspect

from ankang.core.evidence_kinds import ATTRIBUTES, EvidenceKind
from ankang.core.rules.language import Condition, Scalar

NUMBERS = (inspect.IntType, inspect.FloatType)


def faults_of_where(kind: str, where: dict[str, Condition], never: str) -> Iterator[str]:
    """Every fault of conditions on a known kind; ``never`` is said of conditions that nothing can meet."""
    types = _types(kind)
    for name, condition in where.items():
        if name not in types:
            yield f"{kind!r} has no attribute {name!r}; it has: {', '.join(sorted(types))}"
        elif condition == Condition():
            yield f"the condition on {name!r} is empty"
        else:
            fault = _unknown_value(kind, name, condition) or _unfit(types[name], condition)
            if fault:
                yield f"{name!r} {fault}"
            elif _nothing_fits(types[name], condition):
                yield f"nothing can meet the condition on {name!r}: {never}"


def choices(kind: str, name: str) -> tuple[Scalar, ...]:
    """Every value an attribute of a known kind can have; empty where they cannot be counted."""
    return _choices(_types(kind).get(name, []))


def _unknown_value(kind: str, name: str, condition: Condition) -> str | None:
    """A value that the attribute cannot have."""
    hint = get_type_hints(ATTRIBUTES[EvidenceKind(kind)], include_extras=True)[name]
    for value in (*condition.one_of, *condition.none_of):
        try:
            msgspec.convert(_whole(value), hint)
        except msgspec.ValidationError:
            choices = _choices(_types(kind)[name])
            known = f"; it can be: {', '.join(map(str, choices))}" if choices else ""
            return f"cannot be {value!r}{known}"
    return None


def _unfit(types: list[inspect.Type], condition: Condition) -> str | None:
    """A comparison that this type of attribute does not know."""
    bounded = condition.at_least is not None or condition.at_most is not None
    if bounded and not any(isinstance(type_, NUMBERS) for type_ in types):
        return "is no number: `at_least` and `at_most` do not fit"
    if condition.starts_with and not any(isinstance(type_, inspect.StrType | inspect.LiteralType) for type_ in types):
        return "is no text: `starts_with` does not fit"
    return None


def _nothing_fits(types: list[inspect.Type], condition: Condition) -> bool:
    values = condition.one_of or _choices(types)
    if values:
        return not any(condition.holds(value) for value in values)
    low, high = condition.at_least, condition.at_most
    if low is not None and high is not None and low > high:
        return True
    return all(_out_of_range(type_, low, high) for type_ in types if isinstance(type_, NUMBERS)) and any(
        isinstance(type_, NUMBERS) for type_ in types
    )


def _out_of_range(type_: inspect.Type, low: float | None, high: float | None) -> bool:
    assert isinstance(type_, NUMBERS)
    return (low is not None and type_.le is not None and low > type_.le) or (
        high is not None and type_.ge is not None and high < type_.ge
    )


def _choices(types: list[inspect.Type]) -> tuple[Scalar, ...]:
    """Every value the attribute can have, where they can be counted."""
    if len(types) == 1 and isinstance(types[0], inspect.LiteralType):
        return tuple(str(value) for value in types[0].values)
    return (True, False) if len(types) == 1 and isinstance(types[0], inspect.BoolType) else ()


def _whole(value: Scalar) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@cache
def _types(kind: str) -> dict[str, list[inspect.Type]]:
    """Attribute → the types it may have."""
    info = inspect.type_info(ATTRIBUTES[EvidenceKind(kind)])
    assert isinstance(info, inspect.StructType)
    return {field.name: _alternatives(field.type) for field in info.fields}


def _alternatives(type_: inspect.Type) -> list[inspect.Type]:
    while isinstance(type_, inspect.Metadata):
        type_ = type_.type
    if isinstance(type_, inspect.UnionType):
        return [part for whole in type_.types for part in _alternatives(whole)]
    return [type_]
