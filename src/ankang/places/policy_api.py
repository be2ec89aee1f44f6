"""HTTP shapes of policies: what holds, every version, drafts, requests."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number
from ankang.base.api.versions import check_unchanged, tagged
from ankang.base.permissions import public, requires
from ankang.core.policies import PLACE_TYPES, SHIPPED, policy_text
from ankang.core.sm import sm3

from .models import PolicyRelease, PolicyRequest
from .services import policy_book as book
from .services import policy_drafts as drafts
from .services.policy_releases import withdraw_policies
from .services.policy_requests import (
    LONGEST,
    answer_policy_request,
    ask_for_policy,
    policy_requests,
    read_policy_request,
)

router = Router(tags=["policies"])


class CellsIn(Given):
    """``cells``: as in the table of a draft, ``{"school.yellow": "refer", "school.test_hours": "48"}``."""

    revision: int
    note: str = Field("", max_length=drafts.LONGEST_NOTE)
    cells: dict[str, str] = Field(default_factory=dict, max_length=1_000)


class SubmitIn(Given):
    """When it shall take effect; left out: as soon as it is approved."""

    wanted_at: datetime | None = None


class RequestIn(Given):
    """What is asked of the province, for which type of place (its slug), and why."""

    type: str = Field(max_length=40)
    wish: str = Field(max_length=LONGEST)
    reason: str = Field(max_length=LONGEST)


class ReadIn(Given):
    """The province has read the words; ``withheld``: why they are not public, empty when they are."""

    withheld: str = Field("", max_length=LONGEST)


class AnswerIn(Given):
    """The province's answer; ``draft``: the number of the draft it is taken into."""

    accepted: bool
    answer: str = Field("", max_length=LONGEST)
    draft: int | None = None


@router.get("policies", response=dict[str, Any], auth=None)
@public("everybody may read who is admitted where, and which version says so")
def policies_in_force(request: HttpRequest) -> dict[str, Any]:
    """The set in force, with digest and signature; ``next``: the number and moment of the one to come."""
    now = timezone.now()
    release, coming = book.policy_release_at(now), book.coming_policies(now)
    text = book.base_text(release)
    following = {"number": coming.pk, "version": coming.version, "effective_at": coming.effective_at} if coming else None
    shipped = {"number": None, "version": 0, "state": "published", "effective_at": None, "digest": sm3(text.encode()).hex()}
    head = _release(release) if release else {**shipped, "signature": None, "kid": None, "note": ""}
    return {**head, "text": text, "next": following}


@router.get("policies/versions", response=Page[dict[str, Any]], auth=None)
@public("everybody may read every version there was")
def versions(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Every approved version, newest first."""
    rows = PolicyRelease.objects.filter(state__in=PolicyRelease.APPROVED).defer("text")
    return page_of(rows, ("-version",), wanted, _release, "policies.versions")


@router.get("policies/versions/{version}", response=dict[str, Any], auth=None)
@public("everybody may read every version there was; 0 is the shipped one")
def version(request: HttpRequest, version: int) -> dict[str, Any]:
    """One approved version with its text, and what it changed."""
    if version == 0:
        return {"version": 0, "text": policy_text(SHIPPED.set), "changes": []}
    approved = PolicyRelease.objects.filter(state__in=PolicyRelease.APPROVED, version=version)
    row = book.policy_release(approved.values_list("pk", flat=True).first() or 0)
    return {**_release(row), "text": row.text, "changes": _changes(row)}


@router.post("policies/drafts", response=dict[str, Any])
@requires("policies.edit")
def begin(request: HttpRequest) -> dict[str, Any]:
    """Begin a draft: a copy of the newest approved set. Errors: province_only."""
    row = drafts.draft_policies(request.user, timezone.now())
    return {**_release(row), "revision": row.revision, "text": row.text}


@router.get("policies/drafts/{number}", response=dict[str, Any])
@requires("policies.edit")
def draft(request: HttpRequest, response: HttpResponse, number: Number) -> dict[str, Any]:
    """A draft with its text and what it changes; ``ETag`` for an edit."""
    return tagged(response, _draft(book.policy_release(number)))


@router.patch("policies/drafts/{number}", response=dict[str, Any])
@requires("policies.edit")
def save(request: HttpRequest, response: HttpResponse, number: Number, body: CellsIn) -> dict[str, Any]:
    """Change cells of a draft, if nobody saved since ``revision`` was read.

    Errors: province_only, not_a_draft, draft_changed, policies_refused, changed_meanwhile.
    """
    with transaction.atomic():
        if (there := PolicyRelease.objects.select_for_update().filter(pk=number).first()) is not None:
            check_unchanged(request, _draft(there))
        row = drafts.save_policies(number, body.cells, body.note, body.revision, request.user, timezone.now())
    return tagged(response, _draft(row))


@router.post("policies/drafts/{number}/submit", response=dict[str, Any])
@requires("policies.edit")
def submit(request: HttpRequest, number: int, body: SubmitIn) -> dict[str, Any]:
    """Ask another organisation of the province to approve it.

    Errors: province_only, not_a_draft, policies_refused, base_outdated, same_as_before, moment_not_possible,
    already_decided.
    """
    with transaction.atomic():
        row = drafts.submit_policies(number, body.wanted_at, request.user, timezone.now())
    return {**_release(row), "approval": row.approval}


@router.post("policies/drafts/{number}/withdraw", response=dict[str, Any])
@requires("policies.edit")
def withdraw(request: HttpRequest, number: int) -> dict[str, Any]:
    """Take back what waits, or what is approved and not in force. Errors: province_only, not_withdrawable."""
    with transaction.atomic():
        return _release(withdraw_policies(number, request.user, timezone.now()))


@router.get("policies/requests", response=Page[dict[str, Any]], auth=None)
@public("everybody may read what was asked for and what the province answered")
def requests(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """What was asked for, newest first. ``wish`` and ``reason`` are null until the province has read them, or where it withholds them."""
    return page_of(policy_requests(), ("-asked_at", "-pk"), wanted, _public_request, "policies.requests")


@router.post("policies/requests", response={201: dict[str, Any]})
@requires("policies.request")
def ask(request: HttpRequest, body: RequestIn) -> tuple[int, dict[str, Any]]:
    """Ask the province for a condition. Errors: bad_input."""
    kind = next((one.id for one in PLACE_TYPES.values() if one.slug == body.type), 0)
    with transaction.atomic():
        return 201, _request(ask_for_policy(kind, body.wish, body.reason, request.user, timezone.now()))


@router.post("policies/requests/{number}/read", response=dict[str, Any])
@requires("policies.edit")
def read(request: HttpRequest, number: Number, body: ReadIn) -> dict[str, Any]:
    """The province lets everybody read the words, or withholds them with a reason. Errors: province_only."""
    with transaction.atomic():
        return _request(read_policy_request(number, body.withheld, request.user, timezone.now()))


@router.post("policies/requests/{number}/answer", response=dict[str, Any])
@requires("policies.edit")
def answer(request: HttpRequest, number: int, body: AnswerIn) -> dict[str, Any]:
    """The province takes it into a draft, or declines with a reason.

    Errors: province_only, request_answered, not_a_draft, draft_changed, policies_refused.
    """
    with transaction.atomic():
        found = answer_policy_request(number, body.accepted, body.answer, body.draft, request.user, timezone.now())
    return _request(found)


def _release(row: PolicyRelease) -> dict[str, Any]:
    return {
        "number": row.pk,
        "version": row.version,
        "state": row.state,
        "effective_at": row.effective_at,
        "digest": bytes(row.digest).hex(),
        "signature": bytes(row.signature).hex() if row.signature is not None else None,
        "kid": row.kid,
        "note": row.note,
    }


def _draft(row: PolicyRelease) -> dict[str, Any]:
    return {**_release(row), "revision": row.revision, "text": row.text, "changes": _changes(row)}


def _changes(row: PolicyRelease) -> list[dict[str, Any]]:
    return [one._asdict() for one in drafts.diff_policies(book.base_text(row.base), row.text)]


def _request(row: PolicyRequest) -> dict[str, Any]:
    return {
        "number": row.pk,
        "type": PLACE_TYPES[row.place_type].slug,
        "wish": row.wish,
        "reason": row.reason,
        "region": row.asked_for,
        "asked_at": row.asked_at,
        "state": row.state,
        "answer": row.answer,
        "answered_at": row.answered_at,
        "read_at": row.read_at,
        "withheld": row.withheld,
    }


def _public_request(row: PolicyRequest) -> dict[str, Any]:
    return _request(row) | ({} if row.shown else {"wish": None, "reason": None})
