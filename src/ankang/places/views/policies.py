"""Policies: what holds, every version, drafts and their table, requests, and the page everybody may read."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import BadInput, NotAllowed, NotFound, Problem
from ankang.base.limits import is_number
from ankang.base.models import Approval
from ankang.base.permissions import may, public, requires
from ankang.core.policies import faults_of
from ankang.trust.keyring import keyring

from ..errors import DraftChanged, MomentNotPossible
from ..models import PolicyRelease
from ..rules import type_choices
from ..services import policy_book as book
from ..services import policy_drafts as drafts
from ..services.policy_releases import withdraw_policies
from ..services.policy_requests import answer_policy_request, ask_for_policy, policy_requests, read_policy_request
from ..words import FAULTS, field_word
from .policy_rows import changes_of, fault_words, form_row, lang_of, request_rows, rows_of, typed_cells

_FORMS = require_http_methods(["GET", "HEAD", "POST"])


@public("everybody may read who is admitted where, which version says so, and what was asked for")
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """What holds at every kind of place, with its grounds, signature, history and the requests."""
    now, lang = timezone.now(), lang_of()
    release = book.policy_release_at(now)
    current = book.policies_at(now)
    versions = PolicyRelease.objects.filter(state__in=PolicyRelease.APPROVED).order_by("-effective_at")
    context = {
        "release": release,
        "set": current.set,
        "limit": current.set.temperature_limit / 10,
        "rows": rows_of(current.set, lang),
        "valid": bool(release and book.verify_policies(release)),
        "digest": bytes(release.digest).hex() if release else "",
        "signature": bytes(release.signature or b"").hex() if release else "",
        "key": keyring().statement_keys().get(release.kid or 0, b"").hex() if release else "",
        "coming": book.coming_policies(now),
        "versions": [(one, changes_of(one, lang)) for one in versions[:20]],
        "requests": request_rows(Paginator(policy_requests(), 20).get_page(request.GET.get("page"))),
    }
    return render(request, "places/policies_public.html", context)


@requires("policies.view")
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """In force, to come, drafts, every version, and the requests."""
    now = timezone.now()
    versions = PolicyRelease.objects.order_by("-pk")
    return _page(
        request,
        "places/policies_list.html",
        title=_("Policies"),
        current=book.policies_at(now),
        release=book.policy_release_at(now),
        rows=rows_of(book.policies_at(now).set, lang_of()),
        coming=book.coming_policies(now),
        versions=Paginator(versions, 30).get_page(request.GET.get("page")),
        may_draft=book.is_of_the_province(request.user, "policies.edit"),
        may_ask=may(request.user, "policies.request"),
        requests=request_rows(policy_requests()[:50]),
        open_drafts=versions.filter(state="draft")[:20],
        types=type_choices(lang_of()),
    )


@requires("policies.view")
@require_safe
def policy_release(request: HttpRequest, number: int) -> HttpResponse:
    """One version: what it changes, its table, its approval."""
    return _release_page(request, book.policy_release(number))


@requires("policies.edit")
@require_POST
def policy_draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft."""
    return redirect("edit_policies", drafts.draft_policies(request.user, timezone.now()).pk)


@requires("policies.edit")
@_FORMS
def policy_edit(request: HttpRequest, number: int) -> HttpResponse:
    """The table of a draft. What was typed is kept whatever happens."""
    with transaction.atomic():
        draft = drafts.editable(number, request.user)
        if request.method != "POST":
            return _table(request, draft)
        typed = typed_cells(request.POST)
        revision = int(request.POST["revision"]) if is_number(request.POST.get("revision", "")) else 0
        try:
            note = request.POST.get("note", "")
            draft = drafts.save_policies(number, typed, note, revision, request.user, timezone.now())
        except DraftChanged as refusal:
            return _table(request, draft, typed, refused=refusal.message(lang_of()), status=409)
        except BadInput as refusal:
            return _table(request, draft, typed, refusal.details["fields"], status=422)
    if faults_of(drafts.set_of(draft.text)):
        return _table(request, draft)
    messages.success(request, _("Saved."))
    return redirect("policy_release", number)


@requires("policies.edit")
@require_POST
def policy_submit(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for approval; a refusal keeps the moment that was typed."""
    typed = request.POST.get("wanted_at", "").strip()
    wanted = _moment(typed)
    if typed and wanted is None:
        return _release_page(request, book.policy_release(number), 422, refused=_("Write the moment as date and time."))
    try:
        with transaction.atomic():
            drafts.submit_policies(number, wanted, request.user, timezone.now())
    except (NotAllowed, NotFound):
        raise
    except Problem as refusal:
        return _release_page(request, book.policy_release(number), refusal.status, refused=_in_words(refusal))
    messages.success(request, _("Submitted. Somebody of another organisation decides now."))
    return redirect("policy_release", number)


@requires("policies.edit")
@require_POST
def policy_act(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Withdraw what is not in force, delete a draft, or measure it against the newest version."""
    if act == "withdraw":
        with transaction.atomic():
            withdraw_policies(number, request.user, timezone.now())
        messages.success(request, _("Withdrawn."))
    elif act == "compare":
        with transaction.atomic():
            drafts.compare_policies(number, request.user)
    elif act == "delete":
        with transaction.atomic():
            drafts.delete_policies(number, request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("policy_list")
    else:
        raise NotFound()
    return redirect("policy_release", number)


@requires("policies.request")
@require_POST
def policy_ask(request: HttpRequest) -> HttpResponse:
    """Send a request to the province."""
    kind = request.POST.get("place_type", "")
    ask_for_policy(
        int(kind) if is_number(kind) else 0,
        request.POST.get("wish", ""),
        request.POST.get("reason", ""),
        request.user,
        timezone.now(),
    )
    messages.success(request, _("Sent to the province. Its answer stands here; everybody reads both once the province has read your words."))
    return redirect("policy_list")


@requires("policies.edit")
@require_POST
def policy_answer(request: HttpRequest, number: int) -> HttpResponse:
    """The province reads a request, and takes it into a draft, or declines, or answers later. ``withhold``: keep the words inside."""
    draft, decision = request.POST.get("draft", ""), request.POST.get("decision", "")
    withhold = request.POST.get("withheld", "").strip() if request.POST.get("withhold") == "yes" else ""
    if request.POST.get("withhold") == "yes" and not withhold:
        raise BadInput(details={"fields": {"withheld": "required"}})
    if decision == "read" or withhold:
        read_policy_request(number, withhold, request.user, timezone.now())
    if decision == "read":
        messages.success(request, _("Read. Everybody sees it so from now on."))
        return redirect("policy_list")
    answer_policy_request(
        number,
        decision == "accept",
        request.POST.get("answer", ""),
        int(draft) if is_number(draft) else None,
        request.user,
        timezone.now(),
    )
    return redirect("policy_list")


def _release_page(request: HttpRequest, release: PolicyRelease, status: int = 200, **more: Any) -> HttpResponse:
    lang, newest = lang_of(), book.newest_policies()
    editable = book.is_of_the_province(request.user, "policies.edit")
    later = release.effective_at is not None and release.effective_at > timezone.now()
    return _page(
        request,
        "places/policies_release.html",
        status,
        title=_("Policies, version %d") % release.version,
        release=release,
        rows=rows_of(drafts.set_of(release.text), lang),
        limit=drafts.set_of(release.text).temperature_limit / 10,
        changes=changes_of(release, lang),
        faults=fault_words(release, lang),
        digest=bytes(release.digest).hex(),
        valid=book.verify_policies(release),
        newest=newest,
        outdated=release.state in ("draft", "submitted") and release.base != newest,
        is_draft=release.state == "draft",
        may_edit=editable,
        may_withdraw=editable and release.state == "approved" and later and release == newest,
        wanted=request.POST.get("wanted_at", ""),
        taken=request_rows(release.requests.all()),
        **approval_context(Approval.objects.filter(pk=release.approval).first(), request.user),
        **more,
    )


def _table(
    request: HttpRequest,
    draft: PolicyRelease,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    policies, typed = drafts.set_of(draft.text), typed or {}
    return _page(
        request,
        "places/policies_edit.html",
        status,
        title=_("Policies, version %d") % draft.version,
        release=draft,
        note=request.POST.get("note", draft.note),
        limit=typed.get("temperature_limit", f"{policies.temperature_limit / 10:.1f}"),
        limit_fault=FAULTS.get((wrong or {}).get("temperature_limit", ""), ""),
        rows=[form_row(row, typed, wrong or {}) for row in policies.rows],
        colours=[(name, field_word(name, lang_of())) for name in drafts.COLOURS],
        faults=fault_words(draft, lang_of()),
        refused=refused,
    )


def _moment(typed: str) -> Any:
    try:
        found = parse_datetime(typed) if typed else None
    except ValueError:
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found


def _in_words(refusal: Problem) -> str:
    if isinstance(refusal, MomentNotPossible):
        return str(FAULTS[refusal.details["reason"]])
    return refusal.message(lang_of())


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context}, status=status)


