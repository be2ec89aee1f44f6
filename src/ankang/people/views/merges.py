"""Two records of one person, side by side; asked for here, decided by a second person, undone within a month."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.models import Approval
from ankang.base.permissions import requires, staff_only
from ankang.core.identifiers import DocumentKind

from .. import services
from ..forms_family import MergeForm
from ..services import merging
from ..words import APPLIED_VIA, MERGE_STATES, STATES
from .console import console_page, words_of
from .desk import sentences


@staff_only
@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    """The merges of the reader's towns, newest first."""
    page = Paginator(merging.merges_in_reach(request.user), 50).get_page(request.GET.get("page"))
    rows = [
        {
            "row": row,
            "state": MERGE_STATES[row.state],
            "absorbed": services.masked(row.absorbed),
            "survivor": services.masked(row.survivor),
        }
        for row in page
    ]
    return console_page(request, "people/merges.html", _("Merge two records"), page=page, rows=rows)


@requires("people.merge")
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Name the two records by their documents; compare them; ask."""
    form, problem, sides = MergeForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        now, why = timezone.now(), form.cleaned_data["reason"]
        pair = [merging.records_with(request.user, form.cleaned_data[name]) for name in ("absorbed", "survivor")]
        faults = {name: "nobody" for name, found in zip(("absorbed", "survivor"), pair, strict=True) if len(found) != 1}
        form.say(faults)
        if not faults:
            numbers = pair[0][0].pk, pair[1][0].pk
            try:
                if request.POST.get("do") == "ask":
                    return redirect("merge", merging.ask_merge(request.user, *numbers, why, now).pk)
                sides = [_side(side) for side in merging.compare(request.user, *numbers, why or "merge", now)]
            except BadInput as fault:
                problem = " ".join(sentences(fault))
            except Problem as refusal:
                problem = words_of(refusal)
    title = _("Merge two records")
    return console_page(request, "people/merge_propose.html", title, form=form, problem_words=problem, sides=sides)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """One merge: both records, the decision, and the undo."""
    row = merging.merges_in_reach(request.user).filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise NotFound()
    now, problem = timezone.now(), ""
    if request.method == "POST":
        try:
            merging.undo_merge(request.user, number, request.POST.get("reason", "")[:501], now)
            return redirect("merge", number)
        except BadInput as fault:
            problem = " ".join(sentences(fault))
        except Problem as refusal:
            problem = words_of(refusal)
    asked = Approval.objects.filter(subject=merging.SUBJECT, reference=str(number)).order_by("-pk").first()
    return console_page(
        request,
        "people/merge.html",
        _("Merge two records"),
        problem_words=problem,
        row=row,
        state=MERGE_STATES[row.state],
        sides=[_side(merging.side_of(person, now)) for person in (row.absorbed, row.survivor)],
        may_undo=merging.may_be_undone(row, request.user, now),
        **approval_context(asked, request.user),
    )


def _side(side: merging.Side) -> dict[str, Any]:
    """One record in words."""
    lang = get_language() or "zh-hans"
    facts = [
        (DocumentKind(side.person.document_kind).word(lang), side.person.document),
        (_("phone"), side.person.phone or "–"),
        (_("town"), side.person.town_en if lang == "en" else side.person.town),
        (_("state"), str(STATES[side.state])),
        (_("applied by"), str(APPLIED_VIA.get(side.via, side.via))),
        (_("former documents"), str(side.former)),
        (_("devices signed in"), str(side.devices)),
        (_("sheets and cards"), str(side.carriers)),
        (_("guardianships"), str(side.guardianships)),
        *side.facts,
    ]
    return {"name": side.person.name, "since": side.since, "facts": facts}
