"""Rules as pages show them: rows of the table with their cells and faults, examples with their outcome, differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ankang.core.colours import Colour as CodeColour
from ankang.core.rules.findings import Finding, in_chinese
from ankang.core.rules.language import Rule, Text
from ankang.core.rules.sentences import Sentences, read_aloud

from ..marks import colour_mark
from ..services.rule_cells import SENTENCES, Cell, cells_of, header_cells, rule_of
from ..services.rule_diffs import FieldChange, RuleDiff
from ..services.rule_texts import Findings, labels_of, parts_of, raw_of

FIELDS_A_PAGE = 170  # Django takes 200 fields of one form
MOST_TYPED = 4_000
SLUGS = {colour.slug: colour.value for colour in CodeColour}


@dataclass
class Field:
    """A cell in the form: what stands in it, what is wrong with it, and what is stored if somebody else changed it."""

    cell: Cell
    label: str
    value: str
    faults: list[str] = field(default_factory=list)
    stored: str | None = None

    @property
    def rows(self) -> int:
        """Lines of the text field."""
        return 2 if len(self.value) > 30 else 1


@dataclass
class Row:
    """One rule. ``said`` is None where it is not well written; ``faults`` are those that stand at no field."""

    number: int
    label: str
    mark: SafeString | str
    rule: Rule | None
    said: Sentences | None
    text: str
    ends_when: str
    source: str
    faults: list[str]
    fields: dict[str, Field] = field(default_factory=dict)
    numbers: list[Field] = field(default_factory=list)

    @property
    def position(self) -> int:
        """From 1, as people count."""
        return self.number + 1


def rows_of(text: str, checked: Findings, lang: str) -> list[Row]:
    """Every rule of the text, to read."""
    raw = raw_of(text)
    labels = labels_of(raw)
    return [_row(part, number, labels[number], checked, lang) for number, part in enumerate(parts_of(raw, "rules"))]


def form_rows(rows: Sequence[Row], text: str, checked: Findings, lang: str) -> None:
    """Give the rows the fields of the form; faults that belong to a field move there."""
    raw = raw_of(text)
    for row in rows:
        faults = [fault for fault in checked.faults if fault.rule == row.number]
        fields = {cell.name: _field(cell, faults, lang) for cell in cells_of(raw, row.number)}
        told = {fault for one in fields.values() for fault in faults if _fits(fault, one.cell)}
        row.faults = [_said(fault, lang) for fault in faults if fault not in told]
        by_place = {".".join(map(str, one.cell.path[2:])): one for one in fields.values()}
        plain = {"id", "within_days", *(".".join(path) for path in SENTENCES)}
        row.fields = {place.replace(".", "_"): one for place, one in by_place.items() if place in plain}
        row.numbers = [one for place, one in by_place.items() if place not in plain]


def header_fields(text: str, checked: Findings, lang: str) -> list[Field]:
    """The fields of the header, with their faults."""
    faults = [fault for fault in checked.faults if fault.rule is None and fault.example is None]
    return [_field(cell, faults, lang) for cell in header_cells(raw_of(text))]


def pages_of(text: str) -> list[tuple[int, int]]:
    """The rules of each page of the form, as first and last + 1: as many as a form can carry."""
    raw, pages, first, used = raw_of(text), list[tuple[int, int]](), 0, 0
    for number in range(len(parts_of(raw, "rules"))):
        size = len(cells_of(raw, number))
        if used + size > FIELDS_A_PAGE and number > first:
            pages.append((first, number))
            first, used = number, 0
        used += size
    return [*pages, (first, len(parts_of(raw, "rules")))]


def overlay(fields: Sequence[Field], typed: Mapping[str, str], faults: Mapping[str, str], conflict: bool) -> None:
    """Put what was typed back into the fields, with what could not be taken and, in a conflict, what is stored now."""
    for one in fields:
        words = typed.get(one.cell.name)
        if words is None or (one.cell.name not in faults and not conflict):
            continue
        if conflict and " ".join(words.split()) != " ".join(one.value.split()):
            one.stored = one.value
        one.value = words[:MOST_TYPED]
        if one.cell.name in faults:
            one.faults.append(_fault_word(faults[one.cell.name]))


def general_faults(checked: Findings, lang: str) -> list[str]:
    """The faults of the whole file, which stand at no rule and no example."""
    return [_said(fault, lang) for fault in checked.faults if fault.rule is None and fault.example is None]


def warnings_of(checked: Findings, lang: str) -> list[str]:
    """What may be a mistake, in the reader's language."""
    return [in_chinese(one) if lang.startswith("zh") else one for one in checked.warnings]


def examples_of(checked: Findings, lang: str) -> list[dict[str, Any]]:
    """Each worked example of a sound set: what it says, its colour, whether it comes out, and what comes out instead."""
    if checked.rule_set is None:
        return []
    wrong = {fault.example: fault for fault in checked.faults if fault.example is not None}
    return [
        {
            "says": example.says,
            "at": example.at,
            "mark": colour_mark(SLUGS[example.colour]),
            "rules": example.rules,
            "right": right,
            "fault": _said(wrong[number], lang) if number in wrong else "",
        }
        for number, (example, right) in enumerate(zip(checked.rule_set.file.examples, checked.examples, strict=True))
    ]


def diff_rows(diffs: Sequence[RuleDiff], lang: str) -> list[dict[str, Any]]:
    """Differences for a table: the rule, how it changes, and each field's old and new words."""
    how = {"added": _("added"), "removed": _("removed"), "changed": _("changed"), "moved": _("moved")}
    names = {"": _("header of the file"), "examples": _("worked examples")}
    return [
        {
            "rule": names.get(one.rule, one.rule),
            "is_rule": one.rule not in names,
            "how": how[one.how],
            "mark": _mark(one.rule) if one.rule not in names else "",
            "fields": [_change(change, lang) for change in one.fields],
            "said": read_aloud(one.now, lang) if one.now and one.how in ("added", "removed") else None,
        }
        for one in diffs
    ]


def _row(part: Any, number: int, label: str, checked: Findings, lang: str) -> Row:
    rule = rule_of(part)
    part = part if isinstance(part, dict) else {}
    return Row(
        number,
        label,
        _mark(str(part.get("colour", ""))),
        rule,
        read_aloud(rule, lang) if rule else None,
        _word(part.get("text"), lang),
        _word(part.get("ends_when"), lang),
        str(part.get("source", "")),
        [_said(fault, lang) for fault in checked.faults if fault.rule == number],
    )


def _field(cell: Cell, faults: Sequence[Finding], lang: str) -> Field:
    return Field(cell, cell.word(lang), cell.value, [fault.said(lang) for fault in faults if _fits(fault, cell)])


def _fits(fault: Finding, cell: Cell) -> bool:
    return bool(fault.place) and fault.place == cell.place


def _said(fault: Finding, lang: str) -> str:
    place = f"{fault.place}{'：' if lang.startswith('zh') else ': '}" if fault.place else ""
    return place + fault.said(lang)


def _mark(label: str) -> SafeString | str:
    slug = label.partition(".")[0]
    return colour_mark(SLUGS[slug]) if slug in ("red", "yellow") else "–"


def _word(text: Any, lang: str) -> str:
    return str(text.get("zh" if lang.startswith("zh") else "en", "")) if isinstance(text, dict) else ""


def _change(change: FieldChange, lang: str) -> dict[str, str]:
    def word(text: Text) -> str:
        return text.word(lang)

    same = change.old.word(lang) == change.new.word(lang)
    old, new = (change.old, change.new) if not same else (_both(change.old), _both(change.new))
    return {"label": word(change.label), "old": word(old), "new": word(new)}


def _both(text: Text) -> Text:
    """Only the other language changed: show both."""
    words = f"{text.zh} / {text.en}"
    return Text(words, words)


def _fault_word(code: str) -> str:
    return {
        "not_whole": _("Write a whole number."),
        "not_number": _("Write a number, with a point for decimals."),
        "not_date": _("Write a date like 2022-01-31."),
        "needed": _("This is needed."),
    }[code]
