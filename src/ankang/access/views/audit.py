"""The auditor's pages: the record of reads, residents' questions, unusual patterns, look-ups that found nobody."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput
from ankang.base.permissions import requires
from ankang.people.views.console import console_page
from ankang.people.words import read_purpose_words

from ..forms import PersonForm, SearchForm
from ..models import LookUp
from ..rules import ALERT_STATES, MOVES, QUESTION_STATES
from ..services import (
    alerts_for,
    answer_question,
    fetch_alert,
    fetch_question,
    move_alert,
    questions_for,
    search_reads,
)
from ..services.reads import PERMISSION, reach
from ..words import (
    ALERT_STATE_WORDS,
    FAULTS,
    OUTCOME_WORDS,
    PATTERN_WORDS,
    QUESTION_STATE_WORDS,
    SOUGHT_WORDS,
    counts_in_words,
    read_lines,
)

PAGE = 50
_METHODS = ["GET", "HEAD", "POST"]


@requires(PERMISSION)
@require_http_methods(_METHODS)
def reads(request: HttpRequest) -> HttpResponse:
    """Search the record. Looking for one person is sent as a form and is on record itself."""
    form, person = SearchForm(request.GET), PersonForm(request.POST or None)
    form.is_valid()
    given = {}
    if request.method == "POST" and person.is_valid():
        given = {"document": person.cleaned_data["document"], "why": person.cleaned_data["why"]}
    rows = search_reads(request.user, form.wanted(**given), timezone.now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "person_form": person, "page": page, "lines": read_lines(page), "kept": _kept(request)}
    return console_page(request, "access/reads.html", _("Reads on record"), searched=bool(given), **context)


@requires(PERMISSION)
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """What residents of the region ask."""
    rows, state = questions_for(request.user), request.GET.get("state", "open")
    page = Paginator(rows.filter(state=state) if state in QUESTION_STATES else rows, PAGE).get_page(request.GET.get("page"))
    lines = [{"row": row, "state": QUESTION_STATE_WORDS[row.state]} for row in page]
    context = {"page": page, "lines": lines, "state": state, "states": QUESTION_STATE_WORDS.items(), "kept": _kept(request)}
    return console_page(request, "access/questions.html", _("Questions of residents"), **context)


@requires(PERMISSION)
@require_http_methods(_METHODS)
def question(request: HttpRequest, number: int) -> HttpResponse:
    """One question with the read it is about: answer it."""
    fault = ""
    if request.method == "POST":
        right = request.POST.get("decision") == "justified"
        try:
            answer_question(request.user, number, right, request.POST.get("answer", ""), timezone.now())
        except BadInput as refusal:
            fault = _fault(refusal)
        else:
            messages.success(request, _("The resident can read your answer."))
            return redirect("access_question", number)
    row, read = fetch_question(request.user, number)
    line = read_lines([read])[0]
    context = {"row": row, "line": line, "state": QUESTION_STATE_WORDS[row.state], "problem_words": fault}
    return console_page(request, "access/question_answer.html", _("Questions of residents"), **context)


@requires(PERMISSION)
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Unusual patterns of the region."""
    rows, state = alerts_for(request.user), request.GET.get("state", "open")
    page = Paginator(rows.filter(state=state) if state in ALERT_STATES else rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [_alert(row) for row in page],
        "state": state,
        "states": ALERT_STATE_WORDS.items(),
        "kept": _kept(request),
    }
    return console_page(request, "access/alerts.html", _("Unusual reads"), **context)


@requires(PERMISSION)
@require_http_methods(_METHODS)
def alert(request: HttpRequest, number: int) -> HttpResponse:
    """One pattern with the reads behind it: explain, escalate or close it."""
    fault = ""
    if request.method == "POST":
        state = request.POST.get("state", "")
        try:
            move_alert(request.user, number, state, request.POST.get("note", ""), timezone.now())
        except BadInput as refusal:
            fault = _fault(refusal)
        else:
            messages.success(request, _("Your decision is on record."))
            return redirect("access_alert", number)
    row = fetch_alert(request.user, number)
    notes = [{"row": note, "state": ALERT_STATE_WORDS[note.state]} for note in row.notes.order_by("at")]
    moves = [(move, ALERT_STATE_WORDS[move]) for move in MOVES[row.state]]
    context = {**_alert(row), "notes": notes, "moves": moves, "problem_words": fault}
    return console_page(request, "access/alert.html", _("Unusual reads"), **context)


@requires(PERMISSION)
@require_safe
def look_ups(request: HttpRequest) -> HttpResponse:
    """Every look-up in the region, also those that found nobody."""
    rows = LookUp.objects.filter(region__in=reach(request.user)).order_by("-at", "-pk")
    outcome = request.GET.get("outcome", "")
    page = Paginator(rows.filter(outcome=outcome) if outcome in OUTCOME_WORDS else rows, PAGE).get_page(
        request.GET.get("page")
    )
    lines = [
        {"row": row, "outcome": OUTCOME_WORDS[row.outcome], "sought": SOUGHT_WORDS[row.sought], "purpose": read_purpose_words(row.purpose)}
        for row in page
    ]
    context = {"page": page, "lines": lines, "outcome": outcome, "outcomes": OUTCOME_WORDS.items(), "kept": _kept(request)}
    return console_page(request, "access/look_ups.html", _("Look-ups"), **context)


def _alert(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "pattern": PATTERN_WORDS[row.pattern],
        "state": ALERT_STATE_WORDS[row.state],
        "counts": counts_in_words(row.counts),
    }


def _fault(refusal: BadInput) -> str:
    return " ".join(str(FAULTS[code]) for code in refusal.details["fields"].values())


def _kept(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()
