"""What the pages of policies show: tables, forms, changes and requests in the reader's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.models import Region
from ankang.core.policies import BY_SLUG, PolicySet, faults_of

from ..models import PolicyRelease
from ..rules import type_word
from ..services import policy_book as book
from ..services import policy_drafts as drafts
from ..words import FAULTS, VERDICTS, field_word, value_word


def lang_of() -> str:
    """The reader's language."""
    return get_language() or "zh-hans"


def form_row(row: Any, typed: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    """One place type of the form: its cells with what was typed or what stands."""

    def cell(field: str) -> str:
        stands = getattr(row, field)
        return typed.get(f"{row.type}.{field}", ("1" if stands else "") if field == "mask" else str(stands))

    return {
        "type": row.type,
        "word": drafts.type_words(row.type, lang_of()),
        "cells": [(name, field_word(name, lang_of()), cell(name)) for name in drafts.COLOURS],
        "choices": list(VERDICTS.items()),
        "test_hours": "" if cell("test_hours") == "0" else cell("test_hours"),
        "mask": bool(cell("mask")),
        "source": cell("source"),
        "faults": [FAULTS.get(code, code) for name, code in wrong.items() if name.startswith(f"{row.type}.")],
    }


def rows_of(policies: PolicySet, lang: str) -> list[dict[str, Any]]:
    """A set as a table: one row a place type, words by colour."""
    return [
        {
            "type": row.type,
            "word": drafts.type_words(row.type, lang),
            "cells": [(name, field_word(name, lang), getattr(row, name), VERDICTS[getattr(row, name)]) for name in drafts.COLOURS],
            "test_hours": row.test_hours,
            "mask": row.mask,
            "source": row.source,
        }
        for row in sorted(policies.rows, key=lambda row: BY_SLUG[row.type].id)
    ]


def changes_of(release: PolicyRelease, lang: str) -> list[dict[str, str]]:
    """What a version changes against the one it was measured with."""
    return [
        {
            "type": drafts.type_words(one.type, lang) if one.type else _("everywhere"),
            "field": field_word(one.field, lang),
            "old": value_word(one.field, one.old),
            "new": value_word(one.field, one.new),
        }
        for one in drafts.diff_policies(book.base_text(release.base), release.text)
    ]


def fault_words(release: PolicyRelease, lang: str) -> list[str]:
    """What no version may say and this one does."""
    return [
        f"{drafts.type_words(slug, lang)} · {field_word(field, lang)}: {FAULTS.get(code, code)}"
        for slug, field, code in faults_of(drafts.set_of(release.text))
    ]


def request_rows(found: Any) -> list[dict[str, Any]]:
    """Requests with their place type and region in words."""
    rows = list(found)
    regions = {one.pk: one for one in Region.objects.filter(pk__in={row.asked_for for row in rows})}
    zh = lang_of().startswith("zh")
    return [
        {
            "row": row,
            "type": type_word(row.place_type, lang_of()),
            "region": (place.name if zh else place.name_en or place.name) if (place := regions.get(row.asked_for)) else "",
        }
        for row in rows
    ]


def typed_cells(form: Any) -> dict[str, str]:
    """The cells of the form; an unticked mask is sent as nothing and means no."""
    cells = {name: str(value) for name, value in form.items() if "." in name or name == "temperature_limit"}
    for slug in BY_SLUG:
        if f"{slug}.green" in cells:
            cells.setdefault(f"{slug}.mask", "")
    return cells
