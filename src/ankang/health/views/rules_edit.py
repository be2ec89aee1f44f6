"""Drafts of rules: begun, edited as a table or as a whole text, compared anew, submitted, withdrawn, thrown away."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ankang.base.errors import NotAllowed, NotFound, Problem
from ankang.base.permissions import requires

from ..errors import NotADraft, NotUtf8, ReleaseChanged, RuleTextTooLarge, TableNotUsable
from ..forms import Moment
from ..models import RuleRelease
from ..services.release_lookup import may_edit, release_of
from ..services.releases import (
    compare_anew,
    delete_draft,
    draft_release,
    save_draft,
    submit_release,
    withdraw_release,
)
from ..services.rule_editing import accept_example, apply_cells, copy_rule, move_rule, remove_rule
from ..services.rule_texts import LARGEST, check_text, labels_of, province, raw_of, read_text
from .rules import lang_of, page, release_page
from .rules_rows import Row, form_rows, general_faults, header_fields, overlay, pages_of, rows_of, warnings_of

_FORMS = require_http_methods(["GET", "HEAD", "POST"])


@requires("rules.edit")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a version (its number) or a shipped set (its name)."""
    base = request.POST.get("base", "")
    made = draft_release(request.user, base, timezone.now())
    return redirect("edit_rules", made.pk)


@requires("rules.edit")
@_FORMS
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The table. What was typed is kept whatever happens; a button in a row saves first and then copies, moves, removes."""
    release = _draft_of(request, number)
    if request.method != "POST":
        return _table(request, release)
    typed = {name: value for name, value in request.POST.items() if name[:1] in "rh" and name[1:2].isdigit() | (name[1:2] == ".")}
    revision = _whole(request.POST.get("revision", ""))
    if revision != release.revision:
        return _table(request, release, typed, conflict=True)
    try:
        text, faults = apply_cells(release.text, typed)
        text = _acted(text, request.POST.get("act", "")) if not faults else text
        saved = save_draft(number, text, request.POST.get("note", ""), revision, request.user, timezone.now())
    except ReleaseChanged:
        return _table(request, release_of(number), typed, conflict=True)
    except (TableNotUsable, RuleTextTooLarge, NotUtf8, NotFound) as refusal:
        return _table(request, release, typed, refused=refusal)
    if faults:
        return _table(request, saved, typed, faults)
    messages.success(request, _("Saved."))
    if request.POST.get("act") == "done":
        return redirect("rule_release", number)
    return redirect(f"{request.path}?page={_whole(request.POST.get('go') or request.GET.get('page', ''))}{_anchor(request)}")


@requires("rules.edit")
@_FORMS
def edit_text(request: HttpRequest, number: int) -> HttpResponse:
    """The whole file as text, typed or uploaded; the same checks."""
    release = _draft_of(request, number)
    if request.method != "POST":
        return _whole_text(request, release, release.text)
    typed = request.POST.get("text", "")
    try:
        file = request.FILES.get("file")
        typed = read_text(file.read(LARGEST + 1)) if file else read_text(typed)
        note, revision = request.POST.get("note", release.note), _whole(request.POST.get("revision", ""))
        saved = save_draft(number, typed, note, revision, request.user, timezone.now())
    except ReleaseChanged as refusal:
        return _whole_text(request, release_of(number), typed, refusal)
    except (NotUtf8, RuleTextTooLarge) as refusal:
        return _whole_text(request, release, typed[:LARGEST], refusal)
    if check_text(saved.text, province()).faults:
        return _whole_text(request, saved, saved.text)
    messages.success(request, _("Saved."))
    return redirect("rule_release", number)


@requires("rules.edit")
@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Throw a draft away."""
    delete_draft(number, request.user)
    messages.success(request, _("The draft is deleted."))
    return redirect("rules")


@requires("rules.edit")
@require_POST
def example(request: HttpRequest, number: int, position: int) -> HttpResponse:
    """The author has read what comes out for a worked example, and writes it there."""
    release = _draft_of(request, number)
    text = accept_example(release.text, position)
    save_draft(number, text, release.note, _whole(request.POST.get("revision", "")), request.user, timezone.now())
    messages.success(request, _("Written into the example."))
    return redirect(f"{reverse('rule_release', args=[number])}#examples-title")


@requires("rules.edit")
@require_POST
def compare(request: HttpRequest, number: int) -> HttpResponse:
    """Measure the draft against the newest approved version from now on."""
    compare_anew(number, request.user)
    return redirect("rule_release", number)


@requires("rules.edit")
@require_POST
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for approval; a refusal keeps the moment that was typed."""
    try:
        wanted = Moment(required=False).clean(request.POST.get("wanted_at", ""))
        with transaction.atomic():
            submit_release(number, wanted, request.user, timezone.now())
    except ValidationError:
        return release_page(request, release_of(number), 422, refused=_("Write the moment as date and time."))
    except (NotAllowed, NotFound):
        raise
    except Problem as refusal:
        return release_page(request, release_of(number), refusal.status, refused=_in_words(refusal))
    messages.success(request, _("Submitted. Somebody of another organisation decides now."))
    return redirect("rule_release", number)


@requires("rules.edit")
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what is not in force yet."""
    withdraw_release(number, request.user, timezone.now())
    messages.success(request, _("Withdrawn."))
    return redirect("rule_release", number)


def _table(
    request: HttpRequest,
    release: RuleRelease,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    conflict: bool = False,
    refused: Problem | None = None,
) -> HttpResponse:
    """The form; with what was typed where it could not be saved."""
    lang, typed, faults = lang_of(), typed or {}, faults or {}
    checked = check_text(release.text, province())
    pages = pages_of(release.text)
    shown = min(max(_whole(request.GET.get("page", "")), 1), len(pages))
    rows = rows_of(release.text, checked, lang)[slice(*pages[shown - 1])]
    form_rows(rows, release.text, checked, lang)
    header = header_fields(release.text, checked, lang)
    lost = conflict and not _same_rules(rows, typed)
    if not lost:
        fields = [*header, *(one for row in rows for one in (*row.fields.values(), *row.numbers))]
        overlay(fields, typed, faults, conflict or refused is not None)
    return page(
        request,
        "health/rules_edit.html",
        409 if conflict else refused.status if refused else 422 if faults else 200,
        title=_("Rule set %s") % f"{release.name}/{release.version}",
        release=release,
        note=request.POST.get("note", release.note),
        rows=rows,
        header=header,
        faults=general_faults(checked, lang),
        count=len(checked.faults) + len(faults),
        warnings=warnings_of(checked, lang),
        pages=[(number + 1, f"{first + 1}–{last}") for number, (first, last) in enumerate(pages)],
        shown=shown,
        last=len(labels_of(raw_of(release.text))),
        readable=bool(raw_of(release.text)),
        conflict=conflict,
        refused=_in_words(refused) if refused else "",
        lost=[(name, value) for name, value in typed.items()] if lost else [],
    )


def _whole_text(request: HttpRequest, release: RuleRelease, text: str, refusal: Problem | None = None) -> HttpResponse:
    lang, checked = lang_of(), check_text(text, province())
    labels = labels_of(raw_of(text))
    told = [
        (labels[fault.rule] if fault.rule is not None else _("Example %s") % fault.label if fault.label else "", fault, fault.said(lang))
        for fault in checked.faults
    ]
    return page(
        request,
        "health/rules_text.html",
        refusal.status if refusal else 200,
        title=_("Rule set %s") % f"{release.name}/{release.version}",
        release=release,
        text=text,
        note=request.POST.get("note", release.note),
        told=told,
        warnings=warnings_of(checked, lang),
        refused=_in_words(refusal) if refusal else "",
        conflict=isinstance(refusal, ReleaseChanged),
        limit=LARGEST,
    )


def _draft_of(request: HttpRequest, number: int) -> RuleRelease:
    release = release_of(number)
    if not may_edit(release, request.user):
        raise NotAllowed(details={"region": release.region})
    if release.state != "draft":
        raise NotADraft()
    return release


def _acted(text: str, act: str) -> str:
    """The text after the button of a row: ``copy:3``, ``remove:3``, ``up:3``, ``down:3``."""
    what, _colon, place = act.partition(":")
    number = _whole(place)
    match what:
        case "copy":
            return copy_rule(text, number)
        case "remove":
            return remove_rule(text, number)
        case "up":
            return move_rule(text, number, number - 1)
        case "down":
            return move_rule(text, number, number + 1)
    return text


def _anchor(request: HttpRequest) -> str:
    what, _colon, place = request.POST.get("act", "").partition(":")
    step = {"copy": 1, "up": -1, "down": 1}.get(what)
    return f"#rule-{_whole(place) + step}" if step is not None else ""


def _same_rules(rows: list[Row], typed: Mapping[str, str]) -> bool:
    """Whether the rows are those that the reader filled in (an id that was typed anew does not count)."""
    ids = [value for name, value in typed.items() if name.startswith("r") and name.endswith(".id")]
    return len(ids) == len(rows) and sum(row.label == one for row, one in zip(rows, ids, strict=True)) >= len(rows) - 1


def _in_words(problem: Problem) -> str:
    reasons = {
        "past": _("It lies in the past."),
        "too_far": _("It lies more than a year ahead."),
        "before_effective_from": _("It lies before the day from which the file itself may be in force."),
        "before_newest": _("It lies before the newest approved version comes into force."),
    }
    more = [reasons.get(str(problem.details.get("reason")), ""), *problem.details.get("findings", [])[:20]]
    return " ".join([problem.message(lang_of()), *filter(None, more)])


def _whole(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0
