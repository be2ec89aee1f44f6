"""What residents see of reads of their data: when, which office, why, which fields. Never who it was (I8)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.models import AccessRecord, Region
from ankang.base.organisations import organisation_tree

from .words import READ_FIELDS, read_purpose_words

READS_SHOWN = 100


def reader_offices(rows: Iterable[AccessRecord]) -> dict[UUID, str]:
    """Read → the office its reader works in; where none is on record, the region of the duty; else the platform itself."""
    rows = list(rows)
    offices = organisation_tree().names({row.office for row in rows if row.office is not None})
    regions = {region.code: region for region in Region.objects.filter(code__in={row.region for row in rows})}
    return {row.id: offices.get(row.office or 0) or _region_words(regions.get(row.region)) for row in rows}


def shown_reads(rows: Iterable[AccessRecord]) -> list[dict[str, Any]]:
    """``at``, ``office``, ``purpose`` and ``fields`` of each in words, for ``people/reads.html``."""
    rows = list(rows)
    offices = reader_offices(rows)
    return [
        {
            "at": row.at,
            "office": offices[row.id],
            "purpose": read_purpose_words(row.purpose),
            "fields": [READ_FIELDS.get(field, field) for field in row.fields],
        }
        for row in rows
    ]


def _region_words(region: Region | None) -> str:
    if region is None:
        return _("the platform itself")
    return region.name if (get_language() or "zh-hans").startswith("zh") else region.name_en
