"""My health file: what is on file about me, from whom, what of it counts, and why my code was so on any day."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ankang.core.evidence import EvidenceKind
from ankang.people.credentials import Resident, resident_page

from ..marks import colour_mark
from ..services.personal_file import FiledRecord, HealthFile, PastSpell, colours_on, health_file, take_along
from ..timeline import SPANS, Timeline, draw
from ..words import attributes_in_words, plain_reason, record_in_words, source_in_words


@resident_page
@require_safe
def my_health(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My colour and why, every record, the drawing over time, and the answer for a day (``?day=2026-05-03``)."""
    now, lang = timezone.now(), get_language() or "zh-hans"
    file, span = health_file(resident.person, now), _span(request.GET.get("span", ""))
    context = {
        "now": now,
        "file": file,
        "slug": file.colour.colour.slug,
        "word": file.colour.colour.word(lang),
        "reasons": [plain_reason(reason, now, lang) for reason in file.reasons],
        "records": [_record(record, lang) for record in file.records],
        "spells": [(colour_mark(spell.colour), spell) for spell in reversed(file.spells)],
        "timeline": _timeline(draw(file.spells, file.records, now, span), lang),
        "span": span,
        "spans": SPANS,
        "today": timezone.localdate(now),
        **_asked(request, file, lang),
    }
    return render(request, "health/my_health.html", context)


@resident_page
@require_safe
def my_health_file(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The whole file as JSON, to take along."""
    now = timezone.now()
    headers = {"Content-Disposition": f'attachment; filename="ankang-health-file-{timezone.localdate(now)}.json"'}
    return HttpResponse(take_along(health_file(resident.person, now)), content_type="application/json", headers=headers)


def _asked(request: HttpRequest, file: HealthFile, lang: str) -> dict[str, Any]:
    """The answer to "why was I … on that day", when a day was asked about."""
    text = request.GET.get("day", "")
    if not text:
        return {}
    day = _day(text)
    if day is None or day > file.now:
        return {"asked": text[:20], "bad_day": True}
    return {"asked": text, "day": day, "past": [_past(spell, file.now, lang) for spell in colours_on(file, day)]}


def _span(text: str) -> int:
    """How many days back the drawing goes; one of those that are offered."""
    return next((span for span in SPANS if str(span) == text), SPANS[0])


def _day(text: str) -> datetime | None:
    """Noon of the day in Shanghai; None when it is none, or one that a calendar of ours does not reach."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    if found is None or found.year < 1970:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=timezone.get_current_timezone())


def _past(spell: PastSpell, now: datetime, lang: str) -> dict[str, Any]:
    reasons = None if spell.reasons is None else [plain_reason(reason, now, lang) for reason in spell.reasons]
    return {"mark": colour_mark(spell.colour), "spell": spell, "slug": spell.colour.slug, "reasons": reasons, "rule_set": spell.rule_set}


def _record(record: FiledRecord, lang: str) -> dict[str, Any]:
    return {
        "number": record.number,
        "matters": record.matters,
        "filed": record.filed,
        "title": record_in_words(record.filed.record, lang),
        "source": source_in_words(record.filed.source),
        "attributes": attributes_in_words(record.filed.record.attributes, lang),
    }


def _timeline(drawn: Timeline, lang: str) -> dict[str, Any]:
    return {
        "drawn": drawn,
        "bands": [(band, word := band.colour.word(lang), band.holds(word)) for band in drawn.bands],
        "lanes": [(lane, EvidenceKind(lane.kind).word(lang)) for lane in drawn.lanes],
    }
