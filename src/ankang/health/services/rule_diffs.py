"""What changes from one rule set to another: rule by rule in words, and line by line."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any, NamedTuple

import msgspec

from ankang.core.rules.language import Rule, Text
from ankang.core.rules.numbers import numbers_of
from ankang.core.rules.sentences import read_aloud, words_of_steps

from .rule_cells import header_cells, rule_of
from .rule_texts import labels_of, parts_of, raw_of

MOST_LINES = 2_000
_PARTS = {"when": ("触发条件", "when"), "begins": ("起始条件", "begins"), "ends": ("结束方式", "ends")}
_NUMBER_FIELDS = ("days", "times", "apart_hours", "after_hours", "within_days", "at_least", "at_most")


class FieldChange(NamedTuple):
    """One field, and what stood and stands there; empty for nothing."""

    label: Text
    old: Text
    new: Text


class RuleDiff(NamedTuple):
    """One rule that was ``added``, ``removed``, ``changed`` or ``moved``; ``now`` is the rule as it reads, where it can be read.

    ``rule`` is empty for the header of the file, ``examples`` for the worked examples.
    """

    rule: str
    how: str
    fields: tuple[FieldChange, ...] = ()
    now: Rule | None = None


def diff_releases(old: str, new: str) -> list[RuleDiff]:
    """What changes, rule by rule in the order of the new text; header first, removed rules and examples last."""
    before, after = raw_of(old), raw_of(new)
    one, other = _by_label(before), _by_label(after)
    found = [RuleDiff("", "changed", header)] if (header := tuple(_header_changes(before, after))) else []
    for label, part in other.items():
        if label not in one:
            found.append(RuleDiff(label, "added", now=rule_of(part)))
        elif fields := tuple(_changes(one[label], part)):
            found.append(RuleDiff(label, "changed", fields, rule_of(part)))
    common = [label for label in one if label in other]
    for label in _moved(common, [label for label in other if label in one]):
        found.append(RuleDiff(label, "moved", now=rule_of(other[label])))
    found.extend(RuleDiff(label, "removed", now=rule_of(part)) for label, part in one.items() if label not in other)
    counts = len(parts_of(before, "examples")), len(parts_of(after, "examples"))
    if parts_of(before, "examples") != parts_of(after, "examples"):
        found.append(RuleDiff("examples", "changed", (_change("示例数量", "worked examples", *map(str, counts)),)))
    return found


def diff_lines(old: str, new: str) -> list[str]:
    """The lines that change, with two lines around each, as ``diff -u`` writes them; at most :data:`MOST_LINES`."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2))[2:]
    return lines[:MOST_LINES]


def count_of(old: str, new: str) -> int:
    """How many rules (and headers) change."""
    return len([one for one in diff_releases(old, new) if _counts(one)])


def _counts(one: RuleDiff) -> bool:
    return bool(one.rule) or any(field.label.en != "version" for field in one.fields)


def _by_label(raw: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(labels_of(raw), parts_of(raw, "rules"), strict=True))


def _moved(one: list[str], other: list[str]) -> list[str]:
    """The rules to take out so that the rest stands in the same order; good enough for short lists."""
    if one == other or len(one) > 400:
        return []
    moved = []
    rest_one, rest_other = list(one), list(other)
    while rest_one != rest_other:
        at = {label: place for place, label in enumerate(rest_one)}
        farthest = max(enumerate(rest_other), key=lambda pair: abs(pair[0] - at[pair[1]]))[1]
        moved.append(farthest)
        rest_one.remove(farthest)
        rest_other.remove(farthest)
    return moved


def _header_changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[FieldChange]:
    for one, other in zip(header_cells(before), header_cells(after), strict=True):
        if one.value != other.value:
            yield _change(one.zh, one.en, one.value, other.value)
    regions = str(before.get("region", "")), str(after.get("region", ""))
    if regions[0] != regions[1]:
        yield _change("适用地区", "region", *regions)


def _changes(one: Any, other: Any) -> Iterator[FieldChange]:
    if one == other or not isinstance(one, dict) or not isinstance(other, dict):
        return
    yield from _sentence_changes(one, other)
    old, new = rule_of(one), rule_of(other)
    if old is None or new is None:
        if {name: one.get(name) for name in _PARTS} != {name: other.get(name) for name in _PARTS}:
            yield _change("触发或结束方式", "facts or endings", "", "")
        return
    yield from _number_changes(old, new) if _shape(old) == _shape(new) else _part_changes(old, new)


def _sentence_changes(one: dict[str, Any], other: dict[str, Any]) -> Iterator[FieldChange]:
    for name, zh, en in (
        ("colour", "颜色", "colour"),
        ("text", "理由", "reason"),
        ("ends_when", "结束说明", "how it ends"),
        ("source", "依据", "source"),
        ("within_days", "最长天数", "days at most"),
        ("beside", "并列规则", "beside"),
    ):
        before, after = one.get(name), other.get(name)
        if before != after:
            yield FieldChange(_text(zh, en), _pair(before), _pair(after))


def _number_changes(old: Rule, new: Rule) -> Iterator[FieldChange]:
    """Only numbers differ: each by its name."""
    for before, after in zip(numbers_of(old), numbers_of(new), strict=True):
        if before.value != after.value:
            yield _change(after.zh, after.en, _plain(before.value), _plain(after.value))


def _part_changes(old: Rule, new: Rule) -> Iterator[FieldChange]:
    """What turns or ends differs in kind: the sentences before and after."""
    for name, (zh, en) in _PARTS.items():
        if getattr(old, name) != getattr(new, name):
            yield FieldChange(_text(zh, en), _said(old, name), _said(new, name))


def _said(rule: Rule, name: str) -> Text:
    said = {}
    for lang in ("zh", "en"):
        sentences = read_aloud(rule, lang)
        part = words_of_steps(rule.begins, lang) if name == "begins" else getattr(sentences, name)
        said[lang] = part if isinstance(part, str) else ("；" if lang == "zh" else "; ").join(part)
    return _text(said["zh"], said["en"])


def _shape(rule: Rule) -> Any:
    """When, begins and ends with every number blanked; ``times`` and hours that are not written count as a shape."""
    parts = {name: msgspec.to_builtins(getattr(rule, name)) for name in _PARTS}
    return _blanked(parts), [number.path for number in numbers_of(rule)]


def _blanked(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: 0 if name in _NUMBER_FIELDS else _blanked(value) for name, value in part.items()}
    return [_blanked(one) for one in part] if isinstance(part, list | tuple) else part


def _change(zh: str, en: str, old: str, new: str) -> FieldChange:
    return FieldChange(_text(zh, en), _text(old, old), _text(new, new))


def _pair(value: Any) -> Text:
    if isinstance(value, dict):
        return _text(str(value.get("zh", "")), str(value.get("en", "")))
    if isinstance(value, list):
        return _text("、".join(map(str, value)), ", ".join(map(str, value)))
    words = "" if value is None else str(value)
    return _text(words, words)


def _text(zh: str, en: str) -> Text:
    return Text(zh, en)


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
