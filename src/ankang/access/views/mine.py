"""谁看过我: a resident's own record of reads, and questions about them (I8)."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput
from ankang.people.credentials import Resident, resident_page

from ..rules import LONGEST_TEXT
from ..services import ask_question, read_of, reads_of
from ..services.reads import question_states
from ..words import FAULTS, QUESTION_STATE_WORDS, read_lines

PAGE = 20


@resident_page
@require_safe
def my_reads(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Every read of my data: which office, with which duty, why, which fields, when; newest first."""
    page = Paginator(reads_of(resident.person), PAGE).get_page(request.GET.get("page"))
    return render(request, "access/my_reads.html", {"page": page, "lines": _lines(resident.person, list(page))})


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, resident: Resident, read: UUID) -> HttpResponse:
    """Ask why; the auditor of my region answers, and the reader is not told who asks."""
    fault = ""
    if request.method == "POST":
        try:
            ask_question(resident.person, read, request.POST.get("text", ""), timezone.now())
        except BadInput as refusal:
            fault = str(FAULTS[refusal.details["fields"]["text"]])
        else:
            return redirect("my_reads")
    line = _lines(resident.person, [read_of(resident.person, read)])[0]
    text = request.POST.get("text", "")[: LONGEST_TEXT + 1]
    context = {"line": line, "fault": fault, "text": text, "longest": LONGEST_TEXT}
    return render(request, "access/question.html", context, status=422 if fault else 200)


def _lines(person: int, rows: list[Any]) -> list[dict[str, Any]]:
    asked = question_states(person, rows)
    lines = read_lines(rows)
    for line in lines:
        found = asked.get(line["row"].id)
        line |= {"question": found, "question_state": QUESTION_STATE_WORDS[found.state] if found else ""}
    return lines
