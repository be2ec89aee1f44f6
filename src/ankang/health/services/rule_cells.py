"""The cells of the rule table: every value that is a number or a sentence, with its name, its place and its words."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import msgspec

from ankang.core.rules.language import Rule
from ankang.core.rules.numbers import Path, numbers_of, place_of
from ankang.core.rules.sentences import Sentences, read_aloud

from .rule_texts import parts_of

_WHOLE = ("days", "times", "apart_hours", "after_hours", "within_days")
_NUMBERS = ("at_least", "at_most")
_PLAIN = {"days": 1, "times": 2, "apart_hours": 1, "after_hours": 1, "within_days": 1, "at_least": 0.0, "at_most": 0.0}
SENTENCES = (("text", "zh"), ("text", "en"), ("ends_when", "zh"), ("ends_when", "en"), ("source",))


class Cell(NamedTuple):
    """One value of the table. ``name`` is unique in the form; ``kind``: text, whole, number, date."""

    name: str
    path: Path
    kind: str
    value: str
    zh: str = ""
    en: str = ""
    optional: bool = False

    @property
    def place(self) -> str:
        """Its place as findings write it, inside its rule: ``ends 1, steps 1, days``, ``text.zh``."""
        inner = self.path[2:] if self.path[0] == "rules" else self.path
        return ".".join(map(str, inner)) if inner[0] in ("text", "ends_when", "title") else place_of(inner)

    def word(self, lang: str) -> str:
        """What it is called."""
        return self.zh if lang.startswith("zh") else self.en


def header_cells(raw: dict[str, Any]) -> list[Cell]:
    """What the file says of itself, but ``region``."""
    fields = (
        (("name",), "text", "名称", "name"),
        (("version",), "whole", "版本号", "version"),
        (("title", "zh"), "text", "标题（中文）", "title in Chinese"),
        (("title", "en"), "text", "标题（英文）", "title in English"),
        (("source",), "text", "依据文件", "document"),
        (("effective_from",), "date", "最早生效日期", "not in force before"),
    )
    return [_cell(raw, path, kind, zh, en) for path, kind, zh, en in fields]


def cells_of(raw: dict[str, Any], number: int) -> list[Cell]:
    """The cells of rule ``number``: its id, sentences, ``within_days``, and the numbers of its facts and endings."""
    base: Path = ("rules", number)
    rule = parts_of(raw, "rules")[number]
    if not isinstance(rule, dict):
        return []
    words = _words_of_numbers(rule)
    return [
        _cell(raw, (*base, "id"), "text", "编号", "id"),
        *(_cell(raw, (*base, *path), "text") for path in SENTENCES),
        _cell(raw, (*base, "within_days"), "whole", "最长天数", "days at most", optional=True),
        *(
            _cell(raw, (*base, *path), "number" if path[-1] in _NUMBERS else "whole", *words.get(path, (str(path[-1]),) * 2))
            for path in _numbers(rule)
        ),
    ]


def rule_of(part: Any) -> Rule | None:
    """A part of the file as a rule; None when it is not well written."""
    try:
        return msgspec.convert(part, Rule)
    except msgspec.ValidationError:
        return None


def sentences_of(part: Any, lang: str) -> Sentences | None:
    """A part of the file read aloud; None when it is not well written."""
    rule = rule_of(part)
    return read_aloud(rule, lang) if rule else None


def value_at(raw: Any, path: Path) -> Any:
    """What the path leads to; None when there is nothing."""
    for step in path:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _cell(raw: dict[str, Any], path: Path, kind: str, zh: str = "", en: str = "", optional: bool = False) -> Cell:
    value = value_at(raw, path)
    name = "h." + ".".join(map(str, path)) if path[0] != "rules" else "r" + ".".join(map(str, path[1:]))
    return Cell(name, path, kind, "" if value is None else str(value), zh, en, optional)


def _words_of_numbers(rule: dict[str, Any]) -> dict[Path, tuple[str, str]]:
    """Chinese and English names by path; also where a number itself is out of range."""
    plain = deepcopy(rule)
    for path in [*_numbers(rule), *([("within_days",)] if "within_days" in rule else [])]:
        value_at(plain, path[:-1])[path[-1]] = _PLAIN[str(path[-1])]
    readable = rule_of(plain)
    return {number.path: (number.zh, number.en) for number in numbers_of(readable)} if readable else {}


def _numbers(part: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of every number that is written in a rule, but its own ``within_days``."""
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, value in steps:
        if isinstance(value, dict | list):
            if path or step in ("when", "begins", "ends"):
                yield from _numbers(value, (*path, step))
        elif path and step in _PLAIN:
            yield (*path, step)
