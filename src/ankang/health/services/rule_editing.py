"""A rule set as a table: which cells each rule has, and what changing them makes of the text.

Single values are changed with tomlkit, which keeps comments and layout. Whole rules are added, removed and moved as
blocks of lines, together with the comment above them; the result is compared with what was meant.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from ankang.base.errors import NotFound
from ankang.core.evidence import EvidenceFault
from ankang.core.rules import RuleSetFault, load
from ankang.core.rules.examples import SHANGHAI, outcome_of

from ..errors import TableNotUsable
from .rule_cells import Cell, cells_of, header_cells
from .rule_texts import parts_of, raw_of

_RULE = re.compile(r"^\[\[\s*rules\s*\]\]")
_PART = re.compile(r"^\[\[?\s*[A-Za-z_\"']+\s*\]\]?")
_SUB = re.compile(r"^\[\[?\s*rules\s*\.")


def with_header(text: str, values: Mapping[str, Any]) -> str:
    """The text with these header fields. Raises TableNotUsable when it is no TOML."""
    document = _parsed(text)
    for name, value in values.items():
        document[name] = value
    return tomlkit.dumps(document)


def apply_cells(text: str, given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with the cells that were typed (by name), and what could not be taken: cell → fault code.

    Only cells whose words changed are touched. Faults: not_whole, not_number, not_date, needed. Unknown names are passed over.
    """
    raw = raw_of(text)
    cells = [*header_cells(raw), *(cell for number in range(len(parts_of(raw, "rules"))) for cell in cells_of(raw, number))]
    changed = [cell for cell in cells if cell.name in given and _tidy(given[cell.name]) != _tidy(cell.value)]
    if not changed:
        return text, {}
    document, faults = _parsed(text), dict[str, str]()
    for cell in changed:
        typed = _tidy(given[cell.name])
        try:
            _set(document, cell, _value(cell, typed))
        except ValueError as fault:
            faults[cell.name] = str(fault)
    return (tomlkit.dumps(document), faults) if len(faults) < len(changed) else (text, faults)


def copy_rule(text: str, number: int) -> str:
    """A copy of rule ``number`` (from 0) after it, under an id of its own. Raises NotFound, TableNotUsable."""
    rules = parts_of(raw_of(text), "rules")
    identity = _free_id(rules, _at(rules, number))

    def change(blocks: list[str]) -> list[str]:
        lines = blocks[number].splitlines(keepends=True)
        start = next(index for index, line in enumerate(lines) if _RULE.match(line))
        copied = "".join(lines[start:])
        copied = re.sub(r"(?m)^(\s*id\s*=\s*)(\"[^\"\n]*\"|'[^'\n]*')", rf'\g<1>"{identity}"', copied, count=1)
        return [*blocks[:number], _closed(blocks[number]), "\n" + copied, *blocks[number + 1 :]]

    meant = [*rules[: number + 1], {**deepcopy(rules[number]), "id": identity}, *rules[number + 1 :]]
    return _rearranged(text, change, meant)


def remove_rule(text: str, number: int) -> str:
    """The text without rule ``number``. Raises NotFound, TableNotUsable."""
    rules = parts_of(raw_of(text), "rules")
    _at(rules, number)
    meant = [*rules[:number], *rules[number + 1 :]]
    return _rearranged(text, lambda blocks: [*blocks[:number], *blocks[number + 1 :]], meant)


def move_rule(text: str, number: int, to: int) -> str:
    """The text with rule ``number`` at position ``to``. Raises NotFound, TableNotUsable."""
    rules = parts_of(raw_of(text), "rules")
    _at(rules, number), _at(rules, to)
    return _rearranged(text, lambda blocks: _moved(list(map(_closed, blocks)), number, to), _moved(rules, number, to))


def accept_example(text: str, number: int) -> str:
    """The text with what comes out written into worked example ``number`` (from 0): colour, rules and, where given, until.

    Raises NotFound, and TableNotUsable when the rules are not sound or the example's evidence cannot be taken.
    """
    try:
        rule_set = load(text)
        example = rule_set.file.examples[number]
        found = outcome_of(rule_set, example)
    except IndexError:
        raise NotFound() from None
    except (RuleSetFault, EvidenceFault):
        raise TableNotUsable() from None
    document = _parsed(text)
    place: Any = document["examples"][number]  # type: ignore[index]
    place["colour"] = found.colour.slug
    place["rules"] = list(dict.fromkeys(reason.rule for reason in found.reasons))
    if example.until is not None:
        _until(place, found.until)
    return tomlkit.dumps(document)


def _until(place: Any, moment: int | None) -> None:
    if moment is None:
        del place["until"]
    else:
        place["until"] = datetime.fromtimestamp(moment, SHANGHAI)


def _rearranged(text: str, change: Callable[[list[str]], list[str]], meant: list[Any]) -> str:
    """The text with its blocks of rules changed; refused unless the rules come out exactly as meant."""
    head, blocks, tail = _blocks(text)
    before = raw_of(text)
    if len(blocks) != len(parts_of(before, "rules")):
        raise TableNotUsable()
    made = head + "".join(change(blocks)) + tail
    after = raw_of(made)
    if parts_of(after, "rules") != meant or {**after, "rules": 0} != {**before, "rules": 0}:
        raise TableNotUsable()
    return made


def _blocks(text: str) -> tuple[str, list[str], str]:
    """What comes before the rules, each rule with the comment above it, and what comes after them."""
    lines = text.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if _RULE.match(line)]
    if not starts:
        raise TableNotUsable()
    end = next((index for index in range(starts[-1] + 1, len(lines)) if _is_part(lines[index])), len(lines))
    edges = [_above(lines, start) for start in starts] + [_above(lines, end) if end < len(lines) else end]
    blocks = ["".join(lines[first:last]) for first, last in zip(edges, edges[1:], strict=False)]
    return "".join(lines[: edges[0]]), blocks, "".join(lines[edges[-1] :])


def _is_part(line: str) -> bool:
    return bool(_PART.match(line)) and not _SUB.match(line)


def _above(lines: list[str], start: int) -> int:
    """Where the blank lines and comments above a line begin; a comment right below a rule stays with that rule."""
    while start > 0 and (lines[start - 1].startswith("#") or not lines[start - 1].strip()):
        start -= 1
    while lines[start].startswith("#"):
        start += 1
    return start


def _closed(block: str) -> str:
    return block if block.endswith("\n") else block + "\n"


def _moved(parts: list[Any], number: int, to: int) -> list[Any]:
    rest = [*parts[:number], *parts[number + 1 :]]
    return [*rest[:to], parts[number], *rest[to:]]


def _at(rules: list[Any], number: int) -> dict[str, Any]:
    if not 0 <= number < len(rules) or not isinstance(rules[number], dict):
        raise NotFound()
    return rules[number]


def _free_id(rules: list[Any], rule: dict[str, Any]) -> str:
    used = {str(one.get("id")) for one in rules if isinstance(one, dict)}
    stem = re.sub(r"_\d+$", "", str(rule.get("id") or "yellow.new"))
    number = 2
    while f"{stem}_{number}" in used:
        number += 1
    return f"{stem}_{number}"


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError, ValueError):
        raise TableNotUsable() from None


def _set(document: Any, cell: Cell, value: Any) -> None:
    """Put the value where the cell's path leads, making the tables on the way; None takes it out."""
    place = document
    for step, following in zip(cell.path, cell.path[1:], strict=False):
        if isinstance(step, str) and step not in place:
            place[step] = [] if isinstance(following, int) else tomlkit.inline_table()
        place = place[step]
    leaf = cell.path[-1]
    if value is None:
        if leaf in place:
            del place[leaf]
        return
    place[leaf] = value
    if cell.path[0] == "rules" and leaf == "id":
        colour = str(value).partition(".")[0]
        if colour in ("red", "yellow"):
            place["colour"] = colour


def _value(cell: Cell, typed: str) -> Any:
    """What was typed, as the file holds it. Raises ValueError with the fault's code."""
    if not typed:
        if cell.kind == "text" or cell.optional:
            return None if cell.optional else ""
        raise ValueError("needed")
    if cell.kind == "whole":
        if not re.fullmatch(r"-?\d{1,9}", typed, re.ASCII):
            raise ValueError("not_whole")
        return int(typed)
    if cell.kind == "number":
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", typed, re.ASCII):
            raise ValueError("not_number")
        return float(typed) if "." in typed else int(typed)
    if cell.kind == "date":
        try:
            return date.fromisoformat(typed)
        except ValueError:
            raise ValueError("not_date") from None
    return typed


def _tidy(typed: str) -> str:
    return " ".join(typed.split())
