"""Actions on many rows: the preview, the doing, the result, the undoing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..bulk_actions import ACTIONS, BulkAction, action_for, ids_of, may_undo, preview, run, run_of, undo
from ..confirming import confirmed_lately
from ..errors import BadInput, ConfirmYourself
from ..permissions import staff_only
from .pages import language, page


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, action: str) -> HttpResponse:
    """What will happen to the rows of ``?ids=1,2``; POST does it. The action says which permission it needs."""
    found = action_for(request.user, action)
    if found.sensitive and not confirmed_lately(request):
        raise ConfirmYourself()
    ids = ids_of(request.POST.get("ids", "") or ",".join(request.GET.getlist("ids")))
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = run(found, request.user, ids, request.POST.dict(), timezone.now(), language())
            return redirect(reverse("bulk_run", args=[made.pk]))
        except BadInput as problem:
            faults = problem.details["fields"]
    return _preview(request, found, ids, faults)


@staff_only
@require_safe
def bulk_run(request: HttpRequest, number: int) -> HttpResponse:
    """What happened, row by row; with the way back."""
    made = run_of(request.user, number)
    action = ACTIONS.get(made.action)
    done = sum(row["outcome"] == "done" for row in made.rows)
    return page(
        request,
        "bulk_run.html",
        action.title if action else _("Action on many rows"),
        run=made,
        done=done,
        others=len(made.rows) - done,
        undoable=action is not None and may_undo(action, made, timezone.now()),
        after=action.after(made) if action and action.after and done else None,
        back=reverse(action.back) if action else reverse("admin:index"),
    )


@staff_only
@require_POST
def bulk_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Put back what can be put back."""
    made = run_of(request.user, number)
    undo(action_for(request.user, made.action), made, request.user, timezone.now(), language())
    return redirect(reverse("bulk_run", args=[made.pk]))


def _preview(request: HttpRequest, action: BulkAction, ids: list[int], faults: dict[str, str]) -> HttpResponse:
    rows = preview(action, request.user, ids)
    inputs = [
        {"input": one, "choices": one.choices() if one.choices else None, "value": request.POST.get(one.name, ""), "fault": one.name in faults}
        for one in action.inputs
    ]
    possible = sum(bool(row.then) for row in rows)
    return page(
        request,
        "bulk.html",
        action.title,
        422 if faults else 200,
        action=action,
        rows=rows,
        ids=",".join(str(row.id) for row in rows),
        possible=possible,
        exceptions=len(rows) - possible,
        inputs=inputs,
        undoable=action.undo is not None,
        back=reverse(action.back),
    )
