"""The history of one person's colour: on record before it is shown, then every change and any past moment explained."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.errors import NotFound
from ankang.base.permissions import requires
from ankang.base.services import record_read
from ankang.people.models import Person
from ankang.people.services import masked

from ..errors import BadMoment
from ..forms import AtForm, ReadForm
from ..marks import colour_mark
from ..models import Colour
from ..services.history import PastColour, PersonFile, check_past, explain, person_file, spells_of
from ..services.staff import rows_in_reach
from ..words import record_in_words, source_in_words
from .timeline import timeline_of

OPEN_SECONDS = 15 * 60
"""How long a read that is on record lasts in one session; then the purpose is asked again."""


@requires("colours.view")
def history(request: HttpRequest, person: int) -> HttpResponse:
    """Ask for the purpose and put the read on record; then show the history for a quarter of an hour."""
    shown = _person_in_reach(request, person)
    form = ReadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        record_read(request.user, person, "colours.view", form.words(), ("colour_history",), timezone.now())
        _open(request, person)
        return redirect("colour_history", person)
    if not _is_open(request, person):
        return _page(request, "health/history_ask.html", shown, form=form)
    file = person_file(person)
    return _page(request, "health/history.html", shown, **_shown(request, file))


def _shown(request: HttpRequest, file: PersonFile) -> dict[str, Any]:
    now = timezone.now()
    changes = [_line(change, explain(file, change.at)) for change in reversed(file.changes)]
    form = AtForm(request.GET if "at" in request.GET else None, initial={"at": timezone.localtime(now)})
    return {
        "changes": changes,
        "timeline": timeline_of(file, spells_of(file), now),
        "records": [_record(filed) for filed in reversed(file.filed)],
        "form": form,
        "answer": _answer(file, form, now),
    }


def _answer(file: PersonFile, form: AtForm, now: datetime) -> dict[str, Any] | None:
    """What the form asked, answered; a moment that cannot be asked about becomes a fault of the field."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        moment = check_past(form.cleaned_data["at"], now)
    except BadMoment as fault:
        form.add_error("at", fault.message(_lang()))
        return None
    past = explain(file, moment, now if form.cleaned_data["today"] else None)
    return _colour(past) | {"today": form.cleaned_data["today"], "sentence": _sentence(past)}


def _sentence(past: PastColour) -> str:
    """``2022-05-03 10:00 为黄码，因为有发热症状。`` or that nothing restricted the person."""
    lang = _lang()
    words = {
        "at": f"{timezone.localtime(past.moment):%Y-%m-%d %H:%M}",
        "colour": past.colour.word(lang),
        "why": ("；" if lang.startswith("zh") else "; ").join(
            dict.fromkeys(reason.text(lang) for reason in past.reasons)
        ),
    }
    if not past.reasons:
        return _("%(at)s: %(colour)s, because nothing on file restricted this person") % words
    return _("%(at)s: %(colour)s, because: %(why)s") % words


def _colour(past: PastColour) -> dict[str, Any]:
    """A past colour for the page: marks, and each reason with its record."""
    lang = _lang()
    records = {filed.record.id: filed for filed in past.evidence}
    return {
        "past": past,
        "mark": colour_mark(past.colour),
        "shown": None if past.shown is None else colour_mark(past.shown),
        "reasons": [
            {
                "text": reason.text(lang),
                "rule": reason.rule,
                "since": reason.since,
                "until": reason.until,
                "ends_when": reason.ends_when(lang),
                "record": _record(records[reason.evidence]) if reason.evidence in records else None,
            }
            for reason in past.reasons
        ],
    }


def _line(change: Any, past: PastColour) -> dict[str, Any]:
    old = None if change.old is None else colour_mark(change.old)
    return _colour(past) | {"change": change, "old": old, "new": colour_mark(change.new)}


def _record(filed: Any) -> dict[str, Any]:
    lang = _lang()
    return {"filed": filed, "words": record_in_words(filed.record, lang), "source": source_in_words(filed.source)}


def _person_in_reach(request: HttpRequest, person: int) -> Any:
    rows = rows_in_reach(Colour.objects.filter(person=person), request.user, "colours.view")
    found = Person.objects.filter(pk=person).select_related("town").first() if rows.exists() else None
    if found is None:
        raise NotFound()
    return masked(found)


def _open(request: HttpRequest, person: int) -> None:
    opened = request.session.get("colour_histories", {})
    request.session["colour_histories"] = opened | {str(person): int(timezone.now().timestamp()) + OPEN_SECONDS}


def _is_open(request: HttpRequest, person: int) -> bool:
    until = request.session.get("colour_histories", {}).get(str(person), 0)
    return bool(until > timezone.now().timestamp())


def _page(request: HttpRequest, template: str, shown: Any, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request) | {"title": _("Colour history"), "person": shown}
    return TemplateResponse(request, template, frame | context)


def _lang() -> str:
    return get_language() or "zh-hans"
