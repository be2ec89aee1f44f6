"""My archive: what is on file about me, section by section, from whom and since when; and what is wrong with it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.models import AccessRecord
from ankang.core.identifiers import DocumentKind
from ankang.core.verdicts import Direction, Verdict
from ankang.people.credentials import Resident
from ankang.people.reads import shown_reads
from ankang.people.sections import Section
from ankang.people.services import masked_people
from ankang.people.views.family import own_page
from ankang.places.models import Checkpoint

from ..kinds import OWN_SECTIONS, SectionKind, in_words, section_kinds
from ..models import Correction, Item
from ..rules import DOCUMENT_BYTES, OPEN_STATES, WORDS_LONGEST
from ..services.asking import ask_correction, corrections_of, item_of
from ..services.consent import is_withdrawn
from ..services.items import history_of, items_of, numbers_of, shown_sections, values_of
from ..services.parts import visits_lately
from ..words import DIRECTIONS, STATES, VERDICTS, fault_words

READS_SHOWN = 30


def section(person: int, now: datetime) -> Section:
    """The card on the resident's own page."""
    return Section("archive/section_card.html", {}, order=20, own=True)


@own_page
@require_safe
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The sections as cards; those a city does not feed are not there."""
    context = {
        "cards": [_card(resident.person, kind) for kind in shown_sections(resident.person)],
        "corrections": [_correction(row) for row in corrections_of(resident.person)[:20]],
    }
    return render(request, "archive/mine.html", context)


@own_page
@require_safe
def one_section(request: HttpRequest, resident: Resident, slug: str) -> HttpResponse:
    """One section: its items with source and time, and who looked."""
    if slug in OWN_SECTIONS:
        return render(request, "archive/own_section.html", _own(resident.person, slug))
    kind = next((kind for kind in shown_sections(resident.person) if kind.slug == slug), None)
    if kind is None:
        raise NotFound()
    withdrawn = is_withdrawn(resident.person, kind)
    open_ones = Correction.objects.filter(person=resident.person, section=slug, state__in=OPEN_STATES)
    states = {row.item: STATES[row.state] for row in open_ones}
    context = {
        "kind": kind,
        "title": kind.word(_lang()),
        "office": kind.office_word(_lang()),
        "withdrawn": withdrawn,
        "items": [] if withdrawn else [shown_item(kind, item, states) for item in items_of(resident.person, slug)],
        "earlier": [] if withdrawn else _earlier(resident.person, kind),
        "reads": _reads(resident.person, slug),
    }
    return render(request, "archive/one_section.html", context)


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, resident: Resident, item: UUID) -> HttpResponse:
    """Say what is wrong with an item; a picture or PDF may come along."""
    found, faults, problem = item_of(resident.person, item), {}, ""
    kind = section_kinds()[found.section]
    words = request.POST.get("words", "")[: WORDS_LONGEST * 4].replace("\r\n", "\n")
    if request.method == "POST":
        try:
            ask_correction(resident.person, item, words, _upload(request), timezone.now())
        except NotFound:
            raise
        except BadInput as fault:
            faults = {field: fault_words(field, code) for field, code in fault.details["fields"].items()}
        except Problem as refusal:
            problem = refusal.message(_lang())
        else:
            return redirect("my_archive")
    context = {
        "item": shown_item(kind, found, {}),
        "title": kind.word(_lang()),
        "office": kind.office_word(_lang()),
        "kind": kind,
        "faults": faults,
        "problem_words": problem,
        "words": words,
        "longest": WORDS_LONGEST,
    }
    return render(request, "archive/correct.html", context, status=422 if faults or problem else 200)


def shown_item(kind: SectionKind, item: Item, states: dict[UUID, Any]) -> dict[str, Any]:
    """An item as a page shows it."""
    return {"item": item, "facts": in_words(kind, values_of(item), _lang()), "state": states.get(item.id)}


def _card(person: int, kind: SectionKind) -> dict[str, Any]:
    withdrawn = is_withdrawn(person, kind)
    items = [] if withdrawn else items_of(person, kind.slug)
    return {
        "slug": kind.slug,
        "title": kind.word(_lang()),
        "office": kind.office_word(_lang()),
        "withdrawn": withdrawn,
        "count": len(items),
        "newest": max((item.recorded_at for item in items), default=None),
    }


def _correction(row: Correction) -> dict[str, Any]:
    return {"row": row, "title": section_kinds()[row.section].word(_lang()), "state": STATES[row.state]}


def _earlier(person: int, kind: SectionKind) -> list[dict[str, Any]]:
    now = {item.id for item in items_of(person, kind.slug)}
    return [shown_item(kind, item, {}) for item in history_of(person, kind.slug) if item.id not in now][:50]


def _own(person: int, slug: str) -> dict[str, Any]:
    context: dict[str, Any] = {"slug": slug, "reads": _reads(person, "")}
    if slug == "identity":
        shown = masked_people([person])[person]
        context |= {"person": shown, "document_word": DocumentKind(shown.document_kind).word(_lang())}
    if slug == "travel":
        context["visits"] = _visits(person)
    return context


def _visits(person: int) -> list[dict[str, Any]]:
    visits = visits_lately(person, timezone.now())[-200:]
    names = dict(Checkpoint.objects.filter(pk__in={visit.checkpoint_id for visit in visits}).values_list("pk", "name"))
    return [
        {
            "at": visit.at,
            "place": names.get(visit.checkpoint_id, "–"),
            "direction": DIRECTIONS[Direction(visit.direction).slug],
            "verdict": VERDICTS[Verdict(visit.verdict).slug],
        }
        for visit in reversed(visits)
    ]


def _reads(person: int, field: str) -> list[dict[str, Any]]:
    """Who saw this section; for our own ones, everybody who saw something."""
    rows = AccessRecord.objects.filter(person__in=numbers_of(person)).order_by("-at")
    if field:
        rows = rows.filter(fields__contains=[field])
    return shown_reads(rows[:READS_SHOWN])


def _upload(request: HttpRequest) -> bytes | None:
    """The uploaded file, no more of it than tells that it is too large."""
    file = request.FILES.get("document")
    return file.read(DOCUMENT_BYTES + 1) if file else None


def _lang() -> str:
    return get_language() or "zh-hans"
