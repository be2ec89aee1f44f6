"""HTTP of health: for the resident my colour and its signed reason; for everybody the rules that colour them."""

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from ankang.base.api.shapes import Words
from ankang.base.errors import NotFound
from ankang.base.permissions import for_resident, public
from ankang.people.credentials import require_resident

from .errors import NothingToExplain
from .models import RuleRelease
from .services.colours import colour_of
from .services.personal_file import colour_as_data
from .services.rulebook import release_at, signed_words
from .services.statements import reasons_by_rule, statement_of
from .staff_api import router as staff_router
from .words import plain_reason

router = Router(tags=["health"])
router.add_router("", staff_router)

Unix = Annotated[int | None, Field(description="unix seconds")]


class ReasonOut(Schema):
    """One rule that holds. ``plain`` is the whole of it in one sentence: since when, why, how it ends."""

    rule: str
    text: Words
    evidence: list[str]
    since: int
    until: Unix
    ends_when: Words
    source: str
    plain: Words


class ColourOut(Schema):
    """My colour, since when, until when it stays so by itself, and why."""

    colour: str
    since: Unix
    until: Unix
    rule_set: str
    reasons: list[ReasonOut]


@router.get("me/colour", response=ColourOut)
@for_resident
def get_my_colour(request: HttpRequest) -> Any:
    """My colour with its reasons. Errors: not_signed_in."""
    person, now = require_resident(request).person, timezone.now()
    view, stored = colour_of(person), statement_of(person, now)
    reasons = stored.said.reasons if stored else tuple(reasons_by_rule(view.reasons))
    answer = colour_as_data(view, reasons)
    for told, reason in zip(answer["reasons"], reasons, strict=True):
        told["plain"] = {lang: plain_reason(reason, now, lang) for lang in ("zh", "en")}
    return answer


@router.get("me/statement", response=dict[str, Any])
@for_resident
def get_my_statement(request: HttpRequest) -> Any:
    """The signed reason of my colour: the file of docs/reasons.md. Errors: not_signed_in, nothing_to_explain."""
    stored = statement_of(require_resident(request).person, timezone.now())
    if stored is None:
        raise NothingToExplain()
    return json.loads(stored.file)


class ReleaseOut(Schema):
    """A rule set that was approved. ``digest``: SM3 of the text, hex; ``signature``: SM2 (r ‖ s, hex) by key ``key``."""

    name: str
    version: int
    state: str
    effective_at: datetime
    digest: str
    signature: str
    key: int


class ReleaseTextOut(ReleaseOut):
    """The same with the text (TOML) and with the words that are signed."""

    text: str
    signed: str


class RulesOut(Schema):
    """The rule set in force, and every approved one, newest first."""

    in_force: ReleaseOut
    versions: list[ReleaseOut]


@router.get("rules", response=RulesOut, auth=None)
@public("everybody may read the rules that colour them")
def get_rules(request: HttpRequest) -> Any:
    """The rule set in force and all approved versions, those to come too."""
    approved = RuleRelease.objects.filter(state__in=RuleRelease.APPROVED).defer("text").order_by("-effective_at")
    return {"in_force": _release(release_at(timezone.now())), "versions": [_release(one) for one in approved]}


@router.get("rules/{name}/{version}", response=ReleaseTextOut, auth=None)
@public("everybody may read the rules that colour them")
def get_rule_set(request: HttpRequest, name: str, version: int) -> Any:
    """One approved rule set: text, digest, signature, moment of effect. Errors: not_found."""
    approved = RuleRelease.objects.filter(state__in=RuleRelease.APPROVED, name=name.replace("\0", ""), version=version)
    release = approved.first()
    if release is None:
        raise NotFound()
    return {**_release(release), "text": release.text, "signed": signed_words(release).decode()}


def _release(release: RuleRelease) -> dict[str, Any]:
    return {
        "name": release.name,
        "version": release.version,
        "state": release.state,
        "effective_at": release.effective_at,
        "digest": bytes(release.digest).hex(),
        "signature": bytes(release.signature or b"").hex(),
        "key": release.kid,
    }
